package detectors

// Labels are what regulators, accountants and collectors call an account by its days past due. They stand beside the tier; nothing is
// decided by them.
type Labels struct {
	// Bucket counts begun months past due: M0 is current, M1 is 1–30 days, M6 151–180 and M6+ beyond. Some banks count from 0; here
	// the first month is M1.
	Bucket string
	// IFRS9Stage is 1, 2 or 3 by the backstops of IFRS 9: 30 days past due (5.5.11, rebuttable) and 90 days (B5.5.37).
	IFRS9Stage int
	// Class2011 is the class of the 2011 card rule (商业银行信用卡业务监督管理办法) Art. 92, Class2023 the least class that the days alone
	// allow by the 2023 办法 (商业银行金融资产风险分类办法); empty where the days alone do not settle it.
	Class2011, Class2023 Class
	// Default is the default flag of Basel and of the EBA: more than 90 days past due.
	Default bool
}

// Class is one of the five classes (五级分类) of Chinese loans.
type Class string

// The five classes, best first.
const (
	Normal         Class = "normal"
	SpecialMention Class = "special_mention"
	Substandard    Class = "substandard"
	Doubtful       Class = "doubtful"
	Loss           Class = "loss"
)

// Classes lists the five, best first.
func Classes() []Class { return []Class{Normal, SpecialMention, Substandard, Doubtful, Loss} }

// labelRow is one row of the table of labels; it ends where the next one begins.
type labelRow struct {
	from int
	Labels
}

// labelTable is notes/collections.md §2, mildest first.
func labelTable() []labelRow {
	return []labelRow{
		{0, Labels{"M0", 1, Normal, Normal, false}},
		{1, Labels{"M1", 1, SpecialMention, "", false}},
		{31, Labels{"M2", 2, SpecialMention, SpecialMention, false}},
		{61, Labels{"M3", 2, SpecialMention, SpecialMention, false}},
		{91, Labels{"M4", 3, Substandard, Substandard, true}},
		{121, Labels{"M5", 3, Doubtful, Substandard, true}},
		{151, Labels{"M6", 3, Doubtful, Substandard, true}},
		{181, Labels{"M6+", 3, Loss, Substandard, true}},
		{271, Labels{"M6+", 3, Loss, Doubtful, true}},
		{361, Labels{"M6+", 3, Loss, Loss, true}},
	}
}

// Classification gives the labels of an account; below 0 days it is current.
func Classification(daysPastDue int) Labels {
	table := labelTable()
	i := len(table) - 1
	for i > 0 && daysPastDue < table[i].from {
		i--
	}
	return table[i].Labels
}

// Class is the worse of the two Chinese classes, which is the one to report.
func (l Labels) Class() Class {
	worse := Normal
	for _, c := range Classes() {
		if c == l.Class2011 || c == l.Class2023 {
			worse = c
		}
	}
	return worse
}
