package stream

import (
	"context"
	"sync"
)

// Gate holds back reading while it is shut: partitions fetch nothing more, standbys copy nothing more. What has been fetched is applied
// and written; everything else goes on. The zero Gate is open, a nil one always. Safe for concurrent use.
type Gate struct {
	mu sync.Mutex
	// opened is there while the gate is shut, and is closed when it opens.
	opened chan struct{}
}

// Shut holds readers back from their next fetch on.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
}

// Open lets readers go on.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}

// wait returns when the gate is open, or with ctx's error when that ends before.
func (g *Gate) wait(ctx context.Context) error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	if opened == nil {
		return nil
	}
	select {
	case <-opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
