package sms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// inboxSize is how much may wait to be heard before the centre is told to come back.
	inboxSize = 100
	// joinFor is how long the parts of a long reply are waited for.
	joinFor = time.Minute
	// maxReply bounds a reply's text, in characters.
	maxReply = 1600
)

// heard is what a centre delivered, and the session over which to answer it.
type heard struct {
	session *Session
	frame   Frame
}

// Took is what was read from a frame: something to be heard as it is, or a customer's text or part of one; neither for what is
// passed over.
type Took struct {
	Heard []channel.Heard
	Reply *Reply
	Text  []byte
	At    Place
}

// Take reads and answers what a centre delivers.
type Take struct {
	// Read reads one frame; false when it never will be readable.
	Read func(s *Session, f Frame) (Took, bool)
	// Decode reads a whole text.
	Decode func(text []byte, coding uint8) string
	// Answer is the answer to a frame.
	Answer func(f Frame, as Answer) Frame
	Now    func() card.Moment
}

// Answer is how a delivery is answered.
type Answer int

// The answers: it is safe, the centre should try again, or it never need.
const (
	Safe Answer = iota
	TryAgain
	NeverAgain
)

// Deliver puts a frame into the inbox; false when it is full.
func (l *Link) Deliver(s *Session, f Frame) bool {
	select {
	case l.inbox <- heard{s, f}:
		return true
	default:
		return false
	}
}

// listen passes on what was delivered, and answers the centre when it cannot be lost any more, until ctx ends.
func (l *Link) listen(ctx context.Context, hear channel.Hear, take Take) {
	tidy := time.NewTicker(joinFor / 4)
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-l.inbox:
			// What came over a session that has ended cannot be answered, so it comes again.
			if !h.session.Ended() {
				h.session.Put(take.Answer(h.frame, l.take(ctx, hear, take, h)))
			}
		case <-tidy.C:
			l.giveUpWaiting(ctx, hear, take)
		}
	}
}

func (l *Link) take(ctx context.Context, hear channel.Hear, take Take, h heard) Answer {
	t, readable := take.Read(h.session, h.frame)
	if !readable {
		l.Log.Warn("what the message centre delivered cannot be read", "channel", l.Name)
		return NeverAgain
	}
	if t.Reply == nil {
		return l.pass(ctx, hear, t.Heard)
	}
	key := JoinKey{t.Reply.From, t.Reply.To, t.At.Reference, t.At.Total}
	var g *Group
	if t.At.Fits(t.Text) {
		g = l.joiner.Add(key, *t.Reply, t.At, t.Text)
	}
	if g == nil {
		return l.pass(ctx, hear, take.reply(*t.Reply, t.Text))
	}
	if !g.Complete() {
		return Safe
	}
	answer := l.pass(ctx, hear, take.reply(g.Reply, g.Text()))
	if answer == Safe {
		l.joiner.Forget(key)
	}
	return answer
}

func (l *Link) pass(ctx context.Context, hear channel.Hear, list []channel.Heard) Answer {
	if len(list) == 0 {
		return Safe
	}
	if err := hear(ctx, list); err != nil {
		l.Log.Warn("what the message centre delivered could not be stored; it will come again", "channel", l.Name)
		return TryAgain
	}
	return Safe
}

// giveUpWaiting passes on what came of replies whose other parts did not.
func (l *Link) giveUpWaiting(ctx context.Context, hear channel.Hear, take Take) {
	for key, g := range l.joiner.Overdue(time.Now().Add(-joinFor)) {
		if l.pass(ctx, hear, take.reply(g.Reply, g.Text())) == Safe {
			l.joiner.Forget(key)
		}
	}
}

func (take Take) reply(r Reply, text []byte) []channel.Heard {
	words := []rune(strings.ToValidUTF8(take.Decode(text, r.Coding), "\uFFFD"))
	if len(words) == 0 {
		return nil
	}
	return []channel.Heard{{ID: r.ID, Reply: &alerts.Reply{
		Head: card.Head{ID: r.ID, At: take.Now()}, Channel: alerts.SMS, From: r.From, To: r.To,
		ProviderMessageID: r.ID, Text: string(words[:min(len(words), maxReply)]),
	}}}
}

// ReplyID names a reply that the centre gives no id, by its session and sequence number.
func (l *Link) ReplyID(s *Session, f Frame) string {
	return outbound.ID(fmt.Sprintf("%s:%s:%d", l.Name, s.Name, f.Sequence))
}

// Receipt is what a centre says about a part, as the desk hears it; none while parts that have not arrived leave the message open.
func (l *Link) Receipt(theirs string, outcome alerts.SendOutcome, reason channel.Reason, at card.Moment) []channel.Heard {
	ours, decided := l.Ledger.Fate(theirs, outcome)
	if !decided {
		return nil
	}
	return []channel.Heard{{
		ID:       outbound.ID(l.Name + ":" + theirs + ":" + string(outcome)),
		Delivery: &channel.Delivery{MessageID: ours, ProviderMessageID: theirs, Outcome: outcome, Reason: reason, At: at},
	}}
}
