package conduct

const (
	cba2026 = "CBA 金融机构个人消费类贷款催收工作指引（试行）2026-01-30 [S2]"
	gbt     = "GB/T 45251-2025 [S2]"
	card11  = "商业银行信用卡业务监督管理办法 2011 "
)

// cn is the pack of China: the binding rules of 2011 on cards, and the two guides that have figures.
func cn() Pack {
	return Pack{ID: CN, Zh: "中国大陆", En: "Mainland China", Rules: withOwn([]Rule{
		{
			ID: CNHours, Check: open(8, 22), Yields: true, Source: cba2026 + "; " + gbt + "; NIFA 2024 [S2]",
			Zh: "未经债务人同意，22:00至次日8:00不得联系。",
			En: "No contact between 22:00 and 08:00 without the debtor's agreement.",
		},
		{
			ID: CNAttempt, Check: Cap{Counts: Unanswered, Scope: PerNumber, Channels: []Channel{Call}, Days: 1, Max: 6, Warn: 5},
			Yields: true, Source: cba2026,
			Zh: "同一号码未接通的，当日拨打不超过6次。",
			En: "At most 6 unanswered calls a day to the same number.",
		},
		{
			ID:     CNConnect,
			Check:  Cap{Counts: Reached, Scope: PerDebtor, Channels: []Channel{Call}, Parties: owing(), Days: 1, Max: 3, Warn: 2},
			Yields: true, Source: gbt + "; NIFA 2024 [S2]",
			Zh: "主动与同一债务人的有效通话每日不超过3次，机构与外包合并计算。",
			En: "At most 3 effective conversations a day with a debtor, lender and agencies summed.",
		},
		{
			ID: CNVisit, Check: Cap{Counts: Attempts, Scope: PerDebtor, Channels: []Channel{Visit}, Days: 1, Max: 1, Agreed: true}, Source: gbt + ", one lawyer's summary",
			Zh: "外访每日不超过1次。",
			En: "At most one visit a day.",
		},
		{
			ID: CNVisitStaff, Check: Staff{Min: 2}, Source: gbt + ", one lawyer's summary",
			Zh: "外访须两人以上。",
			En: "A visit is made by two people at least.",
		},
		{
			ID: CNTarget, Check: Target{Third: []Purpose{Locate, Relay}}, Source: card11 + "art. 68 [S]",
			Zh: "只向债务人和担保人催收；对第三人只可询问联系方式或请其转告，不得透露债务信息。",
			En: "Debt is collected from debtor and guarantor only; others are asked how to reach the debtor or to pass a message on, and never told of the debt.",
		},
		{
			ID: CNThirdLost, Check: Lost{Failures: 3}, Source: cba2026 + "; " + gbt,
			Zh: "债务人失联（号码无效、连续3次未接通、死亡或丧失行为能力）后方可联系第三人。",
			En: "Third parties are contacted only when the debtor is lost: number invalid, 3 failed attempts in a row, death or incapacity.",
		},
		{
			ID: CNThirdStop, Check: Stop{Third: true}, Source: cba2026 + "; " + gbt,
			Zh: "第三人拒绝后不得再联系。",
			En: "A third party who refuses is never contacted again.",
		},
		suppress(CNDispute, Dispute, "持卡人提出异议的，应备注并核实，核实前不催收。",
			"An objection is noted on the account and verified; no collection before.", card11+"art. 69 [S]"),
		suppress(CNPlanStop, PlanActive, "签订个性化分期协议后，银行及外包机构停止催收，除非持卡人违约。",
			"Once a personal plan is signed, bank and agencies stop collecting unless it is broken.", card11+"art. 70 [S]"),
		{
			ID: CNSMS, Check: Duty{Channels: []Channel{SMS}}, Source: "通信短信息服务管理规定 2015 [M]",
			Zh: "短信须注明发送人，并提供便捷有效的退订方式。",
			En: "A text message says who sends it, and how to opt out of the next.",
		},
		{
			ID: CNRecord, Check: Duty{Channels: []Channel{Call, Visit}}, Source: card11 + "art. 68 [S]",
			Zh: "催收过程须录音。",
			En: "Calls and visits are recorded.",
		},
		{
			ID: CNBan, Check: Duty{}, Source: cba2026,
			Zh: "不得威胁、冒充、夸大，不得诱导借新还旧，不得使用私人电话。",
			En: "No threats, impersonation or exaggeration, no new borrowing to repay, no private telephones.",
		},
		{
			ID: CNAI, Check: Duty{Channels: []Channel{Call, SMS, Push}}, Source: cba2026,
			Zh: "使用智能外呼的，应便于债务人转人工。",
			En: "Where a machine speaks, the debtor can easily ask for a person.",
		},
		{
			ID: CNLetter, Check: Duty{Channels: []Channel{Letter}}, Source: card11 + "art. 69 [S]",
			Zh: "催收函须载明姓名、欠款余额、事由及依据、权利义务、查询还款及异议方式、联系方式，并加盖公章。",
			En: "A letter has name, balance, reason and law, rights and duties, how to query, pay and dispute, the bank's contact, and its seal.",
		},
		{
			ID: CNRecording, Check: Keep{What: []RecordKind{Recording}, Years: 2, From: SinceMade}, Source: card11 + "art. 68 [S]",
			Zh: "催收录音保存2年以上。",
			En: "Recordings are kept for 2 years at least.",
		},
		{
			ID: CNProcess, Check: Keep{What: []RecordKind{ProcessData}, Years: 5, From: SinceLastActivity}, Source: gbt + "; 消费金融公司管理办法 [S2]",
			Zh: "催收过程数据保存5年以上。",
			En: "Data on the process are kept for 5 years at least.",
		},
		{
			ID: CNOralPlan, Check: Keep{What: []RecordKind{PlanRecording}, From: SinceDone}, Source: card11 + "art. 70 [S]",
			Zh: "以口头方式达成分期协议的，录音保存至欠款结清。",
			En: "The recording of an oral plan is kept until the debt is settled.",
		},
	})}
}
