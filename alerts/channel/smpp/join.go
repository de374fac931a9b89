package smpp

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

// reply is what a customer wrote, without the text.
type reply struct {
	id       string
	from, to alerts.Phone
	coding   uint8
}

type joinKey struct {
	from, to         alerts.Phone
	reference, total int
}

// fits reports whether a text is a part of a longer one that may wait for the others.
func (p place) fits(text []byte) bool {
	return p.total > 1 && p.total <= maxJoinParts && len(text) <= maxJoinPart
}

// joiner puts the parts of long replies together. One goroutine uses it.
type joiner struct{ groups map[joinKey]*group }

// group is one long reply as far as it has come: parts by their number, from 0.
type group struct {
	reply reply
	since time.Time
	parts [][]byte
	left  int
}

// add adds a part to its reply; nil when there is no room for another reply. A part that comes again changes nothing.
func (j *joiner) add(key joinKey, r reply, at place, text []byte) *group {
	if j.groups == nil {
		j.groups = map[joinKey]*group{}
	}
	g := j.groups[key]
	if g == nil {
		if len(j.groups) == maxJoins {
			return nil
		}
		g = &group{reply: r, since: time.Now(), parts: make([][]byte, at.total), left: at.total}
		j.groups[key] = g
	}
	if g.parts[at.number-1] == nil {
		g.parts[at.number-1] = append([]byte{}, text...)
		g.left--
	}
	return g
}

func (j *joiner) forget(key joinKey) { delete(j.groups, key) }

// overdue are the replies that have waited since before then.
func (j *joiner) overdue(then time.Time) map[joinKey]*group {
	late := map[joinKey]*group{}
	for key, g := range j.groups {
		if g.since.Before(then) {
			late[key] = g
		}
	}
	return late
}

func (g *group) complete() bool { return g.left == 0 }

// text is what has come, in order.
func (g *group) text() (all []byte) {
	for _, part := range g.parts {
		all = append(all, part...)
	}
	return all
}
