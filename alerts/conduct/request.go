package conduct

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Key stands for a number, an address or a debt: enough to tell two apart, and nothing to call. The zero Key is "unknown".
type Key uint64

// KeyOf is the key of an E.164 number, a postal or e-mail address, a push token or an account id; zero for "". Two that share a key,
// which does not happen among one debtor's, would be counted as one, which is the strict side.
func KeyOf(s string) Key {
	if s == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(s))
	return Key(max(binary.BigEndian.Uint64(sum[:8]), 1))
}

// Request is a contact that somebody wants to make.
type Request struct {
	// ID is the reservation's: that of the command or message that wants the contact. A reservation of the same id is the request's own
	// and does not count against it, so that the moment of sending can be judged again. Empty for a question without a claim.
	ID string
	// At is when the contact would be made.
	At card.Moment
	// Clock is the offset east of UTC, in minutes, of where the debtor lives at a moment (alerts.Contact.OffsetAt): by address, not by
	// the number's prefix. Where it is nil, the offset of At holds for ever.
	Clock   func(card.Moment) int16
	Channel Channel
	Party   Party
	Purpose Purpose
	// Number is what is called, written to or visited; Debt is the account spoken of. Both are needed: without them nothing could be counted.
	Number, Debt Key
	// Agency is who makes the contact, "" for the lender. At most 64 bytes.
	Agency string
	// Agreement is the id of the record (a recording, a message) that shows the debtor's agreement to be contacted in this way at this
	// time: an appointment, a call back. Empty when there is none.
	Agreement string
	// Staff is how many people go on a visit.
	Staff int
	// AtWork says that the number or address is the debtor's workplace.
	AtWork bool
	// DebtFacts says that the wording tells of the debt: who owes, how much, to whom.
	DebtFacts bool
}

// Flags are what stops contact with a debtor about a debt: the debtor's own flags and those of the debt asked about.
type Flags struct {
	Set []Flag
	// OptOut names channels that the debtor refuses; Stopped numbers and addresses.
	OptOut  []Channel
	Stopped []Key
	// Quiet is when the debtor has asked not to be contacted, by the debtor's own clock; a span may go over midnight.
	Quiet []Span
	// EmployerForbids says that the debtor's employer does not allow such contact at work.
	EmployerForbids bool
}

// Has reports whether a flag is set.
func (f *Flags) Has(flag Flag) bool { return slices.Contains(f.Set, flag) }

// Decision is what the rules say about one contact at one moment.
type Decision struct {
	Outcome Outcome
	// Until is the first moment, by the debtor's clock, at which no rule would speak against the contact, as far as is known now. It is
	// set with Defer alone.
	Until card.Moment
	// Rules are all that speak against the contact now, in the order of the pack; empty when it is allowed.
	Rules []RuleID
	// Warnings are caps that the contact would come close to; Duties what whoever makes it has to do. Both are set with Allow alone.
	Warnings, Duties []RuleID
}
