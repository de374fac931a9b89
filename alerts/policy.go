package alerts

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts/conduct"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

// Policy is everything about the desk that a bank may set. The zero Policy is not usable; start from Defaults.
type Policy struct {
	// BankName opens every message, so that a customer knows a real one.
	BankName BankName `yaml:"bank_name"`
	// AppWait is how long an app prompt is left alone before the same question goes out as a text message.
	AppWait time.Duration `yaml:"app_wait"`
	// SMSWait is how long a text message is left alone before an analyst takes over; the prompt stays open.
	SMSWait time.Duration `yaml:"sms_wait"`
	// ReceiptWait is how long a provider that promised a receipt is given for it, before the message counts as unknown and a
	// prompt climbs.
	ReceiptWait time.Duration `yaml:"receipt_wait"`
	// PromptLife is how long a yes counts.
	PromptLife time.Duration `yaml:"prompt_life"`
	// ClaimLease is how long an analyst holds a case without touching it.
	ClaimLease time.Duration `yaml:"claim_lease"`
	// SLA is how long a case may wait for somebody, and for its outcome.
	SLA SLA `yaml:"sla"`
	// UnblockAloneMinor is the largest amount at stake, in minor units, up to which one person may take a block back.
	UnblockAloneMinor int64 `yaml:"unblock_alone_minor"`
	// UnblockWait is how long a request to take a block back waits for a second person; then it is to be made again.
	UnblockWait time.Duration `yaml:"unblock_wait"`
	// ExemptFor is how long a confirmed use keeps its like from being asked about again.
	ExemptFor time.Duration `yaml:"exempt_for"`
	// SMSYesLimitMinor is the largest amount, in minor units, that a yes by text message may release.
	SMSYesLimitMinor int64 `yaml:"sms_yes_limit_minor"`
	// QuietFrom and QuietUntil bound, in whole local hours, the time when nothing but fraud messages is sent; equal means never.
	QuietFrom  int `yaml:"quiet_from"`
	QuietUntil int `yaml:"quiet_until"`
	// ContactRules are the bank's own figures on top of the packs of contact rules, which they may only tighten.
	ContactRules map[conduct.PackID]conduct.Overrides `yaml:"contact_rules"`
	// book is what ContactRules make of the packs. NewDesk makes it; without it every look makes it anew.
	book *conduct.Book
	// FraudQuietFrom and FraudQuietUntil bound the local hours in which questions about fraud are not sent as text messages: the app
	// still asks, an analyst looks meanwhile, and the text follows at their end. Equal, as by default, means never.
	FraudQuietFrom  int `yaml:"fraud_quiet_from"`
	FraudQuietUntil int `yaml:"fraud_quiet_until"`
	// PromptsPerCase caps the fraud prompts of one case within PromptsWindow.
	PromptsPerCase int           `yaml:"prompts_per_case"`
	PromptsWindow  time.Duration `yaml:"prompts_window"`
	// PromptsPerDay, AnswersPerDay and ServicePerDay cap a customer's messages of each purpose within one local day.
	PromptsPerDay int `yaml:"prompts_per_day"`
	AnswersPerDay int `yaml:"answers_per_day"`
	ServicePerDay int `yaml:"service_per_day"`
	// MessagesPerDay is what a customer gets within one local day over all detectors and purposes. Service messages are the first to be
	// cut: they leave room for PromptsPerDay whether these come or not, so that a prompt is never crowded out. Answers to what the
	// customer wrote come on top, up to AnswersPerDay, and leave that much less for service messages.
	MessagesPerDay int `yaml:"messages_per_day"`
	// Templates are the bank's own wordings; a template that is not listed has the shipped one.
	Templates map[TemplateID]Wording `yaml:"templates"`
	// PromiseGrace is how long after its date a promise to pay counts as broken.
	PromiseGrace time.Duration `yaml:"promise_grace"`
	// PromiseKeptPercent is how much of a promise, in percent of its amount, has to be paid for it to be kept.
	PromiseKeptPercent int `yaml:"promise_kept_percent"`
	// PromisesBroken is how many promises in a row may fail before the account goes to the flexible line.
	PromisesBroken int `yaml:"promises_broken"`
	// PlanGraceDays are how many days after its due day an instalment of a plan may be paid without a breach, PlanToleranceMinor how much
	// of it may be missing, in minor units. They are written into the contract of a new plan.
	PlanGraceDays      int   `yaml:"plan_grace_days"`
	PlanToleranceMinor int64 `yaml:"plan_tolerance_minor"`
	// Treatment is how overdue accounts are worked; experiments try another one on some customers.
	Treatment Treatment `yaml:"treatment"`
	// InstalmentFeeBps is the bank's price of an ordinary instalment: what is charged with every part, in hundredths of a per cent of the whole
	// amount. It is always shown as the cost a year that it is. InstalmentOfferDays is how long an offer stands.
	InstalmentFeeBps    int `yaml:"instalment_fee_bps"`
	InstalmentOfferDays int `yaml:"instalment_offer_days"`
	// Experiments are the champion/challenger comparisons that run.
	Experiments []Experiment `yaml:"experiments"`
}

// BankName is the bank's name in both languages, at most 12 runes of Chinese and 20 of GSM-7 English.
type BankName struct {
	Zh string `yaml:"zh-CN"`
	En string `yaml:"en"`
}

// Defaults is a policy that a Chinese bank can start with.
func Defaults() Policy {
	return Policy{
		BankName: BankName{Zh: "示范银行", En: "Demo Bank"},
		// Banks send the second message one minute after the first (MVFCU) and call five minutes after the text; a prompt counts
		// for half an hour (Glass City FCU). notes/reliability-security.md §4.5, notes/fraud.md §(e).
		AppWait:    time.Minute,
		SMSWait:    5 * time.Minute,
		PromptLife: 30 * time.Minute,
		// notes/reliability-security.md §5, fault 34.
		ReceiptWait: time.Minute,
		// Long enough to look at a case and call, short enough that a lunch break does not hide it. Own choice.
		ClaimLease: 15 * time.Minute,
		// A critical case is due when the ladder app → SMS → analyst has had its six minutes and somebody a few more; issuers answer for
		// card fraud within the hour, and a medium case by the end of the next working day. Own choice.
		SLA: SLA{
			Critical: Clocks{Claim: 10 * time.Minute, Close: time.Hour},
			High:     Clocks{Claim: 30 * time.Minute, Close: 4 * time.Hour},
			Medium:   Clocks{Claim: 2 * time.Hour, Close: 24 * time.Hour},
			Low:      Clocks{Claim: 8 * time.Hour, Close: 72 * time.Hour},
		},
		// As much as a text message may release, one person may. Own choice.
		UnblockAloneMinor: 500_000,
		// What was true of a card yesterday is no ground to release it today. Own choice.
		UnblockWait: 24 * time.Hour,
		// A trip or a large purchase is over in three days; a stolen card must not profit for longer. Own choice.
		ExemptFor: 72 * time.Hour,
		// Text messages can be forged: above CNY 5,000 a yes has to come from the app. Own choice.
		SMSYesLimitMinor: 500_000,
		// CN-HOURS: no contact about debts between 22:00 and 08:00 local time (GB/T 45251-2025, CBA 2026).
		QuietFrom:  22,
		QuietUntil: 8,
		// The FCC's exemption for fraud texts, the only published figure: three messages per event over three days.
		PromptsPerCase: 3,
		PromptsWindow:  72 * time.Hour,
		// Two cases a day can still be asked about in full; answers stop a flood of replies from becoming a flood of texts; one
		// service message a day is the strictest figure that lets the due-date reminder through. Own choice.
		PromptsPerDay: 6,
		AnswersPerDay: 10,
		ServicePerDay: 1,
		// All prompts and a service message, with one to spare: a day of questions is no day for an offer. Own choice.
		MessagesPerDay: 8,
		Templates:      map[TemplateID]Wording{},
		ContactRules:   map[conduct.PackID]conduct.Overrides{},
		// The order that reached the most money at equal people, the note's bound of self-cure, and a word on the day before
		// (notes/collections.md §3, §3.1).
		Treatment:   Treatment{Rank: ByExpectedLoss, SelfCurePercent: 80, RemindDays: []int{1}},
		Experiments: []Experiment{},
		// Promises are marked broken 3–5 days after their date (insideARM, notes/collections.md §3).
		PromiseGrace: 72 * time.Hour,
		// Banks count 90 … 95 % as kept; two broken in a row go to the flexible team (the same note).
		PromiseKeptPercent: 90,
		PromisesBroken:     2,
		// 容时 and 容差 of card bills (notes/collections.md CN-GRACE).
		PlanGraceDays:      plan.Defaults().GraceDays,
		PlanToleranceMinor: plan.Defaults().ToleranceMinor,
		// 0.6 % a month is what banks in China quote for twelve parts: 13 % a year. A bill is due 20 to 25 days after it. Own choice.
		InstalmentFeeBps:    60,
		InstalmentOfferDays: 20,
	}
}

// Validate joins everything that is wrong with the policy; nil when nothing is.
func (p Policy) Validate() error {
	var problems []error
	add := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	checkName(add, "bank_name.zh-CN", p.BankName.Zh, maxNameZh)
	checkName(add, "bank_name.en", p.BankName.En, maxNameEn)
	add(!GSM7(p.BankName.En), "bank_name.en: %q has characters outside GSM-7, which would halve every text message", p.BankName.En)
	for _, d := range []struct {
		key      string
		value    time.Duration
		min, max time.Duration
	}{
		{"app_wait", p.AppWait, time.Second, 24 * time.Hour},
		{"sms_wait", p.SMSWait, time.Second, 24 * time.Hour},
		{"receipt_wait", p.ReceiptWait, time.Second, 24 * time.Hour},
		{"prompt_life", p.PromptLife, time.Minute, 7 * 24 * time.Hour},
		{"claim_lease", p.ClaimLease, time.Minute, 7 * 24 * time.Hour},
		{"unblock_wait", p.UnblockWait, 15 * time.Minute, 7 * 24 * time.Hour},
		{"exempt_for", p.ExemptFor, time.Hour, 30 * 24 * time.Hour},
		{"prompts_window", p.PromptsWindow, time.Hour, 30 * 24 * time.Hour},
		{"promise_grace", p.PromiseGrace, 0, 14 * 24 * time.Hour},
	} {
		add(d.value < d.min || d.value > d.max, "%s: %v is outside %v … %v", d.key, d.value, d.min, d.max)
	}
	add(p.AppWait+p.SMSWait > p.PromptLife, "prompt_life: %v is shorter than app_wait + sms_wait, so an analyst would get the case after its prompt has ended", p.PromptLife)
	p.SLA.check(add)
	add(p.UnblockAloneMinor < 0, "unblock_alone_minor: %d is negative", p.UnblockAloneMinor)
	add(p.SMSYesLimitMinor < 0, "sms_yes_limit_minor: %d is negative", p.SMSYesLimitMinor)
	add(p.QuietFrom < 0 || p.QuietFrom > 23, "quiet_from: %d is no hour of the day (0 … 23)", p.QuietFrom)
	add(p.QuietUntil < 0 || p.QuietUntil > 23, "quiet_until: %d is no hour of the day (0 … 23)", p.QuietUntil)
	add(p.FraudQuietFrom < 0 || p.FraudQuietFrom > 23, "fraud_quiet_from: %d is no hour of the day (0 … 23)", p.FraudQuietFrom)
	add(p.FraudQuietUntil < 0 || p.FraudQuietUntil > 23, "fraud_quiet_until: %d is no hour of the day (0 … 23)", p.FraudQuietUntil)
	add(p.MessagesPerDay < 1 || p.MessagesPerDay > 60, "messages_per_day: %d is outside 1 … 60", p.MessagesPerDay)
	for _, n := range []struct {
		key   string
		value int
	}{
		{"prompts_per_case", p.PromptsPerCase}, {"prompts_per_day", p.PromptsPerDay},
		{"answers_per_day", p.AnswersPerDay}, {"service_per_day", p.ServicePerDay},
	} {
		add(n.value < 1 || n.value > 20, "%s: %d is outside 1 … 20", n.key, n.value)
	}
	add(p.PromiseKeptPercent < 1 || p.PromiseKeptPercent > 100, "promise_kept_percent: %d is outside 1 … 100", p.PromiseKeptPercent)
	add(p.PromisesBroken < 1 || p.PromisesBroken > 12, "promises_broken: %d is outside 1 … 12", p.PromisesBroken)
	add(p.PlanGraceDays < 0 || p.PlanGraceDays > 30, "plan_grace_days: %d is outside 0 … 30", p.PlanGraceDays)
	add(p.InstalmentFeeBps < 0 || p.InstalmentFeeBps > 200, "instalment_fee_bps: %d is outside 0 … 200", p.InstalmentFeeBps)
	add(p.InstalmentOfferDays < 1 || p.InstalmentOfferDays > 60, "instalment_offer_days: %d is outside 1 … 60", p.InstalmentOfferDays)
	add(p.PlanToleranceMinor < 0, "plan_tolerance_minor: %d is negative", p.PlanToleranceMinor)
	if _, err := conduct.NewBook(p.ContactRules); err != nil {
		for problem := range strings.Lines(err.Error()) {
			add(true, "contact_rules.%s", strings.TrimSpace(problem))
		}
	}
	p.Treatment.check(add, "treatment", true)
	p.checkExperiments(add)
	p.checkTemplates(add)
	return errors.Join(problems...)
}

const (
	maxNameZh = 12
	maxNameEn = 20
)

func checkName(add func(bool, string, ...any), key, name string, limit int) {
	n := len([]rune(name))
	add(n == 0 || n > limit, "%s: must have 1 … %d characters, has %d", key, limit, n)
}
