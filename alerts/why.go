package alerts

import (
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// WhyCode is why a customer is asked, as they may be told: what differs from their own use. It names no limit and no sign of a thief's
// doing, since whoever holds the phone may be the thief.
type WhyCode string

// The answers to "why did I get this?".
const (
	WhyPlace   WhyCode = "place"
	WhyAmount  WhyCode = "amount"
	WhySeries  WhyCode = "series"
	WhyNewKind WhyCode = "new_kind"
	// WhyUnusual stands for all that is not told.
	WhyUnusual WhyCode = "unusual"
)

// whys says what of a finding's reasons a customer may be told; those that are not listed are not.
var whys = map[detectors.ReasonCode]WhyCode{
	detectors.DistanceFromHome: WhyPlace, detectors.NewPlace: WhyPlace,
	detectors.ImpossibleTravel: WhyPlace, detectors.HurriedTravel: WhyPlace, detectors.TwoPlaces: WhyPlace, detectors.HurriedRoundTrip: WhyPlace,
	detectors.AmountVsUsual: WhyAmount, detectors.SpreeVsUsual: WhyAmount, detectors.OnlineAmount: WhyAmount, detectors.AmountRank: WhyAmount,
	detectors.NightBurst: WhySeries, detectors.NightSeries: WhySeries, detectors.OnlineSeries: WhySeries, detectors.CashSeries: WhySeries,
	detectors.CloseTogether: WhySeries,
	detectors.NewMerchant:   WhyNewKind, detectors.NewCategory: WhyNewKind, detectors.SeldomOnline: WhyNewKind, detectors.FirstCash: WhyNewKind,
}

// whyTexts are a half sentence for a text message and a sentence for a page.
var whyTexts = map[WhyCode]struct{ short, long detectors.Text }{
	WhyPlace: {
		detectors.Text{Zh: "用卡地点与平时不同", En: "the place was not one of your usual ones"},
		detectors.Text{Zh: "用卡地点与您平时用卡的地方不同。", En: "The place was not one where you usually use this card."},
	},
	WhyAmount: {
		detectors.Text{Zh: "金额高于您平时的用卡", En: "the amount was above your usual ones"},
		detectors.Text{Zh: "金额高于您平时用卡的金额。", En: "The amount was above what you usually spend with this card."},
	},
	WhySeries: {
		detectors.Text{Zh: "短时间内多次用卡", En: "there were several uses in a short time"},
		detectors.Text{Zh: "这张卡在短时间内使用了多次。", En: "The card was used several times in a short time."},
	},
	WhyNewKind: {
		detectors.Text{Zh: "这类用卡对您来说是新的", En: "you seldom use it in this way"},
		detectors.Text{Zh: "您很少以这种方式使用这张卡。", En: "You have seldom used this card in this way."},
	},
	WhyUnusual: {
		detectors.Text{Zh: "此次用卡与平时不同", En: "the use was unlike your usual ones"},
		detectors.Text{Zh: "此次用卡与您平时的用卡不同。", En: "The use was unlike the usual ones of this card."},
	},
}

// why is the first thing to tell a customer about a case.
func why(c *Case) WhyCode { return Why(c)[0] }

// Why answers "why did I get this?" about a case: what differs from the customer's own use, in the order of the findings, each once,
// at least one.
func Why(c *Case) []WhyCode {
	var told []WhyCode
	seen := map[WhyCode]bool{}
	if c != nil {
		for i := range c.Alerts {
			for _, r := range c.Alerts[i].Reasons {
				if code, may := whys[r.Code]; may && !seen[code] {
					seen[code] = true
					told = append(told, code)
				}
			}
		}
	}
	if len(told) == 0 {
		return []WhyCode{WhyUnusual}
	}
	return told
}

// Text is a sentence of its own, Chinese unless English is asked for.
func (w WhyCode) Text(lang card.Language) string {
	return inLanguage(w.texts().long, lang == card.English)
}

func (w WhyCode) short(english bool) string { return inLanguage(w.texts().short, english) }

func (w WhyCode) texts() struct{ short, long detectors.Text } {
	if t, known := whyTexts[w]; known {
		return t
	}
	return whyTexts[WhyUnusual]
}

func inLanguage(t detectors.Text, english bool) string {
	if english {
		return t.En
	}
	return t.Zh
}
