package alerts

// reaction is one thing that an answer makes the desk do.
type reaction uint8

const (
	// protect asks for a block, says "fraud" to the monitor, and puts the case on top; what has been done is not done twice.
	protect reaction = iota + 1
	// contradict marks a case whose customer has said both.
	contradict
	// release says "genuine" to the monitor, with an exemption, and closes the case.
	release
	sayThanks
	sayEnded
	// askInApp sends a yes that is too weak for the amount to the app, and the case to an analyst meanwhile.
	askInApp
	optOut
	// nextRung leaves the channel that the customer has refused.
	nextRung
	sayHelp
	// helpOnce explains the first time, and calls an analyst the second.
	helpOnce
	// callPerson gives the case to a person and ends the machine's part in it.
	callPerson
	// callAnalyst puts the case on top without a block.
	callAnalyst
	// writeDown leaves a line in the history.
	writeDown
)

// replyRule is one cell of the reply table: where the prompt goes, and what follows.
type replyRule struct {
	to    PromptState
	react []reaction
}

// replyTable is the reply table of notes/reliability-security.md §4.7, cell by cell. Its law: an answer that lowers risk is
// always accepted; one that raises it only in time, once, and from a proven channel. So every No ends in PromptNo and
// protects, and Yes releases from PromptOpen alone.
var replyTable = map[PromptState]map[Answer]replyRule{
	PromptOpen: {
		No:      {PromptNo, []reaction{protect}},
		Yes:     {PromptYes, []reaction{release, sayThanks}},
		StepUp:  {PromptOpen, []reaction{askInApp}},
		Suspect: {PromptOpen, []reaction{callAnalyst, helpOnce}},
		Stop:    {PromptOpen, []reaction{optOut, nextRung}},
		Person:  {PromptOpen, []reaction{callPerson}},
		Help:    {PromptOpen, []reaction{sayHelp}},
		Unclear: {PromptOpen, []reaction{helpOnce}},
	},
	PromptExpired:    endedUnanswered(PromptExpired),
	PromptSuperseded: endedUnanswered(PromptSuperseded),
	PromptCancelled:  endedUnanswered(PromptCancelled),
	PromptYes: {
		No:      {PromptNo, []reaction{contradict, protect}},
		Yes:     {PromptYes, []reaction{sayThanks}},
		StepUp:  {PromptYes, []reaction{sayThanks}},
		Suspect: {PromptYes, []reaction{contradict, callAnalyst, sayHelp}},
		Stop:    {PromptYes, []reaction{optOut}},
		Person:  {PromptYes, []reaction{callPerson}},
		Help:    {PromptYes, []reaction{sayHelp}},
		Unclear: {PromptYes, []reaction{writeDown}},
	},
	PromptNo: {
		// The same answer again; protects anew only if staff have closed the case otherwise since.
		No: {PromptNo, []reaction{protect}},
		// Only staff can undo a no.
		Yes:     {PromptNo, []reaction{contradict, sayEnded}},
		StepUp:  {PromptNo, []reaction{contradict, sayEnded}},
		Suspect: {PromptNo, []reaction{writeDown}},
		Stop:    {PromptNo, []reaction{optOut}},
		Person:  {PromptNo, []reaction{callPerson}},
		Help:    {PromptNo, []reaction{sayHelp}},
		Unclear: {PromptNo, []reaction{writeDown}},
	},
}

// endedUnanswered is the column "expired / closed": a late no still protects, a late yes releases nothing.
func endedUnanswered(state PromptState) map[Answer]replyRule {
	return map[Answer]replyRule{
		No:      {PromptNo, []reaction{protect}},
		Yes:     {state, []reaction{sayEnded}},
		StepUp:  {state, []reaction{sayEnded}},
		Suspect: {state, []reaction{callAnalyst, sayHelp}},
		Stop:    {state, []reaction{optOut}},
		Person:  {state, []reaction{callPerson}},
		Help:    {state, []reaction{sayHelp}},
		Unclear: {state, []reaction{sayHelp}},
	}
}
