package window

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// LogSpan is how far back the log reaches: the longest window that a rule may ask for.
	LogSpan = NominalDays * Day
	// maxLog bounds the log's bytes: about 330 uses, which covers 90 days of a card that is used three or four times a day. A
	// busier one keeps fewer days, and LogSince says how many.
	maxLog = 4096
	// keptLog is what stays when the log is full: cutting it is walking through it, so it must not be needed with every use.
	keptLog = maxLog * 7 / 8
	// The log is looked through for entries that are too old once a week of event time.
	cutEvery = 7 * Day
)

// Past is a use as the log keeps it: what rules aggregate over.
type Past struct {
	At    card.Moment
	Minor int64
	// Area is where the card was; 0 unless the card was present and the place known.
	Area     Area
	Merchant uint32
	MCC      card.MCC
	Type     card.Type
	Status   card.Status
	Entry    card.EntryMode
}

// Present reports whether the card was at the terminal.
func (p *Past) Present() bool { return present(p.Type, p.Entry) }

// Past is the use as the log would keep it.
func (u *Use) Past() Past {
	return Past{At: u.At, Minor: u.Minor, Area: u.Spot.Area, Merchant: u.Merchant, MCC: u.MCC, Type: u.Type, Status: u.Status, Entry: u.Entry}
}

// usage is the log of the uses that are too old or too many to be kept singly. The entries lie one behind the other, the oldest first,
// and each ends with its two bytes of flags, so that they are read from the newest backwards: an entry says what it is, and how its
// elder differs in time, offset and place. Appending therefore touches nothing that is there, decoding a window copies the bytes
// without looking at them, and the older half of the log goes by leaving it out.
type usage struct {
	entries []byte
	// newest is the time of the newest entry and area the place of the newest one that has a place; unset in an empty log.
	newest card.Moment
	area   Area
	// since is the time, in Unix milliseconds, from which on no use is missing; 0 when none ever was left out.
	since int64
}

func (l *usage) reset() { *l = usage{entries: l.entries[:0]} }

// add files a use that leaves the recent ones. Nearly always it is the newest of the log; one that comes late finds its place.
func (l *usage) add(u *Use) {
	if u.Reversed || !u.IsUse() {
		return
	}
	p := u.Past()
	if len(l.entries) > 0 && p.At.UnixMilli < l.newest.UnixMilli {
		l.insert(&p)
	} else {
		l.append(&p)
	}
	if len(l.entries) > maxLog {
		l.cut(keptLog, 0)
	}
}

// insert takes the newer entries off, files the use and puts them back.
func (l *usage) insert(p *Past) {
	if p.At.UnixMilli <= l.newest.UnixMilli-LogSpan.Milliseconds() || p.At.UnixMilli < l.since {
		return
	}
	var newer []Past
	c := l.cursor()
	for c.next() && c.At.UnixMilli > p.At.UnixMilli {
		newer = append(newer, c.Past)
	}
	c = l.cursor()
	for range newer {
		c.next()
	}
	l.entries, l.newest, l.area = l.entries[:c.end], c.elder, c.area
	l.append(p)
	for _, p := range slices.Backward(newer) {
		l.append(&p)
	}
}

// cut lets go of the oldest entries: all beyond so many bytes, and all up to a time.
func (l *usage) cut(bytes int, until int64) {
	least := len(l.entries) - bytes
	from := len(l.entries)
	c := l.cursor()
	for c.next() && c.end >= least && c.At.UnixMilli > until {
		from = c.end
	}
	if from == 0 {
		return
	}
	if c.At.UnixMilli > until {
		l.since = c.At.UnixMilli + 1
	}
	l.entries = slices.Delete(l.entries, 0, from)
}
