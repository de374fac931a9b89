package clerk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// ErrNoneFree says that no case of the line can be taken: all are closed, held, or being handed to somebody else at this moment.
var ErrNoneFree = errors.New("no case is free")

// ErrSlow says that a case was claimed but the desk has not applied that yet; asking again with the same Once tells how it ended.
var ErrSlow = errors.New("the desk has not applied the claim yet")

// ErrContended says that others were faster at every case tried.
var ErrContended = errors.New("others were faster at every case")

const (
	// maxTries is how many lost races Next goes through. Inside one process no race is lost to another Next, so a loss is somebody who
	// claimed by hand, or by another process.
	maxTries = 16
	// pageSize is how many cases are read from the queue at a time.
	pageSize = 100
)

// Ask is somebody who wants the next case.
type Ask struct {
	Actor string
	// Line is the group of alerts.IndexCases: the first line's "", or "escalated".
	Line string
	// Once makes asking twice with the same value give the same case.
	Once string
	// SkipWaiting leaves out cases whose customer has been asked and may still answer.
	SkipWaiting bool
}

// Taken is a case that now belongs to whoever asked.
type Taken struct{ Customer, CaseID string }

// Next claims the top case of a line for one analyst; nobody else is given it. ErrNoneFree and ErrContended leave nothing claimed.
func (c *Clerk) Next(ctx context.Context, ask Ask) (Taken, error) {
	if again, found, err := c.gaveBefore(ask); found || err != nil {
		return again, err
	}
	lost := 0
	var taken Taken
	err := c.walk(ask.Line, func(e stream.Entry, of *alerts.Case) (bool, error) {
		waits := of.State == alerts.CaseWaiting && ask.SkipWaiting
		if waits || of.State == alerts.CaseClosed || of.Owner != "" || !c.reserve(e.ID) {
			return false, nil
		}
		defer c.unreserve(e.ID)
		cmd := claim(ask, e, c.cfg.Now())
		refusal, err := c.Submit(ctx, &cmd)
		if err != nil {
			return false, err
		}
		if refusal == "" {
			taken = Taken{e.Customer, e.ID}
			return true, c.confirm(ask.Actor, taken)
		}
		if lost++; lost == maxTries {
			return false, ErrContended
		}
		return false, nil
	})
	if err == nil && taken == (Taken{}) {
		err = ErrNoneFree
	}
	return taken, err
}

// confirm looks whether a claim has made the actor the owner.
func (c *Clerk) confirm(actor string, taken Taken) error {
	state, err := c.cfg.View.Desk(taken.Customer)
	if err != nil {
		return err
	}
	if of := state.Case(taken.CaseID); of == nil || of.Owner != actor {
		return ErrSlow
	}
	return nil
}

func claim(ask Ask, e stream.Entry, now card.Moment) alerts.Command {
	return alerts.Command{
		Head:  card.Head{ID: ActID("next", ask.Once, ask.Actor, e.ID), Customer: e.Customer, At: now},
		Actor: ask.Actor, Verb: alerts.Claim, CaseID: e.ID,
	}
}

// gaveBefore finds the case that the same ask was given before, as long as its owner still holds it.
func (c *Clerk) gaveBefore(ask Ask) (taken Taken, found bool, err error) {
	err = c.walk(ask.Line, func(e stream.Entry, of *alerts.Case) (bool, error) {
		if of.Owner != ask.Actor {
			return false, nil
		}
		cmd := claim(ask, e, c.cfg.Now())
		refusal, err := c.Try(e.Customer, &cmd)
		found = err == nil && refusal == alerts.RefusedDuplicate
		taken = Taken{e.Customer, e.ID}
		return found, err
	})
	return taken, found, err
}

// walk visits the cases of a line in order, until visit returns true or an error.
func (c *Clerk) walk(line string, visit func(stream.Entry, *alerts.Case) (bool, error)) error {
	var from Position
	for {
		entries, more, err := c.Page(line, from, pageSize)
		if err != nil {
			return err
		}
		for _, e := range entries {
			from = Position{e.Order, e.ID}
			state, err := c.cfg.View.Desk(e.Customer)
			if errors.Is(err, stream.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			// A case that left since the list was read is gone from it.
			of := state.Case(e.ID)
			if of == nil {
				continue
			}
			if done, err := visit(e, of); done || err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// Position is a place in an index of cases: behind the entry with this order and id. The zero Position is the beginning.
type Position struct {
	Order uint64
	ID    string
}

// Page gives the entries of a group of alerts.IndexCases behind a position, in order, and whether there are more. A case whose priority
// changes between two pages may be seen twice or not at all.
func (c *Clerk) Page(group string, after Position, limit int) (entries []stream.Entry, more bool, err error) {
	// Cases of one priority that opened in the same millisecond share an order: those up to the position are read again and left out.
	for read := limit + 1; ; read *= 2 {
		listed, err := c.cfg.View.Below(alerts.IndexCases, group, after.Order, math.MaxUint64, read)
		if err != nil {
			return nil, false, fmt.Errorf("clerk: read the queue: %w", err)
		}
		entries := slices.DeleteFunc(slices.Clone(listed), func(e stream.Entry) bool { return e.Order == after.Order && e.ID <= after.ID })
		if len(entries) > limit {
			return entries[:limit], true, nil
		}
		if len(listed) < read {
			return entries, false, nil
		}
	}
}

func (c *Clerk) reserve(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handing[id] {
		return false
	}
	c.handing[id] = true
	return true
}

func (c *Clerk) unreserve(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.handing, id)
}
