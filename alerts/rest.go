package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

// RestReason is why an account is out of its line.
type RestReason string

// The reasons. An account comes back by itself when the last of them ends.
const (
	// RestNone is an account in its line.
	RestNone RestReason = ""
	// RestClaimed is an account that somebody is at work on, until their lease ends.
	RestClaimed RestReason = "claimed"
	RestSnoozed RestReason = "snoozed"
	// RestPromised is an account whose promise runs, until its grace ends.
	RestPromised RestReason = "promised"
	// RestPlanned is an account with a signed plan, as long as that is kept.
	RestPlanned RestReason = "planned"
	// RestSuppressed is an account for which nobody has anything to do: a flag forbids contact (see FlagsOf). It ends with the flag.
	RestSuppressed RestReason = "suppressed"
)

// GroupResting is the group of IndexQueue that lists the accounts out of their lines, by when they come back; those that only an act or
// an event brings back come last.
const GroupResting = "resting"

// restOf is why an account is out of its line and until when: of several reasons the one that ends last. The moment is unknown when no
// time but an event ends it.
func restOf(e *QueueEntry, flags []Flag, planned bool, policy *Policy) (why RestReason, until card.Moment) {
	for _, f := range flags {
		if flagRules[f].suppressed {
			return RestSuppressed, card.Moment{}
		}
	}
	if planned {
		return RestPlanned, card.Moment{}
	}
	rest := func(is bool, reason RestReason, end card.Moment) {
		if is && until.Before(end) {
			why, until = reason, end
		}
	}
	rest(e.Owner != "", RestClaimed, e.LeaseUntil)
	rest(true, RestSnoozed, e.SnoozedUntil)
	rest(e.Promise.State == PromiseOpen, RestPromised, e.Promise.ends(policy))
	return why, until
}
