package kafka

import "context"

// gate lets writes through side by side, or shuts until one caller alone is done. A sync.RWMutex would do but for two things: whoever
// waits here can give up, and the wait is visible to simulated time.
type gate struct {
	// passes holds one token for each write that is inside, and all there are while the gate is shut.
	passes chan struct{}
	// shutting holds a token while a caller gathers or has the passes.
	shutting chan struct{}
}

// maxInside bounds the writes under way at a time; each partition has one at most.
const maxInside = 64

func newGate() gate {
	return gate{passes: make(chan struct{}, maxInside), shutting: make(chan struct{}, 1)}
}

// enter waits for the gate to be open and holds it so until leave.
func (g *gate) enter(ctx context.Context) error { return take(ctx, g.passes) }

func (g *gate) leave() { <-g.passes }

// shut waits until nobody is inside and keeps everybody out until open.
func (g *gate) shut(ctx context.Context) error {
	if err := take(ctx, g.shutting); err != nil {
		return err
	}
	for held := range maxInside {
		if err := take(ctx, g.passes); err != nil {
			g.giveBack(held)
			return err
		}
	}
	return nil
}

func (g *gate) open() { g.giveBack(maxInside) }

func (g *gate) giveBack(passes int) {
	for range passes {
		<-g.passes
	}
	<-g.shutting
}

func take(ctx context.Context, tokens chan struct{}) error {
	select {
	case tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
