package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Desk is the desk beside the monitor in one process: how soon a customer is asked, how soon their "no" becomes a request to block the
// card, and what a sick provider changes about the time until an alert can be read.
type Desk struct {
	scene
	Rate int `json:"rate"`
	// Runs are the open loops, each with a process of its own, the app's gateway in turn healthy, hanging and failing.
	Runs []DeskRun `json:"runs"`
	// Hanging and Failing are how much later alerts can be read with such a gateway than with a healthy one, in percent of the medians over
	// the turns; Again is the same between the healthy runs themselves, slowest against fastest: what less than that means.
	Hanging Change `json:"change_hanging"`
	Failing Change `json:"change_failing"`
	Again   Change `json:"spread_healthy"`
}

// DeskRun is one open loop.
type DeskRun struct {
	Gateway string `json:"gateway"`
	Turn    int    `json:"turn"`
	part.SenderAnswer
	// Doubled counts messages that were taken twice, up to here.
	Doubled int `json:"messages_taken_twice"`
}

// Change is in percent.
type Change struct {
	P50 float64 `json:"p50_percent"`
	P99 float64 `json:"p99_percent"`
}

var moods = [...]mood{healthy, hanging, failing}

func (b *bench) desk(ctx context.Context) (err error) {
	sc := b.first()
	customers := b.Turns * len(moods) * b.perRun()
	if sc.Cards < 2*customers {
		return fmt.Errorf("%d cards are too few: %d turns with %d alerts a second for %v s take %d customers, and as many have to stay quiet",
			sc.Cards, b.Turns*len(moods), b.Plants, b.WarmUp+b.Seconds, customers)
	}
	g, err := openGateways()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	s, err := b.setUp(ctx, sc)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	f, err := b.newFiller(s, 0, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	// A profile is enough for a purchase that is out of the way. Uses of the cards before would hold some that are, too, and their
	// customers would have been asked already.
	if _, err := b.history(ctx, f, 0); err != nil {
		return err
	}
	if _, err := f.contacts(ctx, s.Cards-customers, customers); err != nil {
		return err
	}
	out := &Desk{scene: sc, Rate: b.Rates[0]}
	order := part.EngineOrder{Before: int64(s.Cards + f.written), Desk: g.order()}
	for n := range b.Turns * len(moods) {
		run, err := b.deskRun(ctx, s, g, order, n)
		if err != nil {
			return err
		}
		out.Runs = append(out.Runs, run)
		order.Before = 0
		b.sayDesk(&run)
	}
	out.compare()
	b.result.Desk = out
	return nil
}

// perRun is how many customers one run asks.
func (b *bench) perRun() int { return int((b.WarmUp+b.Seconds)*float64(b.Plants)) + 1 }

// deskRun has a process of its own, so that no run begins with what the last one's breakers knew. The last customers are those who are
// asked, and the traffic around them is that of all others: who has been asked already is not asked again.
func (b *bench) deskRun(ctx context.Context, s *stage, g *gateways, order part.EngineOrder, n int) (run DeskRun, err error) {
	m := moods[n%len(moods)]
	g.become(m)
	engine, err := part.Start(ctx, b.PartCommand, s.order(order))
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, engine.Stop()) }()
	if err := engine.Answer(&part.Ready{}); err != nil {
		return run, err
	}
	traffic := b.trafficOf(s.scene)
	traffic.Series = fmt.Sprintf("desk%d-", n)
	traffic.Cards -= b.Turns * len(moods) * b.perRun()
	run = DeskRun{Gateway: string(m), Turn: n/len(moods) + 1}
	run.SenderAnswer, err = part.Ask[part.SenderAnswer](ctx, b.PartCommand, part.Order{Sender: &part.SenderOrder{
		Broker: s.addr, Partitions: s.Partitions, AlertTopic: wire.AlertTopic, Traffic: traffic, Rate: b.Rates[0],
		Plants: b.Plants, Cards: s.Cards, FirstCard: traffic.Cards + n*b.perRun(), Seconds: b.Seconds, WarmUp: b.WarmUp, Answer: true,
	}})
	run.Doubled = g.doubled()
	return run, err
}

func (b *bench) sayDesk(r *DeskRun) {
	d := r.Dialogue
	b.say("desk: gateway %s: alert p50 %.1f, p99 %.1f ms; asked %d of %d, p50 %.1f, p99 %.1f ms; blocked %d, no → block p50 %.1f, p99 %.1f ms",
		r.Gateway, r.FromIntended.P50, r.FromIntended.P99, d.Asked, r.Planted, d.ToAccepted.P50, d.ToAccepted.P99, d.Blocked,
		d.NoToBlock.P50, d.NoToBlock.P99)
}

// compare sums the runs up.
func (d *Desk) compare() {
	p50 := func(r DeskRun) float64 { return r.FromIntended.P50 }
	p99 := func(r DeskRun) float64 { return r.FromIntended.P99 }
	change := func(m mood) Change {
		return Change{
			P50: percent(middle(d.of(m, p50)), middle(d.of(healthy, p50))), P99: percent(middle(d.of(m, p99)), middle(d.of(healthy, p99))),
		}
	}
	d.Hanging, d.Failing = change(hanging), change(failing)
	low50, low99 := d.of(healthy, p50), d.of(healthy, p99)
	d.Again = Change{P50: percent(low50[len(low50)-1], low50[0]), P99: percent(low99[len(low99)-1], low99[0])}
}

// of lists a figure of the runs with a gateway of a mood, smallest first.
func (d *Desk) of(m mood, figure func(DeskRun) float64) (list []float64) {
	for _, r := range d.Runs {
		if r.Gateway == string(m) {
			list = append(list, figure(r))
		}
	}
	slices.SortFunc(list, cmp.Compare)
	return list
}

func middle(sorted []float64) float64 { return sorted[len(sorted)/2] }

// percent is how much more a figure is than another; nothing when that one is.
func percent(of, than float64) float64 {
	if than == 0 {
		return 0
	}
	return 100 * (of - than) / than
}

// contacts writes how n customers can be reached: each by the app and at a number of their own.
func (f *filler) contacts(ctx context.Context, first, n int) (part.Stretch, error) {
	at := f.now()
	return f.write(ctx, wire.ContactTopic, n, func(lanes *part.Lanes, i int) error {
		f.key = gen.AppendToken(f.key[:0], first+i)
		customer := string(f.key)
		f.value = wire.AppendContact(f.value[:0], &alerts.Contact{
			Head:  card.Head{ID: customer + "-contact", Customer: customer, At: card.MomentOf(time.UnixMilli(at))},
			Phone: alerts.Phone(fmt.Sprintf("+861990%07d", i)), PushToken: "app-of-" + customer, Language: card.Chinese, Timezone: "Asia/Shanghai",
			OffsetMinutes: 480, Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
		})
		return lanes.Add(f.key, f.value, at, 0)
	})
}
