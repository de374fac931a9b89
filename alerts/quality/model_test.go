package quality_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// history is everything that happened, kept whole: the naive model of a Book.
type history struct {
	live, shadow []*detectors.Alert
	answers      map[string]card.Verdict
}

func (h *history) rule(rule detectors.Name, first, last int32) (c quality.Counts) {
	for _, a := range h.live {
		if day := a.At.LocalDay(); a.Detector != rule || day < first || day > last {
			continue
		}
		c.Alerts++
		switch h.answers[a.AlertID] {
		case card.Genuine:
			c.Genuine++
		case card.Fraud:
			c.Fraud++
		case card.Unknown:
			c.Unknown++
		}
	}
	return c
}

func (h *history) draft(set string, rule detectors.Name, first, last int32) (c quality.Counts) {
	for _, a := range h.shadow {
		if day := a.At.LocalDay(); a.RuleSet != set || a.Detector != rule || day < first || day > last {
			continue
		}
		c.Alerts++
		for _, l := range h.live {
			if apart := a.At.Sub(l.At).Abs(); l.AlertID == a.AlertID || l.Card == a.Card && apart <= 24*time.Hour {
				c.AlsoLive++
				break
			}
		}
	}
	return c
}

// Whatever comes in whatever order, a Book says what counting everything anew would say.
func TestABookIsTheNaiveCount(t *testing.T) {
	for seed := range uint64(30) {
		dice := rand.New(rand.NewPCG(seed, 7))
		var b quality.Book
		h := history{answers: map[string]card.Verdict{}}
		now := noon(0)
		for i := range 400 {
			at := now.Add(-time.Duration(dice.Int64N(int64(34 * 24 * time.Hour))))
			rule, cardID := fmt.Sprint("rule", dice.IntN(3)), fmt.Sprint("card", dice.IntN(40))
			a := opened(fmt.Sprint("alert", i), rule, cardID, at)
			if dice.IntN(3) == 0 {
				a = drafted(fmt.Sprint("v", dice.IntN(2)), fmt.Sprint("alert", dice.IntN(400)), rule, cardID, at)
				h.shadow = append(h.shadow, a)
			} else {
				h.live = append(h.live, a)
			}
			b.Alert(a, now)
			if len(h.live) > 0 && dice.IntN(2) == 0 {
				id := h.live[dice.IntN(len(h.live))].AlertID
				v := card.Verdict(1 + dice.IntN(3))
				b.Feedback(answer(id, v, now.Add(time.Duration(i)*time.Minute)))
				if v != card.Unknown || h.answers[id] == 0 {
					h.answers[id] = v
				}
			}
		}
		h.unique()
		today, report := now.LocalDay(), b.Report(now)
		for _, r := range report.Rules {
			for i, days := range quality.Spans {
				require.Equal(t, h.rule(r.Rule, today-int32(days)+1, today), r.Spans[i].Counts, "seed %d, %s, %d days", seed, r.Rule, days)
			}
			require.Equal(t, h.rule(r.Rule, today-34, today-7), r.Before.Counts)
		}
		for _, d := range report.Drafts {
			for i, days := range quality.Spans {
				require.Equal(t, h.draft(d.Set, d.Rule, today-int32(days)+1, today), d.Spans[i].Counts, "seed %d, %s %s, %d days", seed, d.Set, d.Rule, days)
			}
		}
	}
}

// unique leaves the first of a draft's alerts with the same id, as a record that comes twice.
func (h *history) unique() {
	seen := map[string]bool{}
	var first []*detectors.Alert
	for _, a := range h.shadow {
		if key := a.RuleSet + " " + string(a.Detector) + " " + a.AlertID; !seen[key] {
			seen[key] = true
			first = append(first, a)
		}
	}
	h.shadow = first
}
