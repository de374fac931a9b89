package plan

// State is where a plan stands.
type State string

// The states.
const (
	Drafted State = "drafted"
	Offered State = "offered"
	// Declined ends an offer that the customer does not want, or that nobody took before its first payment fell due.
	Declined State = "declined"
	// Signed: it is being paid, and nobody collects.
	Signed State = "signed"
	// Breached: a line was not paid in its grace. A person must look; nobody collects yet.
	Breached    State = "breached"
	UnderReview State = "under_review"
	// Continued is as Signed, after a breach.
	Continued    State = "continued"
	Kept         State = "kept"
	Terminated   State = "terminated"
	Renegotiated State = "renegotiated"
)

// StopsCollections reports whether collecting from the customer is forbidden: from the signing on (Art. 70), and until a person has
// decided about a breach.
func (s State) StopsCollections() bool { return running[s] }

// running are the states in which payments count for the plan. Never written to.
var running = map[State]bool{Signed: true, Continued: true, Breached: true, UnderReview: true}

// Act is what happens to a plan.
type Act string

// The acts. Those of people and of the ledger are events; the last four follow from time and payments.
const (
	ActOffer   Act = "offer"
	ActSign    Act = "sign"
	ActDecline Act = "decline"
	// ActPay is a payment that counts for the plan, ActTakeBack one that was taken back.
	ActPay      Act = "pay"
	ActTakeBack Act = "take_back"
	// ActReview is a person who begins to look at a breach, with the customer; the three after it are what they decide.
	ActReview      Act = "review"
	ActContinue    Act = "continue"
	ActTerminate   Act = "terminate"
	ActRenegotiate Act = "renegotiate"
	// ActPass is time alone.
	ActPass Act = "pass"

	ActLapse     Act = "lapse"
	ActMiss      Act = "miss"
	ActCatchUp   Act = "catch_up"
	ActComplete  Act = "complete"
	ActUncovered Act = "uncovered"
)

// table says where an act takes a plan. What a state does not list is refused. A breach leads to a review and nowhere else by itself: no plan
// ends without a person. Never written to.
var table = map[State]map[Act]State{
	Drafted:     {ActOffer: Offered, ActDecline: Declined},
	Offered:     {ActSign: Signed, ActDecline: Declined, ActLapse: Declined, ActPass: Offered},
	Signed:      {ActPay: Signed, ActTakeBack: Signed, ActPass: Signed, ActMiss: Breached, ActComplete: Kept},
	Breached:    {ActPay: Breached, ActTakeBack: Breached, ActPass: Breached, ActCatchUp: Continued, ActComplete: Kept, ActReview: UnderReview},
	UnderReview: {ActPay: UnderReview, ActTakeBack: UnderReview, ActPass: UnderReview, ActComplete: Kept, ActContinue: Continued, ActTerminate: Terminated, ActRenegotiate: Renegotiated},
	Continued:   {ActPay: Continued, ActTakeBack: Continued, ActPass: Continued, ActMiss: Breached, ActComplete: Kept},
	// A payment that is taken back after the last one opens the plan again.
	Kept: {ActTakeBack: Kept, ActUncovered: Continued},
	// The ends.
	Declined: {}, Terminated: {}, Renegotiated: {},
}

// Effect is what others must do when a plan moves.
type Effect string

// The effects.
const (
	// CollectionsStopped: bank and agencies stop collecting (Art. 70).
	CollectionsStopped Effect = "collections_stopped"
	// CollectionsMayResume: the plan no longer stands in the way.
	CollectionsMayResume Effect = "collections_may_resume"
	// KeepRecording: the recording must outlive the debt; ReleaseRecording: the debt is settled.
	KeepRecording    Effect = "keep_recording"
	ReleaseRecording Effect = "release_recording"
	// ReviewNeeded: a person must look at a breach.
	ReviewNeeded Effect = "review_needed"
	// DebtSettled: the plan is paid.
	DebtSettled Effect = "debt_settled"
)

// Refusal says why an act changed nothing.
type Refusal string

// The refusals.
const (
	RefusedState      Refusal = "wrong_state"
	RefusedIncomplete Refusal = "contract_incomplete"
	RefusedLapsed     Refusal = "offer_lapsed"
	RefusedAmount     Refusal = "bad_amount"
	RefusedNoReason   Refusal = "no_reason"
	// RefusedOver: the last line is due, so nothing can be carried to it; renegotiate or terminate.
	RefusedOver Refusal = "plan_over"
)
