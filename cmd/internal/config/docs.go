package config

import "github.com/cardwatch/cardwatch/detectors"

// foreignDocs comments the keys of sections whose structs live in pure packages; a `doc` tag there wins. A detector's section is
// commented by its own summary.
func foreignDocs() map[string]string {
	docs := map[string]string{
		"rules.version":              "Names this set of rules on every alert; change it with every change of the rules.",
		"rules.lateness":             "How old a transaction may be on arrival and still be judged; an older one only corrects the card's history.",
		"rules.clock_ahead":          "How far a terminal's clock may run ahead of arrival before it is taken for wrong.",
		"desk.bank_name":             "Opens every message, so that customers know a real one: at most 12 characters of Chinese, 20 of English.",
		"desk.app_wait":              "How long an app prompt is left alone before the same question goes out as a text message.",
		"desk.sms_wait":              "How long a text message is left alone before an analyst takes over; the prompt stays open.",
		"desk.receipt_wait":          "How long a provider that promised a receipt is given for it, before the question goes out another way.",
		"desk.prompt_life":           "How long a yes counts.",
		"desk.claim_lease":           "How long an analyst holds a case without touching it.",
		"desk.sla":                   "How long a case may wait for somebody (claim) and for its outcome (close), by severity; what the customer denied counts as critical.",
		"desk.unblock_alone_minor":   "The largest amount at stake, in minor units, up to which one person may take a card's block back; above it a second one approves.",
		"desk.unblock_wait":          "How long such a request waits for the second person; then it expires and has to be made again.",
		"desk.exempt_for":            "How long a confirmed use keeps its like from being asked about again.",
		"desk.sms_yes_limit_minor":   "The largest amount, in minor units, that a yes by text message may release; above it the app is needed.",
		"desk.contact_rules":         "The bank's own figures for contact rules, by pack (CN, US, UK, EU, AU, IN, strictest) and rule, which may only tighten them: {CN: {rules: {CN-HOURS: {from: \"09:00\"}, CN-CONNECT: {max: 2}}}, AU: {holidays: [2026-12-25]}}.",
		"desk.quiet_from":            "From this local hour until quiet_until nothing but fraud messages is sent; equal means never.",
		"desk.quiet_until":           "The hour at which other messages may go out again.",
		"desk.fraud_quiet_from":      "From this local hour until fraud_quiet_until questions about fraud wait as text messages, and an analyst looks meanwhile; equal means never.",
		"desk.fraud_quiet_until":     "The hour at which such a text goes out.",
		"desk.prompts_per_case":      "The most fraud prompts of one case within prompts_window.",
		"desk.prompts_window":        "The time over which prompts_per_case counts.",
		"desk.prompts_per_day":       "The most fraud prompts a customer gets in one local day,",
		"desk.answers_per_day":       "the most replies to what the customer wrote,",
		"desk.service_per_day":       "and the most reminders and offers.",
		"desk.messages_per_day":      "The most messages of all kinds in one local day; reminders and offers are cut first, answers to the customer's own words never.",
		"desk.templates":             "The bank's own wordings, by template: version (above the shipped one's), zh-CN and en. See cardwatch templates preview.",
		"desk.promise_grace":         "How long after its date a promise to pay counts as broken.",
		"desk.promise_kept_percent":  "How much of a promise, in percent of its amount, has to be paid for it to be kept.",
		"desk.plan_grace_days":       "How many days after its due day an instalment of a plan may be paid without a breach.",
		"desk.instalment_fee_bps":    "What an ordinary instalment charges with every monthly part, in hundredths of a per cent of the whole amount. Customers are shown the cost a year that it is.",
		"desk.instalment_offer_days": "How many days the offer of an instalment stands before it lapses.",
		"desk.plan_tolerance_minor":  "How much of an instalment of a plan may be missing, in minor units.",
		"desk.treatment":             "How overdue accounts are worked: rank (expected_loss, risk or age) orders the standard line; self_cure_percent is how likely an account pays by itself that gets digital reminders first; remind_days are the days before a promise on which it is recalled, of 7, 3 and 1.",
		"desk.experiments":           "Champion/challenger comparisons: name (for good), share (percent of customers, at most 90), from (the day it begins), challenger (what differs from desk.treatment) and stop (min_customers, and complaints, opt_outs, distress and refused_per_mille: how much worse the challenger may be).",
		"desk.promises_broken":       "How many promises in a row may fail before the account goes to the flexible line.",
	}
	rules := detectors.Defaults()
	for _, d := range rules.Catalogue() {
		about := d.About()
		docs["rules."+string(about.Name)] = about.Summary.En
	}
	return docs
}
