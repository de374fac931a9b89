package mapping

// spec is a mapping file as written: its tags are the language.
type spec struct {
	About   string                `yaml:"about"`
	CSV     csvSpec               `yaml:"csv"`
	Lookups map[string]lookupSpec `yaml:"lookups"`
	Skip    []skipSpec            `yaml:"skip"`
	Label   *labelSpec            `yaml:"label"`
	Records []recordSpec          `yaml:"records"`
}

// csvSpec says how the file is written: by default UTF-8, commas, and a header line.
type csvSpec struct {
	Delimiter string `yaml:"delimiter"`
	// Columns names the columns of a file that has no header line.
	Columns []string `yaml:"columns"`
	// Charset is utf-8 or gb18030.
	Charset string `yaml:"charset"`
}

// lookupSpec is a second CSV file (comma, UTF-8, header) whose rows are found by a key column.
type lookupSpec struct {
	Key string `yaml:"key"`
}

// skipSpec leaves out rows whose columns all have these values, and counts them under the reason.
type skipSpec struct {
	If     map[string]string `yaml:"if"`
	Reason string            `yaml:"reason"`
}

// labelSpec makes labels.csv: the event_id of the row's transaction and 0 or 1.
type labelSpec struct {
	Column string            `yaml:"column"`
	Values map[string]string `yaml:"values"`
}

// recordSpec is one contract record made from each row.
type recordSpec struct {
	Topic string `yaml:"topic"`
	// If restricts the record to rows whose columns all have these values.
	If map[string]string `yaml:"if"`
	// Once keeps only the first record of each customer in an import, for facts that every row repeats.
	Once   bool                 `yaml:"once"`
	Fields map[string]fieldSpec `yaml:"fields"`
}

// fieldSpec says where a field's text comes from (exactly one of column, template, const, lookup, when), how it is changed, in the
// order of this struct, and how the result is read. Empty text leaves an optional field out.
type fieldSpec struct {
	Column string `yaml:"column"`
	// Template joins columns: "{card}-{row}"; {row} is the number of the row, from 1.
	Template string  `yaml:"template"`
	Const    *string `yaml:"const"`
	// Lookup is "name.column" of a lookup, By the column whose value is its key.
	Lookup string     `yaml:"lookup"`
	By     string     `yaml:"by"`
	When   []whenSpec `yaml:"when"`

	// Strip lists characters to remove first, such as "$,".
	Strip string `yaml:"strip"`
	// Sign replaces a number by one of two words.
	Sign *signSpec `yaml:"sign"`
	// Values replaces words; a word that is not listed takes Default, or refuses the row when there is none.
	Values map[string]string `yaml:"values"`
	// Default also stands in for empty text, a lookup without a match and a `when` without a true case.
	Default *string `yaml:"default"`
	// Token replaces the text by a keyed HMAC-SHA-256 of it.
	Token bool `yaml:"token"`

	// Time is a Go layout or a named one; Zone an IANA name or a fixed offset.
	Time string `yaml:"time"`
	Zone string `yaml:"zone"`
	// Money is "major" (a decimal, "12.50") or "minor" (1250).
	Money string `yaml:"money"`
	// Negative is "absolute" to drop the sign of an amount; otherwise a negative amount refuses the row.
	Negative string `yaml:"negative"`
	// Scale and Offset make a number linear: text × scale + offset.
	Scale  *float64 `yaml:"scale"`
	Offset *float64 `yaml:"offset"`
}

type whenSpec struct {
	If    map[string]string `yaml:"if"`
	Value string            `yaml:"value"`
}

type signSpec struct {
	Negative string `yaml:"negative"`
	// Positive is also the word for zero.
	Positive string `yaml:"positive"`
}
