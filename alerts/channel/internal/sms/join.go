package sms

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts"
)

// Bounds of the replies that wait for their other parts: some 8 MB in all.
const (
	maxJoins     = 1000
	maxJoinParts = 32
	maxJoinPart  = 255
)

// Reply is what a customer wrote, without the text.
type Reply struct {
	ID       string
	From, To alerts.Phone
	Coding   uint8
}

// JoinKey is what the parts of one reply have in common.
type JoinKey struct {
	From, To         alerts.Phone
	Reference, Total int
}

// Fits reports whether a text is a part of a longer one that may wait for the others.
func (p Place) Fits(text []byte) bool {
	return p.Total > 1 && p.Total <= maxJoinParts && len(text) <= maxJoinPart
}

// Joiner puts the parts of long replies together. One goroutine uses it.
type Joiner struct{ groups map[JoinKey]*Group }

// Group is one long reply as far as it has come: parts by their number, from 0.
type Group struct {
	Reply Reply
	since time.Time
	parts [][]byte
	left  int
}

// Add adds a part to its reply; nil when there is no room for another reply. A part that comes again changes nothing.
func (j *Joiner) Add(key JoinKey, r Reply, at Place, text []byte) *Group {
	if j.groups == nil {
		j.groups = map[JoinKey]*Group{}
	}
	g := j.groups[key]
	if g == nil {
		if len(j.groups) == maxJoins {
			return nil
		}
		g = &Group{Reply: r, since: time.Now(), parts: make([][]byte, at.Total), left: at.Total}
		j.groups[key] = g
	}
	if g.parts[at.Number-1] == nil {
		g.parts[at.Number-1] = append([]byte{}, text...)
		g.left--
	}
	return g
}

// Forget drops a reply that has been heard.
func (j *Joiner) Forget(key JoinKey) { delete(j.groups, key) }

// Overdue are the replies that have waited since before then.
func (j *Joiner) Overdue(then time.Time) map[JoinKey]*Group {
	late := map[JoinKey]*Group{}
	for key, g := range j.groups {
		if g.since.Before(then) {
			late[key] = g
		}
	}
	return late
}

// Complete reports whether all parts have come.
func (g *Group) Complete() bool { return g.left == 0 }

// Text is what has come, in order.
func (g *Group) Text() (all []byte) {
	for _, part := range g.parts {
		all = append(all, part...)
	}
	return all
}
