package conduct

import "slices"

// Channel is a way to reach somebody about a debt.
type Channel string

// The channels. Call is a voice call by a person or a machine; Push is a message in the bank's app.
const (
	Call   Channel = "call"
	Visit  Channel = "visit"
	SMS    Channel = "sms"
	Push   Channel = "push"
	Letter Channel = "letter"
	Email  Channel = "email"
)

// Party is who is spoken to.
type Party string

// The parties.
const (
	Debtor Party = "debtor"
	// Guarantor owes the debt, too: a guarantor or a joint debtor.
	Guarantor Party = "guarantor"
	// Representative speaks for the debtor: a lawyer, guardian, executor or debt adviser.
	Representative Party = "representative"
	// Third is anybody else, emergency contacts that the debtor named among them.
	Third Party = "third"
)

// Purpose is what a contact is for.
type Purpose string

// The purposes.
const (
	// Collect asks for payment.
	Collect Purpose = "collect"
	// Remind names amount and due date before or at the due date.
	Remind Purpose = "remind"
	// Offer proposes help: a plan, a deferral, an adviser.
	Offer Purpose = "offer"
	// PlanReminder reminds of an instalment of an agreed plan, where the customer agreed to be reminded.
	PlanReminder Purpose = "plan_reminder"
	// Answer answers what the debtor asked, disputed or complained of.
	Answer Purpose = "answer"
	// Confirm confirms that a stop, a refusal or an opt-out has been heard.
	Confirm Purpose = "confirm"
	// Notice is what the law makes the lender tell.
	Notice Purpose = "notice"
	// Locate asks a third party how the debtor can be reached; Relay asks them to pass on a wish to be called. Neither tells of a debt.
	Locate Purpose = "locate"
	Relay  Purpose = "relay"
)

// Result is what became of a contact.
type Result string

// The results.
const (
	// Reserved is a contact that has been claimed and of which nobody has said yet what became of it.
	Reserved Result = "reserved"
	NoAnswer Result = "no_answer"
	// Invalid is a number or address that does not exist or belongs to somebody else.
	Invalid Result = "invalid"
	// Connected is a call that was picked up without a conversation: a voice box, a hang-up.
	Connected    Result = "connected"
	Conversation Result = "conversation"
	// Refused is somebody who was reached and does not want to be spoken to. A third party is then never contacted again.
	Refused Result = "refused"
	// Sent is a message or letter on its way: it asks for no answer.
	Sent Result = "sent"
	// Cancelled is a reservation of which no use was made; it leaves the log.
	Cancelled Result = "cancelled"
)

// Flag is a state of a debtor or debt that stops contact, whatever the hour.
type Flag string

// The flags.
const (
	// Cease: the debtor has asked for contact to stop, or refuses to pay.
	Cease Flag = "cease"
	// Dispute: the debtor objects to the debt, and it has not been verified yet.
	Dispute    Flag = "dispute"
	Deceased   Flag = "deceased"
	Incapacity Flag = "incapacity"
	// Bankruptcy: insolvency proceedings or a moratorium of the law.
	Bankruptcy Flag = "bankruptcy"
	// Lawyer: a lawyer or adviser is known to act for the debtor.
	Lawyer Flag = "lawyer"
	// PlanActive: a plan is signed and not broken.
	PlanActive Flag = "plan"
	// Complaint: a complaint about collections is open.
	Complaint Flag = "complaint"
	// Crisis: signs of danger to the debtor's life or health.
	Crisis Flag = "crisis"
)

// Outcome is what the rules say.
type Outcome string

// The outcomes, mildest first; the strictest rule wins.
const (
	Allow Outcome = "allow"
	Defer Outcome = "defer"
	Deny  Outcome = "deny"
)

// The words in the order of their numbers in the log's binary form: append only. Never written to.
var (
	channels = []Channel{Call, Visit, SMS, Push, Letter, Email}
	parties  = []Party{Debtor, Guarantor, Representative, Third}
	purposes = []Purpose{Collect, Remind, Offer, PlanReminder, Answer, Confirm, Notice, Locate, Relay}
	results  = []Result{Reserved, NoAnswer, Invalid, Connected, Conversation, Refused, Sent}
)

// owes reports whether somebody owes the debt, whose contacts the debtor's caps count.
func (p Party) owes() bool { return p == Debtor || p == Guarantor }

// reached reports whether a person was spoken to.
func (r Result) reached() bool { return r == Conversation || r == Refused }

// unanswered reports whether nobody took the call.
func (r Result) unanswered() bool { return r == NoAnswer || r == Invalid }

// among reports whether a list that means "any" when it is empty has v.
func among[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }
