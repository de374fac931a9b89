package demo

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// coreBanking is who books instalments: the bank's own ledger, in a box.
const coreBanking = "core-banking"

// thinking is how long a customer of the demo looks at each page of an offer, and the bank takes to book.
const thinking = 10 * time.Second

// temper is what a customer does about an offer of an instalment.
type temper int

// The tempers. The rest let it pass, so that it lapses.
const (
	letsPass temper = iota
	takes
	applies // and does not consent
	refuses
	asksPerson
)

// temperOf draws one by the offer, the same in every run of a bank.
func temperOf(instalment string) temper {
	h := fnv.New32a()
	_, _ = h.Write([]byte(instalment)) // a hash never fails
	switch n := h.Sum32() % 100; {
	case n < 40:
		return takes
	case n < 70:
		return refuses
	case n < 78:
		return asksPerson
	case n < 86:
		return applies
	}
	return letsPass
}

// nextAct is what happens next to an account's instalment, by its customer's temper: their act, or the bank's that books what they consented to;
// false when nothing does. The head lacks its time.
func nextAct(desk *alerts.State, account string, policy *alerts.Policy) (cmd alerts.Command, ok bool) {
	i := desk.Instalment(account)
	if i == nil {
		return cmd, false
	}
	cmd = alerts.Command{Actor: alerts.ActorCustomer, Account: account}
	switch who := temperOf(i.ID); i.State {
	case plan.InstalmentOffered:
		switch {
		case who == refuses:
			cmd.Verb = alerts.RefuseInstalment
		case who == asksPerson && !i.Person:
			cmd.Verb = alerts.AskInstalmentPerson
		case who == takes || who == applies:
			application(desk.Entry(account), &cmd, policy)
		}
	case plan.InstalmentApplied:
		if who == takes {
			cmd.Verb, cmd.Instalment = alerts.ConsentInstalment, alerts.InstalmentAct{ByCustomer: true, Form: plan.Written}
			cost, _ := i.Cost()
			cmd.Instalment.Shown = cost.Quote()
		}
	case plan.InstalmentConsented:
		cmd.Actor, cmd.Verb = coreBanking, alerts.BookInstalment
	}
	cmd.Head = card.Head{ID: "demo-" + string(cmd.Verb) + "-" + i.ID, Customer: desk.Customer}
	cmd.Instalment.Reference = cmd.ID
	return cmd, cmd.Verb != ""
}

// application applies for the whole bill in twelve parts with the interest paid monthly, unless the bill is paid.
func application(e *alerts.QueueEntry, cmd *alerts.Command, policy *alerts.Policy) {
	if e == nil {
		return
	}
	offer := plan.OrdinaryOffer(plan.BillInstalment, e.Currency, e.UndividedMinor(), 12, policy.InstalmentFee())
	cost, ok := offer.Cost(plan.Monthly)
	if !ok {
		return
	}
	cmd.Verb, cmd.AmountMinor = alerts.ApplyInstalment, offer.AmountMinor
	cmd.Instalment = alerts.InstalmentAct{
		Kind: offer.Kind, Months: offer.Months, MonthlyFee: offer.MonthlyFee, Way: plan.Monthly, Shown: cost.Quote(), ByCustomer: true,
	}
}

// thought is what a customer thinks about: an instalment of theirs, and the act before, which is not repeated when the desk has refused it.
type thought struct {
	customer, account string
	before            alerts.Verb
}

// consider lets a customer think for a while, and then has run do what comes of it: only there may the store be read.
func (c *customers) consider(ctx context.Context, t thought) {
	time.AfterFunc(thinking, func() {
		select {
		case c.thoughts <- t:
		case <-ctx.Done():
		}
	})
}

// decide does what comes next of an instalment, until nothing does.
func (c *customers) decide(ctx context.Context, t thought) {
	desk, err := c.app.View.Desk(t.customer)
	if err != nil {
		return
	}
	cmd, more := nextAct(desk, t.account, &c.app.Config.Desk)
	if !more || cmd.Verb == t.before {
		return
	}
	cmd.At = card.MomentOf(c.app.Clock.Now().In(c.app.Zone))
	if err := c.app.Publish(ctx, wire.CommandTopic, t.customer, wire.AppendCommand(nil, &cmd)); err != nil {
		if ctx.Err() == nil {
			c.log.Warn("demo: what a customer said about an instalment was lost", "error", err)
		}
		return
	}
	t.before = cmd.Verb
	c.consider(ctx, t)
}
