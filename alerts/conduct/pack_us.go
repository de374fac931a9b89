package conduct

const regF = "12 CFR 1006."

// us is the pack of the United States. Regulation F binds collectors; the pack applies it to the lender as well (US-SCOPE).
func us() Pack {
	return Pack{ID: US, Zh: "美国", En: "United States", Rules: withOwn([]Rule{
		{
			ID: USHours, Check: open(8, 21), Yields: true, Source: regF + "6(b)(1) [S]",
			Zh: "消费者当地时间8:00前、21:00后不得联系，各种方式均适用。",
			En: "No contact before 8:00 or after 21:00 by the consumer's clock, by any medium.",
		},
		{
			ID:     USSevenIn7,
			Check:  Cap{Counts: Attempts, Scope: PerDebt, Channels: []Channel{Call}, Parties: owing(), Days: 7, Max: 7, Warn: 6},
			Yields: true, Source: regF + "14(b)(2)(i)(A) [S]",
			Zh: "每笔债务连续7日内拨打不超过7次。",
			En: "At most 7 calls within 7 consecutive days about one debt.",
		},
		{
			ID:     USAfterTalk,
			Check:  Cap{Counts: Reached, Scope: PerDebt, Channels: []Channel{Call}, Parties: owing(), Days: 7, Max: 1, Agreed: true},
			Yields: true, Source: regF + "14(b)(2)(i)(B) [S]; the day of the conversation is the first [M]",
			Zh: "就一笔债务通话后7日内不再拨打，通话当日为第1日。",
			En: "No call about a debt within 7 days of a conversation about it, whoever began it; its day is the first.",
		},
		{
			ID: USMedium, Check: Medium{But: []Purpose{Answer, Confirm, Notice}}, Source: regF + "14(h) [S]",
			Zh: "消费者要求停用的联系方式不得使用。",
			En: "A medium that the consumer asks not to be used is not used.",
		},
		{
			ID: USNumber, Check: Stop{}, Source: regF + "14(h), 6(e) [S]",
			Zh: "消费者要求停用的号码或地址不得使用。",
			En: "A number or address that the consumer asks not to be used is not used.",
		},
		{
			ID: USThird, Check: Target{Third: []Purpose{Locate}}, Source: regF + "6(d), .10 [S]",
			Zh: "对第三人只可询问联系方式，不得透露债务。",
			En: "Third parties are asked for location information only, and never told of the debt.",
		},
		{
			ID: USThirdOnce, Check: Cap{Counts: Attempts, Scope: PerNumber, Parties: []Party{Third}, Days: MaxDays, Max: 1, Agreed: true},
			Source: regF + "10(c) [M]",
			Zh:     "同一第三人只询问一次。",
			En:     "A third party is asked once.",
		},
		suppress(USLawyer, Lawyer, "已知消费者有律师代理的，只与律师联系。",
			"Where an attorney is known to act for the consumer, the attorney is contacted.", regF+"6(b)(2) [S]/[M]"),
		suppress(USCease, Cease, "消费者书面要求停止或拒绝付款后，只可确认或告知具体救济措施。",
			"After a written request to stop or refusal to pay, only its confirmation and notice of a specific remedy.", regF+"6(c) [S]"),
		suppress(USValidate, Dispute, "消费者提出异议后，核实前暂停催收。",
			"After a dispute collection pauses until the debt is verified.", regF+"34, .38 [S]/[M]"),
		suppress(USStay, Bankruptcy, "破产申请后自动中止催收。",
			"A petition in bankruptcy stays collection.", "11 U.S.C. 362(a) [M]"),
		{
			ID: USWork, Check: Work{}, Yields: true, Source: regF + "6(b)(1)(iii), 22(f)(3) [S]/[M]",
			Zh: "雇主不允许时不在工作场所联系，未经同意不向工作邮箱发送。",
			En: "No contact at work where the employer forbids it, and no e-mail to work without consent.",
		},
		{
			ID: USIdentify, Check: Duty{Parties: owing()}, Source: "15 U.S.C. 1692e(11) [S]",
			Zh: "须说明来电为催收欠款。",
			En: "Say that this is an attempt to collect a debt.",
		},
		{
			ID: USOptOut, Check: Duty{Channels: []Channel{SMS, Email}}, Source: regF + "6(e) [S]",
			Zh: "短信和邮件须附清楚、简便、免费的退订方式。",
			En: "Texts and e-mails carry a clear, simple and free way to opt out.",
		},
		{
			ID: USKeep, Check: Keep{What: []RecordKind{ProcessData}, Years: 3, From: SinceLastActivity}, Source: regF + "100(a) [S]",
			Zh: "记录保存至最后一次催收后3年。",
			En: "Records are kept for 3 years after the last collection activity.",
		},
		{
			ID: USKeepCalls, Check: Keep{What: []RecordKind{Recording}, Years: 3, From: SinceMade}, Source: regF + "100(b) [S]",
			Zh: "通话录音保存3年。",
			En: "Recordings of calls are kept for 3 years.",
		},
	})}
}
