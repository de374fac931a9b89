package sim

import (
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// story lets something happen to a customer at a time.
func (b *bank) story(c *customer, at time.Duration) {
	switch b.rng.IntN(12) {
	case 0, 1, 2, 3:
		b.shopping(c, at)
	case 4, 5:
		b.copiedCard(c, at)
		b.answer(c, at+b.span(3*time.Second, 25*time.Second))
	case 6, 7:
		b.nightBurst(c, at)
		b.answer(c, at+b.span(3*time.Second, 25*time.Second))
	case 8, 9:
		b.bill(c, at)
	case 10:
		b.pay(c, at)
	default:
		b.takeBack(c, at)
		b.introduce(c)
	}
}

func (b *bank) shopping(c *customer, at time.Duration) {
	for range 1 + b.rng.IntN(3) {
		b.use(c, at, &card.Transaction{Type: card.Purchase, Status: card.Approved, Entry: card.Chip, Place: c.home, Amount: b.money(1000, 20_000)})
		at += b.span(0, time.Second)
	}
}

// copiedCard is a purchase at home and larger ones at the other end of the country.
func (b *bank) copiedCard(c *customer, at time.Duration) {
	b.use(c, at, &card.Transaction{Type: card.Purchase, Status: card.Approved, Entry: card.Chip, Place: c.home, Amount: b.money(1000, 20_000)})
	far := cities[b.rng.IntN(len(cities))]
	for range 1 + b.rng.IntN(4) {
		at += b.span(0, 2*time.Second)
		b.use(c, at, &card.Transaction{Type: card.Purchase, Status: card.Approved, Entry: card.Magstripe, Place: far, Amount: b.money(500_000, 3_000_000)})
	}
}

// nightBurst tries the card with small charges and takes what it can. The terminals stand where it is past midnight.
func (b *bank) nightBurst(c *customer, at time.Duration) {
	for n := range 4 + b.rng.IntN(4) {
		t := &card.Transaction{Type: card.Purchase, Status: card.Approved, Entry: card.Ecommerce, Amount: b.money(100, 2_000), Merchant: fmt.Sprint("m", n)}
		if n%3 == 1 {
			t.Status = card.Declined
		}
		t.At.OffsetMinutes = -8 * 60 // before midnight or after it, as the bank's hours pass
		if b.rng.IntN(4) > 0 {
			t.At.OffsetMinutes = 0
		}
		b.use(c, at, t)
		at += b.span(0, 800*time.Millisecond)
	}
}

// takeBack reverses or refunds an earlier use, known or not.
func (b *bank) takeBack(c *customer, at time.Duration) {
	original := "unknown"
	if n := len(c.uses); n > 0 {
		original = c.uses[b.rng.IntN(n)]
	}
	kind := card.Reversal
	if b.rng.IntN(3) == 0 {
		kind = card.Refund
	}
	b.use(c, at, &card.Transaction{Type: kind, Status: card.Approved, Amount: b.money(100, 20_000), Original: original})
}

// use plans a transaction. It happened a little before it is written, sometimes a few minutes, seldom much earlier or in the future.
func (b *bank) use(c *customer, at time.Duration, t *card.Transaction) {
	t.Head.ID, t.Head.Customer, t.Card, t.Account, t.MCC = b.id("tx"), c.id, c.card, c.account, 5411
	if n := len(c.uses); n > 0 && b.rng.IntN(150) == 0 {
		t.Head.ID = c.uses[b.rng.IntN(n)] // other content under a known id
	}
	c.uses = append(c.uses, t.ID)
	age := b.span(0, 2*time.Second)
	switch b.rng.IntN(40) {
	case 0, 1, 2, 3:
		age = b.span(0, 5*time.Minute)
	case 4:
		age = b.span(5*time.Minute, 2*time.Hour)
	case 5:
		age = -b.span(0, 10*time.Minute)
	}
	offset := t.At.OffsetMinutes
	if offset == 0 && t.Place.HasPoint {
		offset = 8 * 60
	}
	b.add(at, wire.TransactionTopic, c, func(now card.Moment) []byte {
		u := *t
		u.At = card.Moment{UnixMilli: now.UnixMilli - age.Milliseconds(), OffsetMinutes: offset}
		return wire.AppendTransaction(nil, &u)
	})
}

// bill is a statement that is overdue, or falls due soon.
func (b *bank) bill(c *customer, at time.Duration) {
	s := card.Statement{
		Head: card.Head{ID: b.id("bill"), Customer: c.id}, Account: c.account, BalanceMinor: 300_000 + b.rng.Int64N(2_000_000),
		MinDueMinor: 50_000, CreditLimitMinor: 3_000_000, Currency: yuan, Autopay: b.rng.IntN(2) == 0,
	}
	if b.rng.IntN(2) == 0 {
		s.PastDueMinor, s.CyclesPastDue = 40_000, 1+b.rng.IntN(6)
	}
	due := time.Duration(b.rng.IntN(60)-10) * 24 * time.Hour
	if b.rng.IntN(2) == 0 {
		due = b.span(0, 48*time.Hour)
	}
	issued := min(b.span(0, 40*24*time.Hour), 40*24*time.Hour)
	b.add(at, wire.StatementTopic, c, func(now card.Moment) []byte {
		t := s
		t.At, t.DueAt = now.Add(-issued), now.Add(due)
		return wire.AppendStatement(nil, &t)
	})
	if b.rng.IntN(2) == 0 {
		b.pay(c, at+b.span(0, 200*time.Millisecond))
	}
}

func (b *bank) pay(c *customer, at time.Duration) {
	p := card.Payment{
		Head: card.Head{ID: b.id("pay"), Customer: c.id}, Account: c.account, Amount: b.money(10_000, 120_000), Method: card.ManualPayment,
		Status: card.Settled,
	}
	if b.rng.IntN(5) == 0 {
		p.Status, p.Method = card.Failed, card.Autopay
	}
	b.add(at, wire.PaymentTopic, c, func(now card.Moment) []byte {
		q := p
		q.At = now
		return wire.AppendPayment(nil, &q)
	})
}

// answer replies to whatever the customer has been asked by then, by text message or over the app; now and then as a provider
// hands it over, with nothing but the number it came from.
func (b *bank) answer(c *customer, at time.Duration) {
	r := alerts.Reply{Head: card.Head{ID: b.id("reply"), Customer: c.id}, Channel: alerts.SMS, From: c.phone}
	r.Text = [...]string{"Y", "N", "1", "不是", "what?", "STOP", "help"}[b.rng.IntN(7)]
	if b.rng.IntN(3) == 0 {
		r.Channel, r.From, r.Text, r.Verified = alerts.App, "", "", true
		r.Answer = [...]alerts.Answer{alerts.Yes, alerts.No}[b.rng.IntN(2)]
	}
	key := c.id
	if r.Channel == alerts.SMS && b.rng.IntN(4) == 0 {
		r.Customer, key = "", "gateway"
	}
	b.plan = append(b.plan, entry{after: at, topic: wire.ReplyTopic, key: key, value: func(now card.Moment) []byte {
		s := r
		s.At = now
		return wire.AppendReply(nil, &s)
	}})
}

func (b *bank) money(low, high int64) card.Money {
	return card.Money{Minor: low + b.rng.Int64N(high-low), Currency: yuan}
}
