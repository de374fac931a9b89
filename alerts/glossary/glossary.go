// Package glossary has the words for every code that a person may read, in zh-CN and en: one catalogue for the console, the
// API and the reports, so that a thing has one name everywhere.
//
// It is data and a look-up, without state; anybody may call it at any time. A test fails while a code of the product lacks its
// words.
package glossary

import "github.com/cardwatch/cardwatch/detectors/card"

// Kind is a family of codes.
type Kind string

// The kinds. The key of a term is "kind.code", such as "reason.distance_from_home".
const (
	Detector     Kind = "detector"
	Reason       Kind = "reason"
	Unit         Kind = "unit"
	AlertState   Kind = "alert_state"
	Mode         Kind = "mode"
	Severity     Kind = "severity"
	Action       Kind = "action"
	Tier         Kind = "tier"
	Band         Kind = "band"
	CaseState    Kind = "case_state"
	Disposition  Kind = "disposition"
	Act          Kind = "act"
	Actor        Kind = "actor"
	Priority     Kind = "priority"
	PromptState  Kind = "prompt_state"
	PromiseState Kind = "promise_state"
	Answer       Kind = "answer"
	Channel      Kind = "channel"
	Verb         Kind = "verb"
	Refusal      Kind = "refusal"
	CardAction   Kind = "card_action"
	BlockReason  Kind = "block_reason"
	Line         Kind = "line"
	Rest         Kind = "rest"
	Flag         Kind = "flag"
	Restriction  Kind = "restriction"
	Arm          Kind = "arm"
	StopReason   Kind = "stop_reason"
	RankBy       Kind = "rank_by"
	// Measure names what StopReason complains about, MeasureMeaning defines it.
	Measure        Kind = "measure"
	MeasureMeaning Kind = "measure_meaning"
	Clock          Kind = "clock"
	ClockState     Kind = "clock_state"
	MatchField     Kind = "match_field"
	MatchOp        Kind = "match_op"
	SilenceVerb    Kind = "silence_verb"
	SilenceState   Kind = "silence_state"
	Purpose        Kind = "purpose"
	Template       Kind = "template"
	SendOutcome    Kind = "send_outcome"
	Failure        Kind = "failure"
	Rule           Kind = "rule"
	Contact        Kind = "contact"
	RuleState      Kind = "rule_state"
	RuleVerb       Kind = "rule_verb"
	RuleRefusal    Kind = "rule_refusal"
	Class          Kind = "class"
	Label          Kind = "label"

	Pack           Kind = "pack"
	RuleKind       Kind = "rule_kind"
	ContactFlag    Kind = "contact_flag"
	ContactResult  Kind = "contact_result"
	ContactChannel Kind = "contact_channel"
	ContactParty   Kind = "contact_party"
	ContactPurpose Kind = "contact_purpose"
	ContactScope   Kind = "contact_scope"
	ContactCounted Kind = "contact_counted"
	Record         Kind = "record"
	Custody        Kind = "custody"

	PlanKind    Kind = "plan_kind"
	PlanState   Kind = "plan_state"
	PlanAct     Kind = "plan_act"
	PlanEffect  Kind = "plan_effect"
	PlanRefusal Kind = "plan_refusal"
	PlanFinding Kind = "plan_finding"
	PlanMissing Kind = "plan_missing"
	PlanProblem Kind = "plan_problem"
	PlanBound   Kind = "plan_bound"
	PlanForm    Kind = "plan_form"
	Job         Kind = "job"
	// The refusals of instalments are among Refusal.
	InstalmentState Kind = "instalment_state"
	InstalmentAct   Kind = "instalment_act"
	OfferKind       Kind = "offer_kind"
	InterestPaid    Kind = "interest_paid"
	OfferShown      Kind = "offer_shown"
	OfferRule       Kind = "offer_rule"
	OfferViolation  Kind = "offer_violation"

	Figure        Kind = "figure"
	FigureMeaning Kind = "figure_meaning"
)

// Term is the name of one thing in both languages.
type Term struct{ Zh, En string }

// In gives the name in one language, Chinese unless it is English.
func (t Term) In(lang card.Language) string {
	if lang == card.English {
		return t.En
	}
	return t.Zh
}

// Lookup finds the term of a code; false when there is none, which callers show as the code itself.
func Lookup(kind Kind, code string) (Term, bool) {
	for _, terms := range []map[string]Term{monitorTerms, caseTerms, collectionTerms, messageTerms, ruleTerms, conductTerms, planTerms, figureTerms} {
		if t, ok := terms[string(kind)+"."+code]; ok {
			return t, true
		}
	}
	return Term{}, false
}
