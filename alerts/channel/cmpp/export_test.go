package cmpp

import (
	"context"
	"net"
)

// Over makes the options reach the gateway another way.
func (o Options) Over(dial func(context.Context) (net.Conn, error)) Options {
	o.dial = dial
	return o
}
