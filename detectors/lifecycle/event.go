// Package lifecycle is how a set of rules comes to decide, and ceases to: from a draft over checks, a back-test and a time in shadow to the
// approval of a second person, to being live, and back.
//
// It is a fold like the processors: Book.Step applies one event of cardwatch.rule.v1, or says why that has no effect. Whoever reads the topic
// from its beginning has the same book, and each event is the entry in the audit trail. Like everything under detectors it is pure. A Book
// belongs to one goroutine at a time.
package lifecycle

import "github.com/cardwatch/cardwatch/detectors/card"

// Event is one act on a set of rules, or on one rule of the live set.
type Event struct {
	ID string
	// Set is the version of the set.
	Set  string
	Verb Verb
	At   card.Moment
	// Actor is who did it, Note what they said to it.
	Actor, Note string
	// Rule is what Stop and Resume are about.
	Rule string
	// Text is the set itself as JSON, and SHA256 its hash in hexadecimal; Submit and Adopt bring them.
	Text   []byte
	SHA256 string
	// Evidence is what Check and Backtest found, as JSON.
	Evidence []byte
}

// Verb is what was done.
type Verb string

// The verbs.
const (
	// Submit brings a new set.
	Submit Verb = "submit"
	// Check says that the set's own tests and checks found nothing, Backtest what it would have done in the past.
	Check    Verb = "check"
	Backtest Verb = "backtest"
	// Shadow lets the set judge beside the live one, without consequences.
	Shadow Verb = "shadow"
	// Approve is a second person's word for the set.
	Approve Verb = "approve"
	// GoLive lets the set decide.
	GoLive Verb = "live"
	// Rollback ends the live set and lets the one before it decide again.
	Rollback Verb = "rollback"
	// Withdraw gives a set up that is not live.
	Withdraw Verb = "withdraw"
	// Adopt says that a process decides by a set from its own files.
	Adopt Verb = "adopt"
	// Stop silences one rule until Resume, or until another set is live.
	Stop   Verb = "stop"
	Resume Verb = "resume"
)

// Breaker is the actor of stops that no person made. Nobody else may have the name.
const Breaker = "breaker"

// The bounds of an event's texts.
const (
	MaxName  = 64
	MaxNote  = 2000
	MaxText  = 200 << 10
	MaxProof = 64 << 10
)

// State is where a set stands.
type State string

// The states.
const (
	// Unknown is a set that nobody has submitted.
	Unknown    State = ""
	Draft      State = "draft"
	Checked    State = "checked"
	Backtested State = "backtested"
	InShadow   State = "shadow"
	Approved   State = "approved"
	Live       State = "live"
	// Retired is a set that was live until another was.
	Retired    State = "retired"
	RolledBack State = "rolled_back"
	Withdrawn  State = "withdrawn"
	// Filed is a set that a process decides by from its files although another is live by approval.
	Filed State = "filed"
)
