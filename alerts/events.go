package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

// Contact is how a customer may be reached (cards.contact.v1): personal data, read by the desk alone. At is updated_at.
type Contact struct {
	card.Head
	Phone     Phone
	PushToken string
	// PushPlatform is whose device the token is of; empty when nobody has told.
	PushPlatform PushPlatform
	Language     card.Language
	// Timezone is an IANA name, empty when absent. OffsetMinutes is its offset east of UTC at At: this package loads no zone
	// files, so the decoder looks it up, and gives 480 (China) when the zone is absent. Shifts are the zone's next changes of it, in
	// order, at most MaxShifts; empty where clocks are never changed.
	Timezone      string
	OffsetMinutes int16
	Shifts        []Shift
	Consent       Consent
	// OptOut names channels that the customer has refused.
	OptOut []ChannelKind
	// Region picks the policy pack of contact rules, "CN" when absent.
	Region string
}

// String names the customer and nothing that reaches one.
func (c Contact) String() string { return "contact of " + c.Customer }

// GoString masks as String does.
func (c Contact) GoString() string { return c.String() }

// PushPlatform is a maker of telephones, each with its own way to an app.
type PushPlatform string

// The platforms.
const (
	IOS     PushPlatform = "ios"
	Android PushPlatform = "android"
)

// ParsePushPlatform reads a platform's name.
func ParsePushPlatform(s string) (PushPlatform, bool) {
	for _, p := range []PushPlatform{IOS, Android} {
		if string(p) == s {
			return p, true
		}
	}
	return "", false
}

// Shift is a change of a zone's clocks: from At on, the offset east of UTC.
type Shift struct {
	At            card.Moment
	OffsetMinutes int16
}

// MaxShifts is how many changes of the clocks a contact carries: four years of summer time, after which the last offset stays. A
// customer whose contact nobody has touched for longer may be an hour off half of the year.
const MaxShifts = 8

// chinaOffset is China's clock, in minutes east of UTC.
const chinaOffset = 8 * 60

// OffsetAt is the customer's offset east of UTC at a moment, in minutes.
func (c *Contact) OffsetAt(at card.Moment) int16 {
	if c.At.IsZero() {
		return chinaOffset // nobody has told us where the customer is
	}
	offset := c.OffsetMinutes
	for _, shift := range c.Shifts {
		if at.Before(shift.At) {
			break
		}
		offset = shift.OffsetMinutes
	}
	return offset
}

// Consent is what the customer has agreed to.
type Consent struct{ SMS, Push, Profiling bool }

// Reply is what a customer answered (cards.reply.v1); At is received_at.
type Reply struct {
	card.Head
	Channel  ChannelKind
	From, To Phone
	// ProviderMessageID is the provider's own id, for recognising a reply that is delivered twice.
	ProviderMessageID string
	PromptID          string
	// Text is what was typed; Answer what a button said. At least one is set.
	Text   string
	Answer Answer
	// Verified says that the channel proved who answered: a signed link or an app session, not a text message.
	Verified bool
	// AlsoOpen and Quiet are set where a reply is addressed to several customers who share a number (see Route): the open prompts of
	// the others that it may mean, as in Args.Choices, and that another one's copy is answered.
	AlsoOpen string
	Quiet    bool
}

// Answer is a customer's word on a prompt.
type Answer string

// The answers of the contract, and what the desk makes of the others: Unclear says neither, Suspect holds a "no" among words
// that the parser does not know, and StepUp is a Yes that came over a channel too weak for the amount.
const (
	Yes  Answer = "yes"
	No   Answer = "no"
	Stop Answer = "stop"
	Help Answer = "help"
	// Person asks for a person to look (PIPL art. 24): no answer to the question, and the end of deciding by machine.
	Person  Answer = "person"
	Unclear Answer = ""
	Suspect Answer = "suspect"
	StepUp  Answer = "step_up"
)

// ChannelKind is a way to reach a customer.
type ChannelKind string

// The channel kinds, in the order of the ladder app → SMS → analyst. Link is the signed answering page: answers come over it,
// messages do not. Analyst is the last rung: nothing is sent, a person takes over.
const (
	App     ChannelKind = "app"
	SMS     ChannelKind = "sms"
	Link    ChannelKind = "link"
	Analyst ChannelKind = "analyst"
)

// Command is an act of staff (cardwatch.command.v1); At is when it was done.
type Command struct {
	card.Head
	Actor string
	Verb  Verb
	// CaseID names the fraud case acted on; an act on a queue entry names its Account instead.
	CaseID string
	// Disposition closes a fraud case; Note is free text, at most 2,000 runes.
	Disposition Disposition
	Note        string
	// Account and Until belong to collections acts: the account, and the date promised or snoozed to.
	Account     string
	AmountMinor int64
	Until       card.Moment
	// Flag is what SetFlag and ClearFlag are about.
	Flag Flag
	// Contact is what the contact verbs are about, Plan what the plan verbs are, Instalment what those of instalments are.
	Contact    ContactAct
	Plan       PlanAct
	Instalment InstalmentAct
	// Restriction is what Restrict and LiftRestriction are about.
	Restriction RestrictionAct
}

// Verb is what staff can do.
type Verb string

// The verbs.
const (
	Claim   Verb = "claim"
	Release Verb = "release"
	AddNote Verb = "note"
	Close   Verb = "close"
	Reopen  Verb = "reopen"
	// Escalate gives a case to the second line.
	Escalate Verb = "escalate"
	// Snooze puts a case or an account off until Command.Until; Wake brings a case back.
	Snooze Verb = "snooze"
	Wake   Verb = "wake"
	// Unblock asks for the block of a case's card to be taken back; above Policy.UnblockAloneMinor it waits for somebody else's
	// ApproveUnblock, or their RefuseUnblock.
	Unblock        Verb = "unblock"
	ApproveUnblock Verb = "approve_unblock"
	RefuseUnblock  Verb = "refuse_unblock"
	// The remaining verbs belong to collections and name an Account. Promise takes AmountMinor by Until.
	Promise       Verb = "promise"
	CancelPromise Verb = "cancel_promise"
	// SetFlag and ClearFlag set and take back Command.Flag; both need a note.
	SetFlag   Verb = "flag"
	ClearFlag Verb = "unflag"
	// Restrict writes down what the customer asks of contact about debts, LiftRestriction takes it back; both need a note.
	Restrict        Verb = "restrict"
	LiftRestriction Verb = "lift_restriction"
	// ContactReserve claims a contact before it is made, by the conduct rules; ContactResult says what became of it. ContactNote keeps one that
	// an agency reports, or that the customer began.
	ContactReserve Verb = "contact_reserve"
	ContactResult  Verb = "contact_result"
	ContactNote    Verb = "contact_note"
	// PlanOffer lays a plan before the customer, PlanSign and PlanDecline are their answer. PlanReview begins to look at a breach; the three
	// after it are what a person decides, and need Note as the reason except PlanContinue.
	PlanOffer       Verb = "plan_offer"
	PlanSign        Verb = "plan_sign"
	PlanDecline     Verb = "plan_decline"
	PlanReview      Verb = "plan_review"
	PlanContinue    Verb = "plan_continue"
	PlanTerminate   Verb = "plan_terminate"
	PlanRenegotiate Verb = "plan_renegotiate"
	// Rerank brings an account's rank in line with what decides now, and does nothing else: an experiment has stopped. The clock's alone.
	Rerank Verb = "rerank"
	// OfferInstalment lays an ordinary instalment before the customer, with the message that leads to its page. ApplyInstalment is their application for AmountMinor,
	// ConsentInstalment their consent in a step of its own, RefuseInstalment their refusal; BookInstalment and WithdrawInstalment are the bank's.
	OfferInstalment    Verb = "instalment_offer"
	ApplyInstalment    Verb = "instalment_apply"
	ConsentInstalment  Verb = "instalment_consent"
	BookInstalment     Verb = "instalment_book"
	RefuseInstalment   Verb = "instalment_refuse"
	WithdrawInstalment Verb = "instalment_withdraw"
	// AskInstalmentPerson is the customer's wish for a person to speak with about it.
	AskInstalmentPerson Verb = "instalment_person"
)

// Disposition is the outcome of a fraud case, and a label for the detectors.
type Disposition string

// The dispositions.
const (
	ConfirmedFraud Disposition = "confirmed_fraud"
	GenuineUse     Disposition = "genuine"
	Inconclusive   Disposition = "inconclusive"
	DuplicateCase  Disposition = "duplicate"
)

// Receipt is what became of one message (cardwatch.receipt.v1), written by the dispatcher and by providers' call-backs.
type Receipt struct {
	card.Head
	MessageID string
	Channel   ChannelKind
	Provider  string
	Outcome   SendOutcome
	// ProviderMessageID is the provider's own id once it accepted.
	ProviderMessageID string
	// ReceiptExpected says, with Accepted, that the provider will tell what became of the message.
	ReceiptExpected bool
	// Reason is a RuleID when the outcome is Refused, and one of dispatch's reasons when it is a failure.
	Reason string
}

// SendOutcome is how far a message came.
type SendOutcome string

// The send outcomes. They only move forward: queued → sending → accepted → delivered, undelivered, refused or unknown.
const (
	// Queued is a message that waits in the outbox.
	Queued SendOutcome = "queued"
	// Sending is written before a message that must not be sent twice is handed to a provider.
	Sending SendOutcome = "sending"
	// Accepted is a message that the provider has taken.
	Accepted  SendOutcome = "accepted"
	Delivered SendOutcome = "delivered"
	// Undelivered is a message that no provider would take, or that its provider gave up.
	Undelivered SendOutcome = "undelivered"
	// Refused is a message that a contact rule forbids.
	Refused SendOutcome = "refused"
	// OutcomeUnknown is a message that may or may not have gone out, and is not tried again.
	OutcomeUnknown SendOutcome = "unknown"
)

// CardAction asks the bank's authorisation system for something (cardwatch.card_action.v1).
type CardAction struct {
	card.Head
	Card    string
	Action  CardActionKind
	Reason  string
	AlertID string
	// RequestedBy is "customer" or the staff member's id.
	RequestedBy string
}

// CardActionKind is what is asked.
type CardActionKind string

// The card actions of the contract.
const (
	BlockCard   CardActionKind = "block"
	UnblockCard CardActionKind = "unblock"
)
