package wire

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The generators draw what a topic's body may hold, absent parts included, within what the door lets through.

func generate(t *rapid.T, topic string) card.Body {
	switch topic {
	case TransactionTopic:
		return drawTransaction(t)
	case CustomerTopic:
		return drawCustomer(t)
	case StatementTopic:
		return drawStatement(t)
	case PaymentTopic:
		return drawPayment(t)
	case ContactTopic:
		return drawContact(t)
	case ReplyTopic:
		return drawReply(t)
	case AlertTopic, ShadowTopic:
		return drawAlert(t)
	case CollectionTopic:
		return drawCollection(t)
	case FeedbackTopic:
		return drawFeedback(t)
	case CardActionTopic:
		return &alerts.CardAction{
			Head: drawHead(t), Card: drawID(t), Action: pick(t, alerts.BlockCard, alerts.UnblockCard), Reason: drawText(t), AlertID: drawMaybeID(t),
			RequestedBy: drawID(t),
		}
	case ConductTopic:
		c := &alerts.Conduct{
			Head: drawHead(t), Account: drawMaybeID(t), Kind: pick(t, alerts.ConductKinds()...), Tier: pick(t, "", detectors.Mild),
			Currency: pick(t, card.Currency{}, card.Currency{'C', 'N', 'Y'}), AmountMinor: drawAmount(t), PaidMinor: drawAmount(t),
			Channel: drawMaybeID(t), Party: drawMaybeID(t), Outcome: drawMaybeID(t), Flag: drawMaybeID(t), Actor: drawMaybeID(t),
		}
		for range draw(t, 0, 2) {
			c.Rules = append(c.Rules, alerts.RuleID(drawID(t)))
		}
		return c
	case AssessmentTopic:
		return drawAssessment(t)
	case CommandTopic:
		return &alerts.Command{
			Head: drawHead(t), Actor: drawID(t), Verb: pick(t, alerts.Claim, alerts.Close), CaseID: drawMaybeID(t),
			Disposition: pick(t, "", alerts.ConfirmedFraud), Note: drawText(t), Account: drawMaybeID(t),
			AmountMinor: drawAmount(t), Until: pick(t, card.Moment{}, drawMoment(t)),
			Flag: pick(t, "", alerts.Hardship), Contact: drawContactAct(t), Plan: drawPlanAct(t), Instalment: drawInstalmentAct(t),
			Restriction: alerts.RestrictionAct{
				ID: drawMaybeID(t), Kind: pick(t, "", alerts.StoppedChannel, alerts.EmployerForbids),
				Hours: conduct.Span{From: draw(t, 0, lastMinute), Until: draw(t, 0, lastMinute)},
			},
		}
	case ReceiptTopic:
		return &alerts.Receipt{
			Head: drawHead(t), MessageID: drawID(t), Channel: pick(t, alerts.App, alerts.SMS, alerts.Link), Provider: drawMaybeID(t),
			Outcome:           pick(t, alerts.Sending, alerts.Accepted, alerts.Delivered, alerts.Undelivered, alerts.Refused, alerts.OutcomeUnknown),
			ProviderMessageID: drawMaybeID(t), Reason: drawMaybeID(t), ReceiptExpected: rapid.Bool().Draw(t, "expected"),
		}
	}
	return &card.Tick{Head: card.Head{At: drawMoment(t)}}
}

func drawContactAct(t *rapid.T) alerts.ContactAct {
	return alerts.ContactAct{
		ID: drawMaybeID(t), Channel: pick(t, "", conduct.Call, conduct.Visit), Party: pick(t, "", conduct.Debtor, conduct.Third),
		Purpose: pick(t, "", conduct.Collect, conduct.Locate), Number: drawMaybeID(t), Agency: drawMaybeID(t), Agreement: drawMaybeID(t),
		Staff: draw(t, 0, maxStaff), AtWork: draw(t, 0, 1) == 1, DebtFacts: draw(t, 0, 1) == 1, Result: pick(t, "", conduct.NoAnswer, conduct.Conversation),
	}
}

func drawInstalmentAct(t *rapid.T) alerts.InstalmentAct {
	return alerts.InstalmentAct{
		Kind: pick(t, "", plan.BillInstalment, plan.CashInstalment), Months: draw(t, 0, maxInstalmentMonths), Way: pick(t, "", plan.Monthly, plan.UpFront),
		MonthlyFee: plan.Rate(draw(t, 0, 1_000_000)), OfInstalment: draw(t, 0, 1) == 1, ToOwnAccount: draw(t, 0, 1) == 1, Reference: drawMaybeID(t), ByCustomer: draw(t, 0, 1) == 1,
		Shown: plan.Quote{Annual: plan.Rate(draw(t, 0, 1_000_000)), InterestMinor: drawAmount(t), PayableMinor: drawAmount(t)},
		Form:  pick(t, "", plan.Written, plan.Oral), Recording: drawMaybeID(t),
	}
}

func drawPlanAct(t *rapid.T) (p alerts.PlanAct) {
	p.Terms = plan.Terms{
		Kind: pick(t, "", plan.Equal, plan.Deferral), PrincipalMinor: drawAmount(t), InterestMinor: drawAmount(t), FeesMinor: drawAmount(t),
		Rate: plan.Rate(draw(t, 0, 1_000_000)), PlanRate: plan.Rate(draw(t, 0, 1_000_000)), Months: draw(t, 0, 60), DeferMonths: draw(t, 0, 60),
		FirstDue: pick(t, card.Moment{}, drawMoment(t)), WaivedInterestMinor: drawAmount(t), WaivedFeesMinor: drawAmount(t),
		InterestOnInterest: draw(t, 0, 1) == 1,
	}
	p.Contract = plan.Contract{
		NoNewCard: draw(t, 0, 1) == 1, Rights: drawText(t), Breach: drawText(t), Other: drawText(t), AbilityExceeded: draw(t, 0, 1) == 1,
		Willing: draw(t, 0, 1) == 1, Form: pick(t, "", plan.Written, plan.Oral), Recording: drawMaybeID(t),
	}
	if draw(t, 0, 1) == 1 {
		p.Contract.Charges = plan.Charges{Stated: true, AnnualFee: draw(t, 0, 1) == 1, Interest: draw(t, 0, 1) == 1, OtherFees: draw(t, 0, 1) == 1}
	}
	return p
}

func drawTransaction(t *rapid.T) card.Body {
	b := &card.Transaction{
		Head: drawHead(t), Card: drawID(t), Type: card.Type(draw(t, 1, 4)), Status: card.Status(draw(t, 1, 2)),
		ResponseCode: drawMaybeID(t), Amount: drawMoney(t), MCC: card.MCC(draw(t, 0, 9999)), Merchant: drawMaybeID(t),
		MerchantName: drawText(t), Terminal: drawMaybeID(t), Entry: card.EntryMode(draw(t, 0, 7)), Place: drawPlace(t),
	}
	b.Place.Country = pick(t, "", "CN", "JP")
	b.Account = pick(t, b.Card, drawID(t))
	if b.Type == card.Refund || b.Type == card.Reversal {
		b.Original = drawID(t)
	}
	return b
}

func drawCustomer(t *rapid.T) card.Body {
	money := drawMoney(t)
	return &card.Customer{
		Head: drawHead(t), Home: drawPlace(t), Timezone: pick(t, "", "Asia/Shanghai", "Etc/GMT+8"), MonthlyIncomeMinor: money.Minor,
		SalaryMinor: drawAmount(t), SalaryAt: pick(t, card.Moment{}, drawMoment(t)),
		Currency: money.Currency, Language: card.Language(draw(t, 0, 2)), Segment: drawText(t),
	}
}

func drawStatement(t *rapid.T) card.Body {
	money := drawMoney(t)
	b := &card.Statement{
		Head: drawHead(t), Account: drawID(t), BalanceMinor: rapid.Int64().Draw(t, "balance"), MinDueMinor: money.Minor,
		PastDueMinor: drawAmount(t), CyclesPastDue: draw(t, 0, maxCycles), CreditLimitMinor: drawAmount(t), InstalmentMinor: drawAmount(t), RateBps: draw(t, 0, card.MaxRateBps),
		Currency: money.Currency, Autopay: rapid.Bool().Draw(t, "autopay"),
	}
	if b.Aged = rapid.Bool().Draw(t, "aged"); b.Aged {
		b.DaysPastDue = draw(t, 0, maxDaysPastDue)
	}
	b.DueAt = b.At
	b.DueAt.UnixMilli += int64(draw(t, 0, 40)) * 86_400_000
	return b
}

func drawPayment(t *rapid.T) card.Body {
	b := &card.Payment{
		Head: drawHead(t), Account: drawID(t), Amount: drawMoney(t), Method: card.PaymentMethod(draw(t, 1, 3)),
		Status: card.PaymentStatus(draw(t, 1, 3)),
	}
	if b.Status == card.Reversed {
		b.Original = drawID(t)
	}
	return b
}

func drawContact(t *rapid.T) card.Body {
	flag := rapid.Bool()
	b := &alerts.Contact{
		Head: drawHead(t), Phone: pick(t, "", alerts.Phone("+8613800138000")), PushToken: drawText(t), PushPlatform: pick(t, "", alerts.IOS, alerts.Android),
		Language: card.Language(draw(t, 0, 2)), Timezone: pick(t, "", "Asia/Tokyo"), OffsetMinutes: 480,
		Consent: alerts.Consent{SMS: flag.Draw(t, "sms"), Push: flag.Draw(t, "push"), Profiling: flag.Draw(t, "profiling")},
		OptOut:  drawList(t, maxOptOuts, func(t *rapid.T) alerts.ChannelKind { return pick(t, "app", alerts.SMS, "email") }),
		Region:  pick(t, "CN", "US-CA"),
	}
	if b.Timezone == "Asia/Tokyo" {
		b.OffsetMinutes = 540
	}
	return b
}

func drawReply(t *rapid.T) card.Body {
	b := &alerts.Reply{
		Head: drawHead(t), Channel: pick(t, alerts.App, alerts.SMS), From: pick(t, "", alerts.Phone("+4915112345678")),
		To: pick(t, "", alerts.Phone("95588")), ProviderMessageID: drawMaybeID(t), PromptID: drawMaybeID(t), Text: drawText(t),
		Answer: pick(t, alerts.Unclear, alerts.Yes, alerts.No, alerts.Stop, alerts.Help), Verified: rapid.Bool().Draw(t, "verified"),
	}
	b.Customer = pick(t, "", b.Customer)
	b.AlsoOpen, b.Quiet = pick(t, "", "7F=1234 8A=5678"), rapid.Bool().Draw(t, "quiet")
	return b
}

func drawAlert(t *rapid.T) card.Body {
	b := &detectors.Alert{
		Head: drawHead(t), AlertID: drawID(t), Revision: draw(t, 1, 1000), State: pick(t, detectors.Open, detectors.Closed),
		Detector: detectors.Name(drawID(t)), DetectorVersion: draw(t, 0, 100), RuleSet: drawID(t),
		Mode: pick(t, detectors.Live, detectors.Shadow), Severity: pick(t, detectors.Low, detectors.Critical), Score: draw(t, 0, 100),
		Card: drawMaybeID(t), Account: drawID(t), OccurredAt: drawMoment(t), Reasons: drawReasons(t),
		EventIDs: drawList(t, detectors.MaxEventIDs, drawID),
		Action:   pick(t, detectors.ConfirmWithCustomer, detectors.Review, detectors.OfferInstalment, detectors.Collect),
	}
	b.ID = b.AlertID + "/" + strconv.Itoa(b.Revision)
	if rapid.Bool().Draw(t, "about a use") {
		b.Use = detectors.Use{
			Amount: drawMoney(t), City: pick(t, "", "440300", "JPTYO"), Country: pick(t, "", "CN", "JP"), Merchant: drawMaybeID(t),
			MerchantName: drawText(t), CardPresent: rapid.Bool().Draw(t, "present"),
		}
	}
	return b
}

func drawCollection(t *rapid.T) card.Body {
	tier := rapid.SampledFrom([]detectors.Tier{detectors.NoTier, detectors.Watch, detectors.Mild, detectors.SevereC})
	return &detectors.Collection{
		Head: drawHead(t), Account: drawID(t), Tier: tier.Draw(t, "tier"), PreviousTier: tier.Draw(t, "previous_tier"),
		DaysPastDue: draw(t, 0, 4000), Labels: drawLabels(t), OverdueMinor: drawAmount(t), BalanceMinor: rapid.Int64().Draw(t, "balance"),
		Currency: pick(t, card.Currency{}, drawMoney(t).Currency), InstalmentMinor: drawAmount(t), RateBps: draw(t, 0, card.MaxRateBps), MissProbability: rapid.Float64Range(0, 1).Draw(t, "miss"),
		Priority: draw(t, 0, 100), Reasons: drawReasons(t),
	}
}

// drawLabels leaves the default flag out, which is not on the wire.
func drawLabels(t *rapid.T) detectors.Labels {
	class := rapid.SampledFrom(append(detectors.Classes(), ""))
	return detectors.Labels{Bucket: pick(t, "", "M0", "M6+"), IFRS9Stage: draw(t, 0, 3), Class2011: class.Draw(t, "2011"), Class2023: class.Draw(t, "2023")}
}

func drawFeedback(t *rapid.T) card.Body {
	b := &card.Feedback{
		Head: drawHead(t), Card: drawMaybeID(t), AlertID: drawID(t), Verdict: card.Verdict(draw(t, 1, 3)),
		Source: card.FeedbackSource(draw(t, 1, 2)),
	}
	if b.Verdict == card.Genuine && rapid.Bool().Draw(t, "exempt") {
		b.ExemptUntil, b.ExemptScope = drawMoment(t), pick(t, "card", "city:440300", "merchant:m-1")
	}
	return b
}

func drawAssessment(t *rapid.T) card.Body {
	return &detectors.Assessment{
		Head: drawHead(t), Account: drawID(t), MissProbability: rapid.Float64Range(0, 1).Draw(t, "miss"),
		Points: draw(t, -2000, 2000), BasePoints: draw(t, -2000, 2000), Band: drawMaybeID(t), ModelVersion: drawMaybeID(t),
		Reasons: drawList(t, 5, func(t *rapid.T) detectors.PointsReason {
			value := rapid.Float64Range(-1e12, 1e12).Draw(t, "value")
			return detectors.PointsReason{Code: detectors.ReasonCode(drawID(t)), Points: draw(t, -500, 500), Value: value}
		}),
	}
}

func drawReasons(t *rapid.T) []detectors.Reason {
	return drawList(t, 5, func(t *rapid.T) detectors.Reason {
		return detectors.Reason{
			Code: detectors.ReasonCode(drawID(t)), Value: rapid.Int64().Draw(t, "value"), Limit: rapid.Int64().Draw(t, "limit"),
			Unit:     pick(t, "", detectors.Kilometres, detectors.KmPerHour),
			Baseline: detectors.Text{Zh: drawText(t), En: drawText(t)},
		}
	})
}

// drawList draws a list of at most limit elements, nil when empty, as a new decoder gives it.
func drawList[E any](t *rapid.T, limit int, element func(*rapid.T) E) (list []E) {
	for range draw(t, 0, limit) {
		list = append(list, element(t))
	}
	return list
}

func draw(t *rapid.T, low, high int) int { return rapid.IntRange(low, high).Draw(t, "n") }

func pick[E any](t *rapid.T, choices ...E) E { return rapid.SampledFrom(choices).Draw(t, "choice") }

func drawHead(t *rapid.T) card.Head {
	return card.Head{ID: drawID(t), Customer: drawID(t), At: drawMoment(t)}
}

// drawID draws ids without long runs of digits, since one in ten of those is a card number by Luhn.
func drawID(t *rapid.T) string {
	return rapid.StringMatching(`[a-z]{1,4}(-[0-9]{1,5}[a-z]|_é|"|\\|/){0,6}`).Draw(t, "id")
}

func drawMaybeID(t *rapid.T) string { return pick(t, "", drawID(t)) }

func drawText(t *rapid.T) string {
	return rapid.StringMatching(`[A-Za-z<>"\\/'店é🍜 ]{0,40}`).Draw(t, "text")
}

func drawAmount(t *rapid.T) int64 { return rapid.Int64Min(0).Draw(t, "amount") }

func drawMoney(t *rapid.T) card.Money {
	return card.Money{Minor: drawAmount(t), Currency: pick(t, card.Currency{'C', 'N', 'Y'}, card.Currency{'K', 'W', 'D'})}
}

// drawMoment draws moments but the very first, which stands for "unknown".
func drawMoment(t *rapid.T) card.Moment {
	return card.Moment{
		UnixMilli:     rapid.Int64Range(86_400_000, 7_258_000_000_000).Draw(t, "milli"),
		OffsetMinutes: int16(draw(t, -maxOffsetMinutes, maxOffsetMinutes)),
	}
}

func drawPlace(t *rapid.T) card.Place {
	p := card.Place{City: pick(t, "", "440300", "JPTYO", "USNY2")}
	if p.HasPoint = rapid.Bool().Draw(t, "point"); p.HasPoint {
		p.Lat = rapid.Float64Range(-90, 90).Draw(t, "lat")
		p.Lon = rapid.Float64Range(0.001, 180).Draw(t, "lon")
	}
	return p
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for _, topic := range Topics() {
		t.Run(topic, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := generate(t, topic)
				value := encode(nil, want)
				got, meta, err := decode(t, topic, string(value))
				require.NoError(t, err, string(value))
				require.Equal(t, want, got)
				require.Equal(t, Meta{}, meta)
			})
		})
	}
}

func TestAReusedDecoderKeepsNothingOfTheRecordBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Decoder
		for range 10 {
			topic := pick(t, Topics()...)
			want := generate(t, topic)
			got, _, err := d.Decode(Record{Topic: topic, Value: encode(nil, want), Unkeyed: true})
			require.NoError(t, err)
			require.Equal(t, encode(nil, want), encode(nil, got))
		}
	})
}

func TestWhatOneTopicTaughtIsForgottenAtTheNext(t *testing.T) {
	var d Decoder
	_, _, err := d.Decode(Record{Topic: PaymentTopic, Value: golden(t, PaymentTopic), Unkeyed: true})
	require.NoError(t, err)
	tick := `{"paid_at":"not a field of a tick","at":"2026-03-01T00:00:00Z"}`
	_, meta, err := d.Decode(Record{Topic: TickTopic, Value: []byte(tick), Unkeyed: true})
	require.NoError(t, err)
	require.Equal(t, 1, meta.Unknown)
}

func TestDecodingATransactionAllocatesNothing(t *testing.T) {
	record := Record{
		Topic: TransactionTopic, Key: []byte("c-00018234"), Value: []byte(benchmarkTransaction),
		Headers: []Header{{"traceparent", []byte("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")}},
	}
	var d Decoder
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, _, err := d.Decode(record); err != nil {
			t.Error(err)
		}
	}))
}
