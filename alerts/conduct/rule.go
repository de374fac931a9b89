package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// RuleID names a rule, as in the table of rules of notes/collections.md §1; every refusal carries them. Ids that begin with OWN are the house's own
// choice where the law of the place has no figure or no rule.
type RuleID string

// Rule is one rule of a pack.
type Rule struct {
	ID RuleID
	// Zh and En are what it asks, in a sentence.
	Zh, En string
	// Source is where it is written; [S] marks what was read in the source, [S2] in press or a law site's copy, [M] what was not read.
	Source string
	// Yields says that the debtor's recorded agreement lifts the rule (CN-HOURS: "without the debtor's agreement").
	Yields bool
	// Check is the rule's sort and its values.
	Check Check
}

// Kind is a sort of rule.
type Kind string

// The kinds.
const (
	HoursKind    Kind = "hours"
	AskedKind    Kind = "asked_hours"
	CapKind      Kind = "cap"
	StaffKind    Kind = "staff"
	TargetKind   Kind = "target"
	LostKind     Kind = "lost_debtor"
	StopKind     Kind = "stop"
	MediumKind   Kind = "medium"
	WorkKind     Kind = "workplace"
	SuppressKind Kind = "suppression"
	DutyKind     Kind = "duty"
	KeepKind     Kind = "retention"
	FormKind     Kind = "form"
)

// Check is a sort of rule with its values: Hours, Asked, Cap, Staff, Target, Lost, Stop, Medium, Work, Suppress, Duty, Keep, Form.
type Check interface {
	Kind() Kind
	// opens is the first moment from at on at which the rule lets the contact be made; false when it never does.
	opens(q *inquiry, at card.Moment) (card.Moment, bool)
}

// PackID names a policy pack, as the region of cards.contact.v1 does.
type PackID string

// The packs. Safest is what Strictest makes of all the others.
const (
	CN     PackID = "CN"
	US     PackID = "US"
	UK     PackID = "UK"
	EU     PackID = "EU"
	AU     PackID = "AU"
	IN     PackID = "IN"
	Safest PackID = "strictest"
)

// Pack is the rules of one jurisdiction. The zero Pack has none, and Decide denies everything under it.
type Pack struct {
	ID     PackID
	Zh, En string
	Rules  []Rule
	// Holidays are local days since 1970-01-01, sorted, on which rules that close on holidays are closed. The packs know none: a bank
	// gives its country's (Overrides).
	Holidays []int32
}

// places are the shipped packs of jurisdictions, CN, the default, first. Never written to.
var places = []struct {
	id   PackID
	pack func() Pack
}{{CN, cn}, {US, us}, {UK, uk}, {EU, eu}, {AU, au}, {IN, in}}

// Packs are the packs that are shipped, CN, the default, first and Safest last.
func Packs() (packs []Pack) {
	for _, place := range places {
		packs = append(packs, place.pack())
	}
	return append(packs, Strictest(packs...))
}

// PackOf makes a shipped pack; false when there is none of that name. Who asks often keeps a Book.
func PackOf(id PackID) (Pack, bool) {
	for _, place := range places {
		if place.id == id {
			return place.pack(), true
		}
	}
	if id == Safest {
		packs := Packs()
		return packs[len(packs)-1], true
	}
	return Pack{}, false
}

// Rule finds a pack's rule; false when it has none of that id.
func (p *Pack) Rule(id RuleID) (Rule, bool) {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return p.Rules[i], true
}
