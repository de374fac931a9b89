package card

// Statement is one monthly bill of an account (cards.statement.v1); At is statement_at.
type Statement struct {
	Head
	Account string
	DueAt   Moment
	// BalanceMinor is the statement balance, negative when the bank owes the customer; MinDueMinor and PastDueMinor are at least 0.
	BalanceMinor, MinDueMinor, PastDueMinor int64
	// CyclesPastDue counts the unpaid cycles before this bill, 0 when current.
	CyclesPastDue    int
	CreditLimitMinor int64
	Currency         Currency
	// Autopay says that the bank will try to draw the payment by itself.
	Autopay bool
	// Aged says that the bank told its own ageing: DaysPastDue, at least 0, as of At. It is believed over what bills and payments say.
	Aged        bool
	DaysPastDue int
	// InstalmentMinor is the part of the bill that is instalments of earlier purchases, at least 0; 0 when there are none.
	InstalmentMinor int64
	// RateBps is the interest of the card contract a year in hundredths of a per cent, 1 … MaxRateBps; 0 when the bank does not tell it.
	RateBps int
}

// MaxRateBps is the most that is believed of a rate of interest: 100 % a year.
const MaxRateBps = 10_000

// Payment is money towards an account (cards.payment.v1), or word that it was taken back; At is paid_at.
type Payment struct {
	Head
	Account string
	Amount  Money
	Method  PaymentMethod
	Status  PaymentStatus
	// Original is the event_id of the payment that a Reversed one takes back, whole, whatever its own amount; empty otherwise.
	Original string
}

// PaymentMethod is who moved the money.
type PaymentMethod uint8

// The payment methods of the contract.
const (
	Autopay PaymentMethod = iota + 1
	ManualPayment
	CollectionPayment
)

var methodNames = names[PaymentMethod]{"", "autopay", "manual", "collection"}

// String is the contract's word.
func (m PaymentMethod) String() string { return methodNames.of(m) }

// ParsePaymentMethod reads the contract's word.
func ParsePaymentMethod(s string) (PaymentMethod, bool) { return methodNames.parse(s) }

// PaymentStatus is whether the money came, and stayed.
type PaymentStatus uint8

// The payment statuses of the contract.
const (
	Settled PaymentStatus = iota + 1
	Failed
	// Reversed takes an earlier payment back: a draw that the customer's bank returned, a transfer recalled.
	Reversed
)

var paymentStatusNames = names[PaymentStatus]{"", "settled", "failed", "reversed"}

// String is the contract's word.
func (s PaymentStatus) String() string { return paymentStatusNames.of(s) }

// ParsePaymentStatus reads the contract's word.
func ParsePaymentStatus(s string) (PaymentStatus, bool) { return paymentStatusNames.parse(s) }

// Customer is the monitor's view of a cardholder (cards.customer.v1, compacted); At is updated_at. It holds no name, phone
// or address: those stay at the desk.
type Customer struct {
	Head
	// Home is the home city and point; either may be absent.
	Home Place
	// Timezone is an IANA name, empty when absent.
	Timezone           string
	MonthlyIncomeMinor int64
	// SalaryMinor is the last salary that the bank saw come in, in Currency, and SalaryAt when; both are zero when it saw none.
	SalaryMinor int64
	SalaryAt    Moment
	Currency    Currency
	Language    Language
	Segment     string
}

// Language is the customer's tongue for everything that is sent to them.
type Language uint8

// The languages of the product.
const (
	Chinese Language = iota + 1
	English
)

var languageNames = names[Language]{"", "zh-CN", "en"}

// String is the contract's word.
func (l Language) String() string { return languageNames.of(l) }

// ParseLanguage reads the contract's word.
func ParseLanguage(s string) (Language, bool) { return languageNames.parse(s) }

// Feedback is what the desk learnt about an alert (cardwatch.feedback.v1); At is when it was learnt.
type Feedback struct {
	Head
	Card, AlertID string
	Verdict       Verdict
	Source        FeedbackSource
	// ExemptUntil and ExemptScope open an exemption that ends by itself: a scope is "city:CODE", "merchant:ID" or "card". Both are unset unless Verdict is Genuine.
	ExemptUntil Moment
	ExemptScope string
}

// Verdict is what an alert turned out to be.
type Verdict uint8

// The verdicts of the contract.
const (
	Genuine Verdict = iota + 1
	Fraud
	Unknown
)

var verdictNames = names[Verdict]{"", "genuine", "fraud", "unknown"}

// String is the contract's word.
func (v Verdict) String() string { return verdictNames.of(v) }

// ParseVerdict reads the contract's word.
func ParseVerdict(s string) (Verdict, bool) { return verdictNames.parse(s) }

// FeedbackSource is who gave the verdict.
type FeedbackSource uint8

// The sources of the contract.
const (
	FromCustomer FeedbackSource = iota + 1
	FromStaff
)

var sourceNames = names[FeedbackSource]{"", "customer", "staff"}

// String is the contract's word.
func (s FeedbackSource) String() string { return sourceNames.of(s) }

// ParseFeedbackSource reads the contract's word.
func ParseFeedbackSource(s string) (FeedbackSource, bool) { return sourceNames.parse(s) }
