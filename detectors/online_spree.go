package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// OnlineSpree (网上连续大额) sees an account that was taken over: several purchases without the card within hours, each large for what this
// card buys online, by a card that seldom buys so often. One large purchase alone is a new phone; the series is what speaks.
type OnlineSpree struct {
	// AlertAt is the score from which an alert is raised.
	AlertAt int `yaml:"alert_at" doc:"The score, 1 to 100, from which an alert is raised."`
	// Span is the time in which purchases are one series.
	Span time.Duration `yaml:"span" doc:"Online purchases within this time are one series."`
	// LeastMinor is the least that a purchase of the series comes to.
	LeastMinor int64 `yaml:"least_minor" doc:"What is below this amount, in minor units, belongs to no series."`
	// History is the number of uses below which the card has no normal to be held against.
	History int `yaml:"history" doc:"Below so many uses in 90 days nothing is said: the card has no normal yet."`
}

// DefaultOnlineSpree gives the defaults and why.
func DefaultOnlineSpree() OnlineSpree {
	return OnlineSpree{
		// Two purchases that are large for the card and close together, and one fact more.
		AlertAt: 56,
		// Whoever has an account for an evening uses it up; the holder's next order is mostly a day away.
		Span: 6 * time.Hour,
		// Nobody takes an account over for groceries.
		LeastMinor: 10_000,
		// Below 20 uses the largest is no more than one in twenty.
		History: 20,
	}
}

// About says who the detector is.
func (d *OnlineSpree) About() About {
	return About{
		Name: "online_spree", Version: 1,
		Title: Text{Zh: "网上连续大额", En: "Online spree"},
		Summary: Text{
			Zh: "几小时内多笔无卡交易，每笔都高于该卡平时网上消费，且该卡很少如此频繁网购：账户可能已被接管。",
			En: "Several purchases without the card within hours, each large for what the card buys online, by a card that seldom does: an account taken over.",
		},
	}
}

// Validate names everything that is wrong with the configuration.
func (d *OnlineSpree) Validate() []Problem {
	var c checks
	c.between("alert_at", d.AlertAt, 1, 100)
	c.within("span", d.Span, 10*time.Minute, window.Day)
	c.that(d.LeastMinor > 0, "least_minor", "must be above 0")
	c.between("history", d.History, 1, 200)
	return c
}

// Evaluate judges one use.
func (d *OnlineSpree) Evaluate(in *Sighting, f *Finding) {
	if !d.member(in.Use) {
		return
	}
	facts := d.series(in)
	if facts.others == 0 {
		return
	}
	d.compare(in, &facts)
	if score := facts.score(in.Tight); facts.uses >= d.History && f.speaks(in, score, d.AlertAt) {
		f.Reasons = facts.explain(in)
	}
}

// member reports whether a use can belong to a series: somebody typed the card's number in, for more than a trifle. What a shop charges to
// a stored card by itself does not.
func (d *OnlineSpree) member(u *window.Use) bool {
	return u.Type == card.Purchase && (u.Entry == card.Ecommerce || u.Entry == card.Manual) && u.Minor >= d.LeastMinor && !u.Late && !u.Reversed
}

// again reports whether one use is the other tried again: what was declined is mostly paid a minute later, and is one purchase.
func again(a, b *window.Use) bool {
	return a.Minor == b.Minor && a.Merchant == b.Merchant && a.Status != b.Status
}

// series looks for the other purchases of the series. What the holder has answered for belongs to none.
func (d *OnlineSpree) series(in *Sighting) spreeFacts {
	f := spreeFacts{total: in.Use.Minor, gap: d.Span}
	recent := in.Window.Recent()
	for i := len(recent) - 1; i >= 0; i-- {
		o := &recent[i]
		before := in.Use.At.Sub(o.At)
		if before > d.Span {
			break
		}
		if o.At.UnixMilli <= in.Settled || !d.member(o) || again(o, in.Use) || f.last != nil && again(o, f.last) {
			continue
		}
		f.others++
		f.last = o
		f.total += o.Minor
		f.largest = max(f.largest, o.Minor)
		f.gap = min(f.gap, before.Abs())
	}
	return f
}
