package outbound

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhereCallsMayGo(t *testing.T) {
	for address, want := range map[string]struct{ public, allowPrivate bool }{
		"8.8.8.8:443":                  {true, true},
		"[2606:4700::1111]:443":        {true, true},
		"127.0.0.1:443":                {false, true},
		"127.8.9.1:443":                {false, true},
		"[::1]:443":                    {false, true},
		"10.0.0.1:443":                 {false, true},
		"172.16.0.1:443":               {false, true},
		"172.32.0.1:443":               {true, true},
		"192.168.1.1:443":              {false, true},
		"100.64.0.1:443":               {false, true},
		"[fd12::1]:443":                {false, true},
		"[::ffff:10.0.0.1]:443":        {false, true},
		"[::ffff:169.254.169.254]:80":  {false, false},
		"169.254.169.254:80":           {false, false},
		"100.100.100.200:80":           {false, false},
		"[fd00:ec2::254]:80":           {false, false},
		"[fe80::1%eth0]:80":            {false, false},
		"0.0.0.0:80":                   {false, false},
		"[::]:80":                      {false, false},
		"255.255.255.255:80":           {false, false},
		"224.0.0.1:80":                 {false, false},
		"[ff02::1]:80":                 {false, false},
		"[64:ff9b::a9fe:a9fe]:80":      {false, false},
		"[2002:a9fe:a9fe::1]:80":       {false, false},
		"not an address":               {false, false},
		"[64:ff9b:1::a9fe:a9fe:0]:443": {false, false},
	} {
		require.Equal(t, want.public, guard(false)("tcp", address, nil) == nil, address)
		require.Equal(t, want.allowPrivate, guard(true)("tcp", address, nil) == nil, address)
	}
}
