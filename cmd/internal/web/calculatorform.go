package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// calculatorCurrencies are what the calculator offers; the first is the default.
var calculatorCurrencies = []string{"CNY", "HKD", "USD", "EUR", "GBP", "JPY"}

// calculation is what somebody typed into the calculator, and what could not be read of it.
type calculation struct {
	values url.Values
	// Wrong are the fields that could not be read, with the key of the text that says why.
	Wrong []wrongField
	Terms plan.Terms
	Means plan.Means
	// MeansTold says that the customer told of their income.
	MeansTold bool
}

// wrongField is a field and what is wrong with it: one of our texts' keys.
type wrongField struct{ Field, Text string }

// maxTyped bounds what is read of a field; no number is longer.
const maxTyped = 40

// readCalculation reads the calculator's form. It never fails: what cannot be read is listed and taken as nothing.
func readCalculation(values url.Values, today time.Time) *calculation {
	c := &calculation{values: values}
	t := &c.Terms
	t.Kind, t.Currency = plan.Kind(orElse(values.Get("kind"), string(plan.Equal))), c.currency()
	t.PrincipalMinor, t.InterestMinor, t.FeesMinor = c.amount("principal"), c.amount("interest"), c.amount("fees")
	t.Rate, t.Months = c.rate("rate"), c.count("months", 0)
	t.FirstDue = c.date("first_due", plan.MonthsAfter(card.MomentOf(today), 1))
	switch t.Kind {
	case plan.LumpSum:
		t.Months = 1
	case plan.Deferral:
		t.DeferMonths = c.count("defer", 1)
	case plan.Reduced:
		t.PlanRate = c.rate("plan_rate")
	}
	c.MeansTold = strings.TrimSpace(values.Get("income")) != ""
	c.Means = plan.Means{IncomeMinor: c.amount("income"), EssentialsMinor: c.amount("essentials"), OtherDebtMinor: c.amount("other_debt"),
		Dependants: c.count("dependants", 0), Job: plan.Job(orElse(values.Get("job"), string(plan.Employed)))}
	if c.MeansTold && t.Kind == plan.LumpSum {
		c.Means.SavingsMinor = c.amount("savings")
	}
	return c
}

// Value is what was typed into a field, or what an untouched field starts with.
func (c *calculation) Value(field string) string {
	if c.values.Has(field) {
		typed := []rune(c.values.Get(field))
		return string(typed[:min(len(typed), maxTyped)])
	}
	switch field {
	case "currency":
		return calculatorCurrencies[0]
	case "kind":
		return string(c.Terms.Kind)
	case "rate":
		return "18.25"
	case "months":
		return "12"
	case "fee":
		return "0.6"
	case "first_due":
		return c.Terms.FirstDue.Time().Format(time.DateOnly)
	default:
		return ""
	}
}

// formField is a field of the form as the templates write it.
type formField struct {
	Name, Value     string
	Required, Wrong bool
}

func newField(c interface {
	Value(field string) string
	IsWrong(field string) bool
}, name string, required bool) formField {
	return formField{Name: name, Value: c.Value(name), Required: required, Wrong: c.IsWrong(name)}
}

// IsWrong reports whether a field could not be read.
func (c *calculation) IsWrong(field string) bool {
	for _, w := range c.Wrong {
		if w.Field == field {
			return true
		}
	}
	return false
}

func (c *calculation) wrong(field, text string) { c.Wrong = append(c.Wrong, wrongField{field, text}) }

// typed is a field's content as a plain number: with full-width digits made half-width, without spaces, thousands' commas and signs
// of currencies.
func (c *calculation) typed(field string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		case strings.ContainsRune(" \u00a0\u3000,，'¥￥$€£元", r):
			return -1
		}
		return r
	}, c.values.Get(field))
}

func (c *calculation) currency() card.Currency {
	currency, err := card.ParseCurrency(orElse(c.values.Get("currency"), calculatorCurrencies[0]))
	if err != nil {
		c.wrong("currency", "calculator.bad_currency")
	}
	return currency
}

// amount reads an amount in the form's currency; an empty field is 0.
func (c *calculation) amount(field string) int64 {
	text := c.typed(field)
	if text == "" {
		return 0
	}
	n, err := plan.ParseDecimal(text, c.Terms.Currency.Places())
	if err != nil {
		c.wrong(field, "calculator.bad_amount")
	}
	return n
}

func (c *calculation) rate(field string) plan.Rate {
	text := c.typed(field)
	if text == "" && c.values.Has(field) {
		text = "0"
	}
	rate, err := plan.ParseRate(orElse(strings.ReplaceAll(text, "％", "%"), "0"))
	if err != nil {
		c.wrong(field, "calculator.bad_rate")
	}
	return rate
}

// count reads a whole number; an empty field is as given.
func (c *calculation) count(field string, empty int) int {
	text := c.typed(field)
	if text == "" {
		return empty
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1000 {
		c.wrong(field, "calculator.bad_count")
		return empty
	}
	return n
}

// date reads a day; it begins at the bank's midnight. Years that no debt reaches are refused.
func (c *calculation) date(field string, empty card.Moment) card.Moment {
	text := strings.TrimSpace(c.values.Get(field))
	if text == "" {
		return empty
	}
	day, err := time.ParseInLocation(time.DateOnly, text, empty.Time().Location())
	if err != nil || day.Year() < 2000 || day.Year() > 2190 {
		c.wrong(field, "calculator.bad_date")
		return empty
	}
	return card.MomentOf(day)
}
