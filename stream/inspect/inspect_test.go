package inspect_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/inspect"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestVerifyNamesEveryDamage(t *testing.T) {
	h := newHouse(t)
	flip := func(part string) func(value []byte) []byte {
		return func(value []byte) []byte {
			value[bytes.Index(value, []byte(part))]++
			return value
		}
	}
	for name, c := range map[string]struct {
		change           func(t *testing.T, s *store.Space, b *store.Batch)
		offline, against []string
	}{
		"nothing": {change: func(*testing.T, *store.Space, *store.Batch) {}},
		"a flipped byte that no longer decodes": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				rewrite(t, s, b, "cust-3", func(value []byte) []byte { return value[:len(value)-1] })
			},
			offline: []string{`desk partition 0: customer "cust-3": the state cannot be read: desk state: pack: value is cut short`},
			against: []string{`desk partition 0: customer "cust-3": the value is not the changelog's: it has seen its inputs up to [3 0 0 0 0 0 0 0], the changelog's up to [3 0 0 0 0 0 0 0]`},
		},
		"a flipped byte that only the changelog knows of": {
			change:  func(t *testing.T, s *store.Space, b *store.Batch) { rewrite(t, s, b, "cust-2", flip("tx-1")) },
			against: []string{`desk partition 0: customer "cust-2": the value is not the changelog's: it has seen its inputs up to [2 2 0 0 0 0 0 0], the changelog's up to [2 2 0 0 0 0 0 0]`},
		},
		"a deleted timer": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				timers, err := s.Timers(0, 1)
				require.NoError(t, err)
				value, _, err := s.AppendValue(nil, timers[0].Customer)
				require.NoError(t, err)
				b.PutValue([]byte(timers[0].Customer), value, timers[0].Due, 0)
			},
			offline: []string{`desk partition 0: customer "cust-1": its timer at 2026-03-01T06:01:00Z is missing`},
		},
		"a stray index row": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				b.Reindex(nil, []store.Row{{Index: stream.IndexTag(alerts.IndexCase), Key: stream.LookupKey("case-of-nobody"), Value: []byte("cust-9")}})
			},
			offline: []string{`desk partition 0: the row "\x00\x00\x00\x00\x00\x00\x00\x00\x00case-of-nobody\x00" of index 4, which holds "cust-9", follows from no state that can be read`},
		},
		"a version of the future": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				rewrite(t, s, b, "cust-3", func(value []byte) []byte { value[0] = 7; return value })
			},
			offline: []string{`desk partition 0: customer "cust-3": the value cannot be read: store: state has version 7, this binary reads 1: run the release that wrote it`,
				`desk partition 0: the row "\x00\x00\x00\x00\x00\x00\x00\x00\x00` + alerts.PhoneKey("+8613800138000") + `\x00cust-3" of index 6`},
		},
		"a format level of the future": {
			change:  func(t *testing.T, s *store.Space, b *store.Batch) { b.SetFormat(store.Format{Level: 2, Release: "v9"}) },
			offline: []string{`desk partition 0: store: the partition was finalized at format level 2, this binary reads up to 1: run release v9 or a newer one`},
		},
		"a state ahead of the progress and of the topic": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				rewrite(t, s, b, "cust-3", func(value []byte) []byte {
					var e store.Envelope
					state, err := store.ReadEnvelope(value, &e)
					require.NoError(t, err)
					e.Applied[0] = 1000
					return append(store.AppendEnvelope(nil, &e), state...)
				})
			},
			offline: []string{`desk partition 0: customer "cust-3": its state has seen input 0 up to offset 1000, the progress of an owner that has stopped ends at 3`},
			against: []string{
				`desk partition 0: customer "cust-3": the value is not the changelog's: it has seen its inputs up to [1000 0 0 0 0 0 0 0], the changelog's up to [3 0 0 0 0 0 0 0]`,
				`desk partition 0: customer "cust-3": its state has seen cards.contact.v1 up to offset 1000, the topic ends at 3`,
			},
		},
		"a customer that was never written to the changelog": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				value, _, err := s.AppendValue(nil, "cust-3")
				require.NoError(t, err)
				b.PutValue([]byte("cust-4"), value, 0, 0) // its index rows are cust-3's
			},
			against: []string{`desk partition 0: customer "cust-4": is in the store, but not in the changelog`},
		},
		"a progress, and rules, of somebody else": {
			change: func(t *testing.T, s *store.Space, b *store.Batch) {
				p, _, err := s.Progress()
				require.NoError(t, err)
				p.Epoch = 5
				b.SetProgress(&p)
				b.SetRules([]byte("{}"))
			},
			against: []string{`desk partition 0: the progress is not the changelog's`, `desk partition 0: the rules are not the changelog's`},
		},
		"a position beyond the changelog": {
			change:  func(t *testing.T, s *store.Space, b *store.Batch) { b.SetChangelog(1 << 40) },
			against: []string{`desk partition 0: the copy reaches to offset 1099511627776, the changelog ends at`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			offline, against := h.problems(t, h.damaged(t, func(s *store.Space, b *store.Batch) { c.change(t, s, b) }))
			begins(t, c.offline, offline)
			begins(t, c.against, against)
		})
	}
}

// begins compares lines by how they begin; what is expected of nothing is nothing.
func begins(t *testing.T, want, got []string) {
	t.Helper()
	for i, line := range want {
		require.True(t, slices.ContainsFunc(got, func(g string) bool { return len(g) >= len(line) && g[:len(line)] == line }), "%d: %s\nis not in %q", i, line, got)
	}
	if len(want) == 0 {
		require.Empty(t, got)
	}
}

// A store that stopped is equal to its changelog up to its own position, whatever the next owner has written since.
func TestAStoreThatLiesBackIsStillInOrder(t *testing.T) {
	h := newHouse(t)
	behind := h.damaged(t, func(*store.Space, *store.Batch) {})
	h.work(t, h.dir, func(d *desk) {
		d.alert("cust-3", "alert-3")
		d.contact("cust-5")
	})
	for _, dir := range []string{behind, h.dir} {
		offline, against := h.problems(t, dir)
		require.Empty(t, offline)
		require.Empty(t, against)
	}
}

func TestInspectTellsHowAPartitionStands(t *testing.T) {
	h := newHouse(t)
	sum, err := shares(t, h.dir)[0].Summary()
	require.NoError(t, err)
	require.Equal(t, "desk", sum.Processor)
	require.EqualValues(t, 1, sum.Epoch)
	require.True(t, sum.Released)
	require.Equal(t, "2026-03-01T06:00:00Z", *sum.Now)
	require.Equal(t, wire.ContactTopic, sum.Inputs[0].Topic)
	require.EqualValues(t, 3, sum.Inputs[0].Next)
	require.EqualValues(t, 2, sum.Inputs[0].Last.Offset)
	require.Nil(t, sum.Inputs[3].Last, "no reply has come")
	require.Equal(t, wire.FeedbackTopic, sum.Outputs[0].Topic)
	require.EqualValues(t, 3, sum.States)
	require.EqualValues(t, 2, sum.Timers)
	require.NotEmpty(t, sum.RulesSHA256)
	require.Positive(t, *sum.ChangelogPosition)

	copied := scratch(t)
	require.NoError(t, inspect.Copy(t.Context(), h.client, copied, inspect.Kinds()[1:], inspect.Pick{Partition: -1}, func(string) string { return group }))
	list, err := inspect.Shares(copied, inspect.Kinds(), inspect.Pick{Processor: "desk", Partition: 0})
	require.NoError(t, err)
	fromChangelog, err := list[0].Summary()
	require.NoError(t, err)
	require.Equal(t, sum, fromChangelog, "the changelog says the same")
}

func TestAnExportIsTheSameForTheSameStatesAndShowsNoNumbers(t *testing.T) {
	h := newHouse(t)
	export := func(dir string, raw bool) string {
		var out bytes.Buffer
		n, damaged, err := inspect.Export(&out, shares(t, dir), raw)
		require.NoError(t, err)
		require.EqualValues(t, 3, n)
		require.Zero(t, damaged)
		return out.String()
	}
	text := export(h.dir, false)
	require.Equal(t, text, export(h.damaged(t, func(*store.Space, *store.Batch) {}), false))
	require.NotContains(t, text, "13800138000")
	require.NotContains(t, text, "push-secret")
	var first inspect.Customer
	line, _, _ := bytes.Cut([]byte(text), []byte("\n"))
	require.NoError(t, json.Unmarshal(line, &first))
	require.Equal(t, "cust-1", first.Customer)
	require.EqualValues(t, 1, first.Applied[wire.ContactTopic])
	require.Equal(t, "2026-03-01T06:01:00Z", first.Wake)
	var state struct {
		Contact struct {
			ID, Phone, Language string
			At                  string
		}
		Cases []struct {
			Card     string
			OpenedAt string `json:"opened_at"`
			Alerts   []struct {
				AlertID string `json:"alert_id"`
				Use     struct {
					Amount struct {
						Minor    int64
						Currency string
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(first.State, &state))
	require.Equal(t, "••••••00", state.Contact.Phone)
	require.Equal(t, "contact-cust-1", state.Contact.ID)
	require.Equal(t, "2026-03-01T14:00:00.000+08:00", state.Contact.At)
	require.Equal(t, "tok-cust-1", state.Cases[0].Card, "tokens are what an operator looks for")
	require.Equal(t, "CNY", state.Cases[0].Alerts[0].Use.Amount.Currency)

	var one inspect.Customer
	rawLine, _, _ := bytes.Cut([]byte(export(h.damaged(t, func(*store.Space, *store.Batch) {}), true)), []byte("\n"))
	require.NoError(t, json.Unmarshal(rawLine, &one))
	_, err := store.ReadEnvelope(one.Raw, new(store.Envelope))
	require.NoError(t, err)

	none, err := shares(t, h.damaged(t, func(*store.Space, *store.Batch) {}))[0].Customer("nobody")
	require.NoError(t, err)
	require.Nil(t, none)
}
