package conduct

import "slices"

// ownChoice is the source of a rule that no law of the place has.
const ownChoice = "own choice; notes/collections.md §1.5"

// spoken are the channels that reach somebody at the moment of sending: a letter has no hour.
func spoken() []Channel { return []Channel{Call, Visit, SMS, Push, Email} }

func owing() []Party { return []Party{Debtor, Guarantor} }

// open is the same hours on every day.
func open(from, until int) Hours {
	day := Span{from * 60, until * 60}
	return Hours{Channels: spoken(), Weekday: day, Weekend: day}
}

// permits is what each flag still permits, the same in every pack. What the debtor asks is always answered, save by those who cannot ask.
func permits(flag Flag) []Permit {
	told := Permit{Purposes: []Purpose{Answer, Confirm, Notice}}
	spokesman := Permit{Parties: []Party{Representative}}
	family := Permit{Parties: []Party{Third}, Purposes: []Purpose{Locate, Relay}}
	switch flag {
	case Deceased, Incapacity:
		return []Permit{spokesman, family}
	case Lawyer:
		return []Permit{spokesman, {Purposes: []Purpose{Answer, Confirm}}}
	case Bankruptcy:
		return []Permit{{Purposes: []Purpose{Answer, Notice}}}
	case PlanActive, Complaint:
		return []Permit{told, {Parties: []Party{Debtor, Representative}, Purposes: []Purpose{PlanReminder}}}
	case Crisis:
		return []Permit{{Purposes: []Purpose{Answer}}}
	default:
		return []Permit{told}
	}
}

// suppress is the rule of a flag.
func suppress(id RuleID, flag Flag, zh, en, source string) Rule {
	return Rule{ID: id, Zh: zh, En: en, Source: source, Check: Suppress{Flag: flag, But: permits(flag)}}
}

// withOwn puts the house's rules behind a place's own, each unless the place has a rule of that sort: about the same flag, the same
// refusals, the same records.
func withOwn(rules []Rule) []Rule {
	all := append(forms(), rules...)
	for _, own := range slices.Concat(ownAudience(), ownFlags(), ownKeeping()) {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return stands(r.Check, own.Check) }) {
			all = append(all, own)
		}
	}
	return all
}

// stands reports whether a place's rule takes the place of the house's.
func stands(place, own Check) bool {
	switch own := own.(type) {
	case Suppress:
		s, ok := place.(Suppress)
		return ok && s.Flag == own.Flag
	case Stop:
		return place == own
	case Keep:
		k, ok := place.(Keep)
		return ok && slices.Equal(k.What, own.What)
	default:
		return place.Kind() == own.Kind()
	}
}

func forms() []Rule {
	return []Rule{
		{
			ID: OwnComplete, Check: Form{Complete}, Source: ownChoice,
			Zh: "联系前须明确时间、方式、对象、目的、号码和债务，否则无法计数。",
			En: "Time, channel, party, purpose, number and debt of a contact are known, or it could not be counted.",
		},
		{
			ID: OwnOnce, Check: Form{Once}, Source: ownChoice,
			Zh: "一次预约只能用于一次联系，并须在两小时内使用。",
			En: "A reservation is good for one contact, within two hours.",
		},
		{
			ID: OwnRoom, Check: Form{Room}, Source: ownChoice,
			Zh: "联系记录已满时不再联系：遗忘任何一次都会放宽法定次数。",
			En: "No contact while the log is full: forgetting one would loosen a cap of the law.",
		},
	}
}

func ownAudience() []Rule {
	return []Rule{
		{
			ID: OwnAsked, Check: Asked{Channels: spoken()}, Source: ownChoice, Yields: true,
			Zh: "不在债务人要求免打扰的时段联系。",
			En: "No contact in hours in which the debtor has asked for none.",
		},
		{
			ID: OwnStaff, Check: Staff{Min: 2}, Source: ownChoice,
			Zh: "外访须两人以上。",
			En: "A visit is made by two people at least.",
		},
		{
			ID: OwnThird, Check: Target{Third: []Purpose{Locate, Relay}}, Source: ownChoice,
			Zh: "对第三人只可询问联系方式或请其转告，不得透露债务信息。",
			En: "Third parties are asked how to reach the debtor or to pass a message on, and never told of the debt.",
		},
		{
			ID: OwnThirdLost, Check: Lost{Failures: 3}, Source: ownChoice,
			Zh: "债务人失联后方可联系第三人。",
			En: "Third parties are asked only once the debtor cannot be reached.",
		},
		{
			ID: OwnThirdStop, Check: Stop{Third: true}, Source: ownChoice,
			Zh: "第三人拒绝后不再联系。",
			En: "A third party who refuses is never contacted again.",
		},
		{
			ID: OwnMedium, Check: Medium{But: []Purpose{Answer, Confirm, Notice}}, Source: ownChoice,
			Zh: "不使用债务人已拒绝的联系方式。",
			En: "A channel that the debtor refuses is not used.",
		},
		{
			ID: OwnNumber, Check: Stop{}, Source: ownChoice,
			Zh: "不使用债务人要求停用的号码或地址。",
			En: "A number or address that the debtor asks not to be used is not used.",
		},
		{
			ID: OwnWork, Check: Work{}, Source: ownChoice, Yields: true,
			Zh: "雇主不允许时不在工作场所联系，不向工作邮箱发送。",
			En: "No contact at work where the employer forbids it, and no e-mail to work.",
		},
	}
}

func ownFlags() []Rule {
	return []Rule{
		suppress(OwnCease, Cease, "债务人要求停止联系后，只可确认、答复或依法通知。",
			"Once the debtor asks for contact to stop, only confirmations, answers and notices of the law go out.", ownChoice),
		suppress(OwnDispute, Dispute, "债务有异议且未核实前，不得催收。",
			"No collection while an objection to the debt has not been verified.", ownChoice),
		suppress(OwnDeceased, Deceased, "债务人死亡后，只与遗产代表联系。",
			"After the debtor's death only who represents the estate is contacted.", ownChoice),
		suppress(OwnIncapacity, Incapacity, "债务人丧失行为能力后，只与其监护人联系。",
			"After the debtor's loss of capacity only the guardian is contacted.", ownChoice),
		suppress(OwnBankruptcy, Bankruptcy, "破产程序或法定暂缓期间不得催收。",
			"No collection during insolvency proceedings or a moratorium.", ownChoice),
		suppress(OwnLawyer, Lawyer, "债务人有律师代理时，只与律师联系。",
			"Where a lawyer acts for the debtor, the lawyer is contacted.", ownChoice),
		suppress(OwnPlan, PlanActive, "还款计划履行期间不得催收，只发送约定的提醒。",
			"No collection while a plan is kept, but the reminders that it provides for.", ownChoice),
		suppress(OwnComplaint, Complaint, "投诉处理期间不得催收。",
			"No collection while a complaint about it is open.", ownChoice),
		suppress(OwnCrisis, Crisis, "债务人有人身危险迹象时，除答复外一律停止联系。",
			"At signs of danger to the debtor's life or health nothing but answers goes out.", ownChoice),
	}
}

func ownKeeping() []Rule {
	return []Rule{
		{
			ID: OwnRecording, Check: Keep{What: []RecordKind{Recording}, Years: 2, From: SinceMade}, Source: ownChoice,
			Zh: "录音保存两年以上。",
			En: "Recordings are kept for two years at least.",
		},
		{
			ID: OwnProcess, Check: Keep{What: []RecordKind{ProcessData}, Years: 5, From: SinceLastActivity}, Source: ownChoice,
			Zh: "催收过程数据保存五年以上。",
			En: "Data on the process are kept for five years at least.",
		},
		{
			ID: PIDel, Check: Keep{From: SinceDone}, Source: "PIPL art. 47 [S]; GDPR art. 5(1)(e) [M]",
			Zh: "目的实现后删除；法定保存期未满的，只存储，不作其他处理。",
			En: "Records go when their purpose is met; while a term of the law runs they are stored and nothing else is done with them.",
		},
	}
}
