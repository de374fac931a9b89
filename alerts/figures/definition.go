package figures

import "strconv"

// Code names a figure; its name and its definition in both languages are in the glossary.
type Code string

// Definition is how one figure is made: Numerator ÷ Denominator of a month's tally.
type Definition struct {
	Code                   Code
	Numerator, Denominator func(*Tally) int64
}

// Definitions lists the figures in the order in which they are shown (notes/collections.md §2). 逾期率 and 坏账率 are shares of balances at the
// month's end: above 30 and above 180 days past due, in which 3 days serve for comparison.
func Definitions() []Definition {
	balances := func(t *Tally) int64 { return sum(t.Stock.BalanceMinor[:]) }
	from := func(band int) func(*Tally) int64 {
		return func(t *Tally) int64 { return sum(t.Stock.BalanceMinor[band:]) }
	}
	list := []Definition{
		{"overdue_rate", from(bandSevereA), balances},
		{"overdue_rate_3", from(bandMild), balances},
		{"bad_debt_rate", from(bandSevereC), balances},
	}
	for m := range buckets - 1 {
		list = append(list, Definition{
			Code("roll_m" + strconv.Itoa(m)), func(t *Tally) int64 { return t.RolledOn[m] }, func(t *Tally) int64 { return t.Billed[m] },
		})
	}
	return append(list,
		Definition{"cure_rate", func(t *Tally) int64 { return t.Cured }, func(t *Tally) int64 { return t.Late }},
		Definition{"self_cure_rate", func(t *Tally) int64 { return t.SelfCured }, func(t *Tally) int64 { return t.Late }},
		Definition{"right_party_rate", func(t *Tally) int64 { return t.RightParty }, func(t *Tally) int64 { return t.Calls }},
		Definition{"promises_kept", func(t *Tally) int64 { return t.PromisesKept }, func(t *Tally) int64 { return t.PromisesDue }},
		Definition{"promises_kept_value", func(t *Tally) int64 { return t.PromisedPaidMinor }, func(t *Tally) int64 { return t.PromisedMinor }},
		Definition{"plans_kept", func(t *Tally) int64 { return t.PlansKept }, func(t *Tally) int64 { return t.PlansKept + t.PlansBreached }},
		Definition{"instalments_offered", func(t *Tally) int64 { return t.InstalmentsOffered }, func(t *Tally) int64 { return sum(t.Stock.Accounts[:]) }},
		Definition{"instalments_taken", func(t *Tally) int64 { return t.InstalmentsBooked }, (*Tally).offersEnded},
		Definition{"instalments_refused", func(t *Tally) int64 { return t.InstalmentsRefused }, (*Tally).offersEnded},
		Definition{"instalments_lapsed", func(t *Tally) int64 { return t.InstalmentsLapsed }, (*Tally).offersEnded},
		Definition{"complaint_rate", func(t *Tally) int64 { return t.Complaints }, func(t *Tally) int64 { return t.Contacted }},
		Definition{"opt_out_rate", func(t *Tally) int64 { return t.OptOuts }, func(t *Tally) int64 { return t.Contacted }},
		Definition{"refused_rate", func(t *Tally) int64 { return t.RefusedContacts }, func(t *Tally) int64 { return t.RefusedContacts + t.Contacts }},
	)
}
