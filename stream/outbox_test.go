package stream_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
)

// postbox is a store with messages, one of each customer, and the same in memory.
type postbox struct {
	require *require.Assertions
	space   *store.Space
	desk    *stream.Desk
	waiting map[string]*alerts.State
	n       int
}

func (p *postbox) write(s *alerts.State, before, after []store.Row) {
	b := p.space.NewBatch()
	b.PutValue([]byte(s.Customer), append(store.AppendEnvelope(nil, &store.Envelope{Applied: []int64{1}}), s.AppendBinary(nil)...), 0, 0)
	b.Reindex(before, after)
	p.require.NoError(b.Commit())
	p.require.NoError(b.Close())
}

// post puts a message in and gives its id.
func (p *postbox) post(purpose alerts.Purpose, due int64) string {
	p.n++
	id := fmt.Sprintf("m%04d", p.n)
	s := &alerts.State{Customer: "of-" + id, Messages: []alerts.Message{{
		ID: id, Purpose: purpose, Channel: alerts.SMS, Outcome: alerts.Queued, DueAt: card.Moment{UnixMilli: due},
	}}}
	p.write(s, nil, p.desk.Index(s, nil))
	p.waiting[id] = s
	return id
}

func (p *postbox) send(id string) {
	s := p.waiting[id]
	before := p.desk.Index(s, nil)
	s.Messages[0].Outcome = alerts.Accepted
	p.write(s, before, p.desk.Index(s, nil))
	delete(p.waiting, id)
}

// due is what an outbox should list.
func (p *postbox) due(now int64, limit int) (ids []string) {
	var list []*alerts.Message
	for _, s := range p.waiting {
		if m := &s.Messages[0]; m.DueAt.UnixMilli <= now {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *alerts.Message) int {
		return cmp.Or(a.Purpose.Urgency()-b.Purpose.Urgency(), cmp.Compare(a.DueAt.UnixMilli, b.DueAt.UnixMilli), cmp.Compare(a.ID, b.ID))
	})
	for _, m := range list[:min(len(list), limit)] {
		ids = append(ids, m.ID)
	}
	return ids
}

func newPostbox(t *testing.T, r require.TestingT) (p *postbox, box *stream.Outbox) {
	db := open(t, vfs.NewMem())
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	p = &postbox{require: require.New(r), space: db.Space(stream.DeskTag, 0), desk: stream.NewDesk(nil, nil), waiting: map[string]*alerts.State{}}
	return p, stream.NewOutbox(stream.View{DB: db, Partitions: 1})
}

func (p *postbox) listed(box *stream.Outbox, now int64, limit int) (ids []string) {
	rows, err := box.Due(alerts.SMS, card.Moment{UnixMilli: now}, limit)
	p.require.NoError(err)
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

// As long as the desk is no more than five seconds behind, every look finds what a look from the beginning would.
func TestAnOutboxListsWhatWaits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p, box := newPostbox(t, r)
		now, looked := int64(1_000_000), int64(1_000_000)
		purposes := []alerts.Purpose{alerts.FraudPrompt, alerts.FraudAnswer, alerts.Service}
		r.Repeat(map[string]func(*rapid.T){
			"time goes by": func(r *rapid.T) { now += rapid.Int64Range(1, 400).Draw(r, "ms") },
			"a message comes": func(r *rapid.T) {
				p.post(rapid.SampledFrom(purposes).Draw(r, "purpose"), rapid.Int64Range(looked-5_000, now+300).Draw(r, "due"))
			},
			"the first is sent": func(*rapid.T) {
				if due := p.due(now, 1); len(due) > 0 {
					p.send(due[0])
				}
			},
			"any is sent": func(r *rapid.T) {
				if due := p.due(now, 100); len(due) > 0 {
					p.send(rapid.SampledFrom(due).Draw(r, "which"))
				}
			},
			"a look": func(r *rapid.T) {
				limit := rapid.IntRange(1, 8).Draw(r, "limit")
				p.require.Equal(p.due(now, limit), p.listed(box, now, limit))
				looked = now
			},
		})
	})
}

func TestAMessageThatComesVeryLateWaitsASecondAtMost(t *testing.T) {
	p, box := newPostbox(t, t)
	require.Empty(t, p.listed(box, 100_000, 10))
	late := p.post(alerts.FraudPrompt, 10_000)
	require.Empty(t, p.listed(box, 100_500, 10), "a minute late: not where this look begins")
	require.Equal(t, []string{late}, p.listed(box, 101_000, 10))
	require.Equal(t, []string{late}, p.listed(box, 101_001, 10), "and the next ones begin there")
}

func TestAnOutboxKnowsNobodyWhomAnotherProcessHas(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer func() { require.NoError(t, db.Close()) }()
	p := &postbox{require: require.New(t), space: db.Space(stream.DeskTag, 0), desk: stream.NewDesk(nil, nil), waiting: map[string]*alerts.State{}}
	owned := []int{0}
	box := stream.NewOutbox(stream.View{DB: db, Partitions: 1, Only: func() []int { return owned }})
	id := p.post(alerts.FraudPrompt, 1_000)
	state, err := box.State("of-" + id)
	require.NoError(t, err)
	require.NotNil(t, state.Message(id))
	owned = nil
	state, err = box.State("of-" + id)
	require.NoError(t, err)
	require.Nil(t, state.Message(id), "the one who has it now sends it")
	require.Empty(t, p.listed(box, 2_000, 10))
}
