package score

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors"
)

// Result is the verdict. Shares are 0 … 1, and 0 where there is nothing to divide by.
type Result struct {
	Cards              int     `json:"cards"`
	Days               float64 `json:"days"`
	Transactions       int     `json:"transactions"`
	AttackTransactions int     `json:"attack_transactions"`
	// Total judges all detectors together, Detectors each by itself.
	Total     Figures                    `json:"total"`
	Detectors map[detectors.Name]Figures `json:"detectors"`
	// Attacks judges all detectors together by kind of attack, Groups by kind of customer.
	Attacks map[string]Attacks `json:"attacks,omitempty"`
	Groups  map[string]Group   `json:"groups,omitempty"`
}

// Figures judges alerts.
type Figures struct {
	// Alerts counts different alert_ids, Flagged the different transactions that they name, Caught those of them in an attack.
	Alerts  int `json:"alerts"`
	Flagged int `json:"flagged"`
	Caught  int `json:"caught"`
	// Precision is Caught of Flagged, Recall Caught of all attack transactions, F1 their harmonic mean.
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	// FalseCases counts cases without an attack; a case is the alerts of one card within 24 h of the first.
	FalseCases              int     `json:"false_cases"`
	FalseCasesPer1kCardsDay float64 `json:"false_cases_per_1k_cards_day"`
	AlertsPer1kCardsDay     float64 `json:"alerts_per_1k_cards_day"`
	Attacks
}

// Attacks judges how attacks were met.
type Attacks struct {
	Episodes   int     `json:"episodes"`
	Found      int     `json:"found"`
	FoundShare float64 `json:"found_share"`
	// FoundBySecond and FoundByThird are the shares of episodes whose first alert came with their second or third transaction, or before.
	FoundBySecond float64 `json:"found_by_second"`
	FoundByThird  float64 `json:"found_by_third"`
	// TransactionsBefore and MinutesBefore are means over the found: attack transactions before the one that the first
	// alert came with, and minutes of arrival from the first of the attack to that one.
	TransactionsBefore float64 `json:"transactions_before"`
	MinutesBefore      float64 `json:"minutes_before"`
	// ValueMinor is the approved value of all attack transactions; ValueStopped is the share of it from the one that the
	// first alert came with on.
	ValueMinor   int64   `json:"value_minor"`
	ValueStopped float64 `json:"value_stopped"`
}

// Group judges what honest customers of one kind had to bear.
type Group struct {
	Cards int `json:"cards"`
	// CardsAlerted counts cards with at least one false case.
	CardsAlerted            int     `json:"cards_alerted"`
	CardsAlertedShare       float64 `json:"cards_alerted_share"`
	FalseCases              int     `json:"false_cases"`
	FalseCasesPer1kCardsDay float64 `json:"false_cases_per_1k_cards_day"`
}

// Result computes the figures from everything that was fed so far. Days run from the first to the last scored arrival.
func (s *Scorer) Result() Result {
	r := Result{
		Cards: len(s.cards), Days: s.last.Sub(s.first).Hours() / 24, Transactions: s.transactions,
		Detectors: map[detectors.Name]Figures{}, Attacks: map[string]Attacks{}, Groups: map[string]Group{},
	}
	for _, e := range s.episodes {
		if !e.skipped {
			r.AttackTransactions += len(e.uses)
		}
	}
	cardDays := float64(r.Cards) * r.Days / 1000
	r.Total = s.figures(s.all, r.AttackTransactions, cardDays)
	for name, t := range s.byName {
		r.Detectors[name] = s.figures(t, r.AttackTransactions, cardDays)
	}
	for name, ids := range s.accountAlerts {
		f := r.Detectors[name]
		f.Alerts += len(ids)
		f.AlertsPer1kCardsDay = ratio(float64(f.Alerts), cardDays)
		r.Detectors[name] = f
	}
	for _, e := range s.episodes {
		if _, done := r.Attacks[e.kind]; e.kind != "" && !e.skipped && !done {
			r.Attacks[e.kind] = s.meet(s.all, e.kind)
		}
	}
	s.groups(&r)
	return r
}

func (s *Scorer) figures(t *tally, attackTransactions int, cardDays float64) Figures {
	f := Figures{
		Alerts: len(t.alerts), Flagged: len(t.flagged), Caught: t.caught(), FalseCases: t.allFalseCases(), Attacks: s.meet(t, ""),
	}
	f.Precision = ratio(float64(f.Caught), float64(f.Flagged))
	f.Recall = ratio(float64(f.Caught), float64(attackTransactions))
	f.F1 = ratio(2*f.Precision*f.Recall, f.Precision+f.Recall)
	f.FalseCasesPer1kCardsDay = ratio(float64(f.FalseCases), cardDays)
	f.AlertsPer1kCardsDay = ratio(float64(f.Alerts), cardDays)
	return f
}

// meet judges the attacks of one kind, or of all kinds when kind is empty.
func (s *Scorer) meet(t *tally, kind string) Attacks {
	var a Attacks
	second, third, before, waited, stopped := 0, 0, 0, time.Duration(0), int64(0)
	for _, e := range s.episodes {
		if e.skipped || kind != "" && e.kind != kind {
			continue
		}
		a.Episodes++
		first, found := t.found[e]
		for i, u := range e.uses {
			a.ValueMinor += u.atStake
			if found && i >= first {
				stopped += u.atStake
			}
		}
		if !found {
			continue
		}
		a.Found++
		before += first
		waited += e.uses[first].arrived.Sub(e.uses[0].arrived)
		second, third = second+btoi(first < 2), third+btoi(first < 3)
	}
	n := float64(a.Episodes)
	a.FoundShare, a.FoundBySecond, a.FoundByThird = ratio(float64(a.Found), n), ratio(float64(second), n), ratio(float64(third), n)
	a.TransactionsBefore = ratio(float64(before), float64(a.Found))
	a.MinutesBefore = ratio(waited.Minutes(), float64(a.Found))
	a.ValueStopped = ratio(float64(stopped), float64(a.ValueMinor))
	return a
}

// groups counts cards and false cases by group, where the labels tell groups.
func (s *Scorer) groups(r *Result) {
	for cardToken, name := range s.cards {
		if name == "" {
			continue
		}
		g := r.Groups[name]
		cases := s.all.falseCasesOf(cardToken)
		g.Cards++
		g.CardsAlerted += btoi(cases > 0)
		g.FalseCases += cases
		r.Groups[name] = g
	}
	for name, g := range r.Groups {
		g.CardsAlertedShare = ratio(float64(g.CardsAlerted), float64(g.Cards))
		g.FalseCasesPer1kCardsDay = ratio(float64(g.FalseCases), float64(g.Cards)*r.Days/1000)
		r.Groups[name] = g
	}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
