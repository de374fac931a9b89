package rule

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxUses bounds the uses of a test.
const maxUses = 5_000

// scenario is a test that can be played.
type scenario struct {
	customer        card.Customer
	history, events []*card.Transaction
}

// defaultStart is noon in China on Monday, 2 March 2026, when nothing special happens.
const defaultStart = "2026-03-02T12:00:00+08:00"

// tests checks the tests of a rule, which only `rules test` plays.
func (c *compiler) tests(r *detectors.CustomRule) {
	for i := range r.Tests {
		_, problems := newScenario(&r.Tests[i])
		for _, p := range problems {
			c.fail(fmt.Sprintf("tests[%d]%s", i, p.Path), "%s", p.Text)
		}
		expected := r.Tests[i].Expect
		if !expected.Fires && (expected.First != 0 || expected.Score != 0 || len(expected.Reasons) > 0) {
			c.fail(fmt.Sprintf("tests[%d].expect", i), "expects a score, reasons or a first event of a rule that does not fire; say fires: true")
		}
		for j, code := range expected.Reasons {
			if !slices.ContainsFunc(r.Reasons, func(known detectors.RuleReason) bool { return known.Code == code }) {
				c.fail(fmt.Sprintf("tests[%d].expect.reasons[%d]", i, j), "the rule has no reason %q", code)
			}
		}
	}
}

// newScenario reads a test; the paths of problems start behind the test's own.
func newScenario(t *detectors.RuleTest) (s scenario, problems []detectors.Problem) {
	fail := func(path, format string, args ...any) {
		problems = append(problems, detectors.Problem{Path: path, Text: fmt.Sprintf(format, args...)})
	}
	if t.Name == "" || len(t.Name) > maxTitle {
		fail(".name", "must say in 1 to %d bytes what the test shows", maxTitle)
	}
	start, err := card.ParseMoment(cmp.Or(t.Start, defaultStart))
	if err != nil {
		fail(".start", "%s", err)
	}
	if len(t.Events) == 0 {
		fail(".events", "is empty; a test has at least one use to judge")
	}
	s.customer = card.Customer{Head: card.Head{ID: "customer", Customer: "customer"}, Home: card.Place{City: t.Customer.HomeCity},
		MonthlyIncomeMinor: t.Customer.MonthlyIncomeMinor, Segment: t.Customer.Segment, Currency: card.Currency{'C', 'N', 'Y'}}
	left := maxUses
	read := func(key string, uses []detectors.RuleUse) (list []*card.Transaction) {
		for i := range uses {
			path := fmt.Sprintf(".%s[%d]", key, i)
			if left -= max(uses[i].Times, 1); left < 0 {
				fail(path, "the test has more than %d uses", maxUses)
				return nil
			}
			list = append(list, expand(&uses[i], start, t.Customer.HomeCity, func(key, format string, args ...any) { fail(path+key, format, args...) })...)
		}
		slices.SortStableFunc(list, func(a, b *card.Transaction) int { return cmp.Compare(a.At.UnixMilli, b.At.UnixMilli) })
		return list
	}
	s.history, s.events = read("history", t.History), read("events", t.Events)
	number := 0
	for _, list := range [][]*card.Transaction{s.history, s.events} {
		for _, t := range list {
			number++
			t.ID = fmt.Sprint("use", number)
		}
	}
	s.customer.At = start.Add(-365 * 24 * time.Hour)
	return s, problems
}

// expand makes the transactions that a line of a test stands for.
func expand(u *detectors.RuleUse, start card.Moment, home string, fail func(key, format string, args ...any)) (list []*card.Transaction) {
	t := card.Transaction{Card: cmp.Or(u.Card, "card1"), Merchant: u.Merchant, Place: card.Place{City: u.City, Country: u.Country, Lat: u.Lat, Lon: u.Lon,
		HasPoint: u.Lat != 0 || u.Lon != 0}}
	t.Account, t.Customer = t.Card, "customer"
	var ok bool
	if t.Type, ok = card.ParseType(cmp.Or(u.Type, "purchase")); !ok || t.Type == card.Reversal {
		fail(".type", "must be purchase, cash or refund, not %q", u.Type)
	}
	if t.Status, ok = card.ParseStatus(cmp.Or(u.Status, "approved")); !ok {
		fail(".status", "must be approved or declined, not %q", u.Status)
	}
	if t.Entry, ok = card.ParseEntryMode(cmp.Or(u.Entry, "chip")); !ok {
		fail(".entry_mode", "must be chip, contactless, magstripe, manual, ecommerce, qr or credential_on_file, not %q", u.Entry)
	}
	var err error
	if t.Amount.Currency, err = card.ParseCurrency(cmp.Or(u.Currency, "CNY")); err != nil {
		fail(".currency", "%s", err)
	}
	if t.Amount.Minor = cmp.Or(u.AmountMinor, 10_000); u.AmountMinor < 0 {
		fail(".amount_minor", "must not be negative")
	}
	if t.MCC = card.MCC(u.MCC); u.MCC < 0 || u.MCC > 9999 {
		fail(".mcc", "has four digits, not %d", u.MCC)
	}
	if t.Entry.CardPresent() && t.Place == (card.Place{}) {
		t.Place.City = home
	}
	if u.Times < 0 || u.Times > 1 && u.Every <= 0 {
		fail(".times", "needs every: the time from one use to the next")
		return nil
	}
	for i := range max(u.Times, 1) {
		one := t
		one.At = start.Add(u.At + time.Duration(i)*u.Every)
		list = append(list, &one)
	}
	return list
}
