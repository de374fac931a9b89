package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"syscall"
)

// ErrForbidden is an address that no call may go to.
var ErrForbidden = errors.New("the address is private or reserved; set allow_private if the provider is inside your own network")

// Address checks an address to call: https with a host and nothing that hides where it leads, or http to this machine itself.
func Address(raw string, allowPrivate bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("the address cannot be read as a URL")
	}
	switch {
	case u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("the address has no host")
	case u.User != nil || u.Fragment != "":
		return nil, errors.New("the address may hold neither a user nor a fragment")
	case u.Scheme == "https", u.Scheme == "http" && allowPrivate && isLocal(u.Hostname()):
		return u, nil
	default:
		return nil, fmt.Errorf("the address has scheme %q; it must be https, or http to this machine with allow_private", u.Scheme)
	}
}

func isLocal(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// guard judges the address that a name has turned out to stand for, right before it is dialled, so that no name can be changed
// between the check and the call (DNS rebinding).
func guard(allowPrivate bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("reading the address to dial: %w", err)
		}
		if !mayDial(a.Addr(), allowPrivate) {
			return ErrForbidden
		}
		return nil
	}
}

func mayDial(a netip.Addr, allowPrivate bool) bool {
	a = a.Unmap().WithZone("")
	if in(a, never) {
		return false
	}
	return allowPrivate || !in(a, private)
}

func in(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

var (
	// never lists where no provider can be: metadata services of clouds (AWS, GCP, Azure, Aliyun), link-local, multicast and
	// reserved networks, and IPv6 forms that hold an IPv4 address which would escape the check (IANA's special-purpose registries).
	never = prefixes("169.254.0.0/16", "100.100.100.200/32", "fd00:ec2::254/128", "fe80::/10", "0.0.0.0/8", "192.0.0.0/24",
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "64:ff9b::/96",
		"64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "ff00::/8")
	// private lists the networks that are somebody's own: this machine, RFC 1918, carrier NAT, benchmarking, ULA.
	private = prefixes("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15",
		"fc00::/7", "fec0::/10")
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
