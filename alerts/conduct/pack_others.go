package conduct

const (
	conc = "FCA Handbook CONC "
	rg96 = "ACCC/ASIC RG 96 part 2 "
)

// uk is the pack of the United Kingdom. CONC has principles and no figures: those here are the house's.
func uk() Pack {
	return Pack{ID: UK, Zh: "英国", En: "United Kingdom", Rules: withOwn(append([]Rule{
		{
			ID: UKTime, Check: open(8, 20), Yields: true, Source: conc + "7.9 [S]; 08:00–20:00 is own choice",
			Zh: "不得在不合理的时间联系：8:00至20:00以外不联系。",
			En: "No contact at unreasonable times: none outside 08:00–20:00.",
		},
		{
			ID: UKAsked, Check: Asked{Channels: spoken()}, Yields: true, Source: conc + "7.9 [S]",
			Zh: "尊重客户关于联系时间的要求。",
			En: "The customer's requests about when to be contacted are heeded.",
		},
		{
			ID: UKThird, Check: Target{Third: []Purpose{Locate, Relay}}, Source: conc + "7.9 [S]",
			Zh: "不得让第三人知道债务。",
			En: "Third parties do not become aware of the debt.",
		},
		{
			ID: UKIdentity, Check: Duty{Channels: []Channel{Call, Visit}}, Source: conc + "7.9 [S]",
			Zh: "核实身份前不得透露债务信息。",
			En: "No word of the debt before identity is established.",
		},
		{
			ID: UKForbearance, Check: Duty{Parties: owing()}, Source: conc + "7.3 [S]",
			Zh: "对困难客户给予宽限，并告知免费债务咨询。",
			En: "Forbearance for customers in difficulty, and where to find free debt advice.",
		},
		{
			ID: UKPressure, Check: Duty{Parties: owing()}, Source: conc + "7.3 [S]",
			Zh: "不得逼迫一次或过大额还款，不得逼迫借款或卖房还款。",
			En: "No pressing for one or unreasonably large payments, or to borrow or sell a home to pay.",
		},
		suppress(UKDispute, Dispute, "客户以合理理由提出异议的，核实前暂停催收。",
			"A dispute on valid grounds suspends collection until it is looked into.", conc+"7.14 [M]"),
		suppress(UKBreathing, Bankruptcy, "破产或“喘息期”内不得催收。",
			"No collection in insolvency or a breathing space.", "Debt Respite Scheme Regulations 2020 [M]"),
	}, ownCaps()...))}
}

// eu is the pack of the European Union: forbearance first (CCD2); hours and figures are the house's, as member states' differ.
func eu() Pack {
	return Pack{ID: EU, Zh: "欧盟", En: "European Union", Rules: withOwn(append([]Rule{
		{
			ID: OwnHours, Check: open(8, 20), Yields: true, Source: ownChoice,
			Zh: "8:00至20:00以外不联系。",
			En: "No contact outside 08:00–20:00.",
		},
		{
			ID: EUForbearance, Check: Duty{Parties: owing()}, Source: "Directive (EU) 2023/2225 art. 35, from 2026-11-20 [S]",
			Zh: "采取强制措施前，须结合个人情况提供合理宽限。",
			En: "Reasonable forbearance, considering the person's situation, before enforcement.",
		},
	}, ownCaps()...))}
}

// ownCaps are the figures of Regulation F where the law has a principle only.
func ownCaps() []Rule {
	return []Rule{
		{
			ID:     OwnAttempt,
			Check:  Cap{Counts: Attempts, Scope: PerDebtor, Channels: []Channel{Call}, Parties: owing(), Days: 7, Max: 7, Warn: 6},
			Yields: true, Source: ownChoice,
			Zh: "连续7日内拨打不超过7次。",
			En: "At most 7 calls within 7 days.",
		},
		{
			ID:     OwnConnect,
			Check:  Cap{Counts: Reached, Scope: PerDebtor, Channels: []Channel{Call, Visit}, Parties: owing(), Days: 1, Max: 1},
			Yields: true, Source: ownChoice,
			Zh: "每日通话不超过1次。",
			En: "At most one conversation a day.",
		},
	}
}

// au is the pack of Australia. It knows no holidays: a bank gives those of its state.
func au() Pack {
	weekday, weekend := Span{7*60 + 30, 21 * 60}, Span{9 * 60, 21 * 60}
	reached := Cap{Counts: Reached, Scope: PerDebtor, Channels: []Channel{Call, Visit}, Parties: owing(), Days: 7, Max: 3, Warn: 2}
	month := reached.clone()
	month.Days, month.Max, month.Warn = MaxDays, 10, 9
	return Pack{ID: AU, Zh: "澳大利亚", En: "Australia", Rules: withOwn([]Rule{
		{
			ID: AUHours, Check: Hours{Channels: []Channel{Call, SMS, Push, Email}, Weekday: weekday, Weekend: weekend, NotOnHolidays: true},
			Yields: true, Source: rg96 + "§4 [S]",
			Zh: "电话：周一至周五7:30至21:00，周末9:00至21:00，法定假日不联系。",
			En: "By telephone Monday to Friday 07:30–21:00, at weekends 09:00–21:00, not on public holidays.",
		},
		{
			ID: AUVisitHours, Check: Hours{Channels: []Channel{Visit}, Weekday: weekend, Weekend: weekend, NotOnHolidays: true},
			Yields: true, Source: rg96 + "§4 [S]",
			Zh: "面访：9:00至21:00，法定假日不联系。",
			En: "Face to face 09:00–21:00, not on public holidays.",
		},
		{
			ID: AUWorkHours, Check: Hours{Channels: spoken(), Weekday: Span{9 * 60, 17 * 60}, NotOnHolidays: true, AtWork: true},
			Yields: true, Source: rg96 + "§4 [S]",
			Zh: "工作场所：工作日9:00至17:00。",
			En: "At the workplace 09:00–17:00 on weekdays.",
		},
		{
			ID: AUWeek, Check: reached, Yields: true, Source: rg96 + "§5 [M]",
			Zh: "每周联系不超过3次。",
			En: "At most 3 contacts a week.",
		},
		{
			ID: AUMonth, Check: month, Yields: true, Source: rg96 + "§5 [M]; 31 days, so that no calendar month holds more",
			Zh: "每月联系不超过10次。",
			En: "At most 10 contacts a month.",
		},
	})}
}

// in is the pack of India, of which the notes have the hours alone.
func in() Pack {
	return Pack{ID: IN, Zh: "印度", En: "India", Rules: withOwn(append([]Rule{
		{
			ID: INHours, Check: open(8, 19), Yields: true, Source: "RBI fair practices code for recovery agents [S2]",
			Zh: "8:00前、19:00后不得联系。",
			En: "No contact before 08:00 or after 19:00.",
		},
	}, ownCaps()...))}
}
