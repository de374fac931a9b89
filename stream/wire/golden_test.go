package wire

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// examples are one body of each topic; testdata/golden holds the same as people read it.
var examples = map[string]card.Body{
	TransactionTopic: &card.Transaction{
		Head: head("t-1", "2026-03-01T02:13:05.120+08:00"),
		Card: "k-1", Account: "a-1", Type: card.Refund, Status: card.Approved, ResponseCode: "00",
		Amount:   card.Money{Minor: 1880000, Currency: card.Currency{'C', 'N', 'Y'}},
		Original: "t-0", MCC: 742, Merchant: "m-7", MerchantName: "宠物医院 \"Bjørn\"", Terminal: "p-9", Entry: card.Contactless,
		Place: card.Place{City: "440300", Country: "CN", Lat: 22.5431, Lon: 114.0579, HasPoint: true},
	},
	CustomerTopic: &card.Customer{
		Head: head("u-1", "2026-01-15T09:00:00.000+08:00"),
		Home: card.Place{City: "230100", Lat: 45.8038, Lon: 126.535, HasPoint: true}, Timezone: "Asia/Shanghai",
		MonthlyIncomeMinor: 1200000, SalaryMinor: 1150000, SalaryAt: at("2026-01-10T06:30:00.000+08:00"),
		Currency: card.Currency{'C', 'N', 'Y'}, Language: card.Chinese, Segment: "mass",
	},
	StatementTopic: &card.Statement{
		Head: head("s-1", "2026-02-10T00:00:00.000+08:00"), Account: "a-1", DueAt: at("2026-03-02T23:59:59+08:00"),
		BalanceMinor: -1250, MinDueMinor: 83000, PastDueMinor: 41000, CyclesPastDue: 1, CreditLimitMinor: 5000000,
		Currency: card.Currency{'C', 'N', 'Y'}, Autopay: true, Aged: true, DaysPastDue: 21,
		InstalmentMinor: 25000, RateBps: 1460,
	},
	PaymentTopic: &card.Payment{
		Head: head("p-1", "2026-02-28T18:30:00.000+08:00"), Account: "a-1",
		Amount: card.Money{Minor: 83000, Currency: card.Currency{'J', 'P', 'Y'}}, Method: card.ManualPayment, Status: card.Reversed,
		Original: "p-0",
	},
	ContactTopic: &alerts.Contact{
		Head: head("c-1", "2026-01-15T09:00:00.000+08:00"), Phone: "+8613800138000", PushToken: "app:9f", Language: card.English,
		Timezone: "Asia/Shanghai", OffsetMinutes: 480, Consent: alerts.Consent{SMS: true, Profiling: true}, OptOut: []alerts.ChannelKind{"email"},
		Region: "CN",
	},
	ReplyTopic: &alerts.Reply{
		Head:    card.Head{ID: "r-1", At: at("2026-03-01T02:15:00.250+08:00")},
		Channel: alerts.SMS, From: "+8613800138000", To: "95588", ProviderMessageID: "mo-1", PromptID: "q-1",
		Text: "不是我 😡", Answer: alerts.No,
	},
	AlertTopic: &detectors.Alert{
		Head:    head("9c2f/1", "2026-03-01T02:13:05.140+08:00"),
		AlertID: "9c2f", Revision: 1, State: detectors.Open, Detector: "large_out_of_town", DetectorVersion: 3,
		RuleSet: "2026-03-01.2", Mode: detectors.Live, Severity: detectors.High, Score: 87, Card: "k-1", Account: "a-1",
		EventIDs: []string{"t-1", "t-2"}, OccurredAt: at("2026-03-01T02:13:05.000+08:00"), Action: detectors.ConfirmWithCustomer,
		Use: detectors.Use{
			Amount: card.Money{Minor: 1880000, Currency: card.Currency{'C', 'N', 'Y'}}, City: "440300", Country: "CN",
			Merchant: "m-7", MerchantName: "星巴克 \"Bjørn\"", CardPresent: true,
		},
		Reasons: []detectors.Reason{
			{Code: "distance_from_home", Value: 1940, Unit: detectors.Kilometres, Limit: 100,
				Baseline: detectors.Text{Zh: "哈尔滨市，90天内62次中62次", En: "Harbin, 62 of 62 uses in 90 days"}},
			{Code: "amount_vs_usual", Value: 1880000, Unit: detectors.Minor, Limit: 200000, Baseline: detectors.Text{En: "p95 of 90 days"}},
		},
	},
	ShadowTopic: &detectors.Alert{
		Head:    head("9c2f/1", "2026-03-01T02:13:05.140+08:00"),
		AlertID: "9c2f", Revision: 1, State: detectors.Open, Detector: "two_cities", DetectorVersion: 1,
		RuleSet: "2026-03-02.draft", Mode: detectors.Shadow, Severity: detectors.Medium, Score: 60, Card: "k-1", Account: "a-1",
		EventIDs: []string{"t-1"}, OccurredAt: at("2026-03-01T02:13:05.000+08:00"), Action: detectors.Review,
		Title:   detectors.Text{Zh: "两座城市", En: "Two cities"},
		Reasons: []detectors.Reason{{Code: "cities", Value: 2, Unit: detectors.Uses, Limit: 2, Text: detectors.Text{Zh: "城市数", En: "Cities"}}},
		Source:  card.Source{Topic: "cards.transaction.v1", Partition: 3, Offset: 40196},
	},
	CollectionTopic: &detectors.Collection{
		Head: head("l-1", "2026-03-06T00:00:00.000+08:00"), Account: "a-1", Tier: detectors.Mild, PreviousTier: detectors.Grace,
		DaysPastDue: 4, Labels: detectors.Labels{Bucket: "M1", IFRS9Stage: 1, Class2011: detectors.SpecialMention, Class2023: detectors.Normal},
		OverdueMinor: 83000, BalanceMinor: 1250000, Currency: card.Currency{'C', 'N', 'Y'}, InstalmentMinor: 25000, RateBps: 1460, MissProbability: 0.31,
		Priority: 62, Reasons: []detectors.Reason{{Code: "days_past_due", Value: 4, Unit: detectors.Days, Limit: 4}},
	},
	FeedbackTopic: &card.Feedback{
		Head: head("f-1", "2026-03-01T02:16:00.000+08:00"), Card: "k-1", AlertID: "9c2f", Verdict: card.Genuine,
		Source: card.FromCustomer, ExemptUntil: at("2026-03-15T00:00:00+08:00"), ExemptScope: "city:440300",
	},
	CardActionTopic: &alerts.CardAction{
		Head: head("b-1", "2026-03-01T02:16:00.000+08:00"), Card: "k-1", Action: alerts.BlockCard, Reason: "customer_said_no",
		AlertID: "9c2f", RequestedBy: "customer",
	},
	ConductTopic: &alerts.Conduct{
		Head: head("n-1", "2026-03-06T10:00:00.000+08:00"), Account: "a-1", Kind: alerts.ContactRefused, Tier: detectors.Mild,
		Currency: card.Currency{'C', 'N', 'Y'}, AmountMinor: 83000, PaidMinor: 40000, Channel: "call", Party: "debtor", Outcome: "no_answer",
		Rules: []alerts.RuleID{"CN-HOURS", "CN-ATTEMPT"}, Flag: "complaint", Actor: "wang.li",
	},
	AssessmentTopic: &detectors.Assessment{
		Head: head("e-1", "2026-02-10T00:00:01.000+08:00"), Account: "a-1", MissProbability: 0.125, Points: 512, BasePoints: 600,
		Band: "elevated", ModelVersion: "2026-02",
		Reasons: []detectors.PointsReason{{Code: "utilisation", Points: -64, Value: 0.93}, {Code: "cash_share", Points: -24, Value: 0.4}},
	},
	CommandTopic: &alerts.Command{
		Head: head("d-1", "2026-03-06T10:00:00.000+08:00"), Actor: "wang.li", Verb: "close", CaseID: "case-1",
		Disposition: alerts.GenuineUse, Note: "Called back, on a business trip.", Account: "a-1", AmountMinor: 83000,
		Until: at("2026-03-10T00:00:00+08:00"), Flag: alerts.Hardship,
		Contact: alerts.ContactAct{
			ID: "r-1", Channel: conduct.Visit, Party: conduct.Debtor, Purpose: conduct.Offer, Number: "home", Agency: "agency-2",
			Agreement: "rec-8", Staff: 2, AtWork: true, DebtFacts: true, Result: conduct.Conversation,
		},
		Plan: alerts.PlanAct{
			Terms: plan.Terms{
				Kind: plan.Reduced, PrincipalMinor: 1_200_000, InterestMinor: 30_000, FeesMinor: 5000, Rate: 182_500, PlanRate: 60_000, Months: 24,
				DeferMonths: 3, FirstDue: at("2026-04-10T00:00:00+08:00"), WaivedInterestMinor: 10_000, WaivedFeesMinor: 5000, InterestOnInterest: true,
			},
			Contract: plan.Contract{
				Charges: plan.Charges{Stated: true, Interest: true, OtherFees: true}, NoNewCard: true, Rights: "terms-3", Breach: "terms-4", Other: "none",
				AbilityExceeded: true, Willing: true, Form: plan.Oral, Recording: "rec-9",
			},
		},
		Restriction: alerts.RestrictionAct{ID: "restriction-1", Kind: alerts.InconvenientHours, Hours: conduct.Span{From: 12 * 60, Until: 13*60 + 30}},
		Instalment: alerts.InstalmentAct{
			Kind: plan.CashInstalment, Months: 12, MonthlyFee: 6000, Way: plan.UpFront, OfInstalment: true, ToOwnAccount: true,
			Shown: plan.Quote{Annual: 144_500, InterestMinor: 86_400, PayableMinor: 1_286_400}, Reference: "yes-1", ByCustomer: true,
			Form: plan.Oral, Recording: "rec-10",
		},
	},
	ReceiptTopic: &alerts.Receipt{
		Head: head("x-1", "2026-03-01T02:13:06.000+08:00"), MessageID: "msg-1", Channel: alerts.App, Provider: "sandbox",
		Outcome: alerts.Undelivered, ProviderMessageID: "pm-1", ReceiptExpected: true, Reason: "device_unreachable",
	},
	TickTopic: &card.Tick{Head: card.Head{At: at("2026-03-02T23:59:59.000+08:00")}},
}

func head(id, moment string) card.Head {
	return card.Head{ID: id, Customer: "c-1", At: at(moment)}
}

func golden(t testing.TB, topic string) []byte {
	b, err := os.ReadFile("testdata/golden/" + topic + ".json")
	require.NoError(t, err)
	return b
}

func TestGoldenRecordsAreWhatIsWrittenAndRead(t *testing.T) {
	for _, topic := range Topics() {
		t.Run(topic, func(t *testing.T) {
			want := examples[topic]
			var compact bytes.Buffer
			require.NoError(t, json.Compact(&compact, golden(t, topic)))
			require.Equal(t, compact.String(), string(encode(nil, want)))

			got, meta, err := decode(t, topic, string(golden(t, topic)))
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, Meta{}, meta)
		})
	}
}

func TestAppendInputWritesTheBanksTopicsAndNoOthers(t *testing.T) {
	for _, topic := range Inputs() {
		value, err := AppendInput(nil, examples[topic])
		require.NoError(t, err)
		require.Equal(t, encode(nil, examples[topic]), value)
	}
	_, err := AppendInput(nil, examples[AlertTopic])
	require.ErrorContains(t, err, "detectors.Alert")
}
