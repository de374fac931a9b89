package part

import (
	"context"

	"github.com/cardwatch/cardwatch/stream/broker"
)

// BrokerOrder asks for the embedded broker, until it is told to end.
type BrokerOrder struct {
	// Dir takes its data.
	Dir string `json:"dir"`
}

// BrokerAnswer tells where it listens, once it does.
type BrokerAnswer struct {
	Addr string `json:"addr"`
}

func serveBroker(ctx context.Context, o BrokerOrder, answer func(any) error) error {
	b, err := broker.Start(broker.Config{Dir: o.Dir})
	if err != nil {
		return err
	}
	if err := answer(BrokerAnswer{Addr: b.Addr()}); err != nil {
		return err
	}
	<-ctx.Done()
	return b.Close()
}
