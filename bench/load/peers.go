package load

import (
	"context"
	"errors"
)

// Peers is two implementations side by side.
type Peers struct{}

func (b *bench) peers(context.Context) error { return errors.New("no --peer") }
