package figures

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// The bands of a Stock: the tiers by days past due, with current and watched accounts in the first.
const (
	bandCurrent = iota
	bandGrace
	bandMild
	bandModerate
	bandSevereA
	bandSevereB
	bandSevereC
	bands
)

func bandOf(t detectors.Tier) uint8 {
	switch t {
	case detectors.Grace:
		return bandGrace
	case detectors.Mild:
		return bandMild
	case detectors.Moderate:
		return bandModerate
	case detectors.SevereA:
		return bandSevereA
	case detectors.SevereB:
		return bandSevereB
	case detectors.SevereC:
		return bandSevereC
	default:
		return bandCurrent
	}
}

// buckets are the cycles past due of a statement, M0 … M6; the last one takes all above.
const buckets = 7

// Stock is what stands in each band: accounts, and what they owe in minor units. What the bank owes a customer is no receivable.
type Stock struct {
	Accounts, BalanceMinor [bands]int64
}

func (s *Stock) add(band uint8, balance, sign int64) {
	s.Accounts[band] += sign
	s.BalanceMinor[band] += sign * max(balance, 0)
}

func sum(list []int64) (total int64) {
	for _, n := range list {
		total += n
	}
	return total
}

// Tally is one month of a group of accounts.
type Tally struct {
	// Stock is what stood at the month's end, or stands now in the present month.
	Stock Stock
	// Billed is, by the bucket of the statement before, what accounts owed then; RolledOn the part of those now in the next bucket.
	Billed, RolledOn [buckets]int64
	// Late are the accounts above grace when the month began, Cured those of them that became current in it, SelfCured those whom
	// nobody had called or visited since they fell due.
	Late, Cured, SelfCured int64
	// Contacted are accounts that were contacted in the month, Complaints complaints about collecting, OptOuts refusals of a channel.
	Contacted, Complaints, OptOuts int64
	// Ceases are written requests not to be contacted, Distress flags of crisis or vulnerability.
	Ceases, Distress int64
	// Calls are calls and visits to the debtor whose outcome is known, RightParty those in which they spoke.
	Calls, RightParty int64
	// Contacts are those made or sent, Refused those that a rule did not let happen, by rule.
	Contacts, RefusedContacts int64
	Refused                   map[alerts.RuleID]int64
	// Due are promises that came due, Kept those that were kept; the amounts are what was promised and what of it was paid.
	PromisesDue, PromisesKept        int64
	PromisedMinor, PromisedPaidMinor int64
	PlansSigned, PlansEnded          int64
	PlansKept, PlansBreached         int64
	// Offered are offers of ordinary instalments; the others are offers that came to an end, by which.
	InstalmentsOffered, InstalmentsBooked, InstalmentsRefused, InstalmentsLapsed, InstalmentsWithdrawn int64
}

// offersEnded are the offers of instalments that came to an end in the month, whichever.
func (t *Tally) offersEnded() int64 {
	return t.InstalmentsBooked + t.InstalmentsRefused + t.InstalmentsLapsed + t.InstalmentsWithdrawn
}
