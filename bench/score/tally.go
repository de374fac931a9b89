package score

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// tally is what one detector, or all of them together, said.
type tally struct {
	alerts map[string]bool
	// flagged are the transactions that alerts name, true for those of an attack.
	flagged map[string]bool
	// found holds for each attack the index of its newest transaction that the first alert on it names.
	found map[*episode]int
	// open is each card's newest case, falseCases counts a card's earlier cases that held no attack.
	open       map[string]fraudCase
	falseCases map[string]int
}

// fraudCase is what an analyst would work on: the alerts of one card within 24 h of the first.
type fraudCase struct {
	opened card.Moment
	right  bool
}

func newTally() *tally {
	return &tally{
		alerts: map[string]bool{}, flagged: map[string]bool{}, found: map[*episode]int{}, open: map[string]fraudCase{},
		falseCases: map[string]int{},
	}
}

// add takes in one revision of an alert.
func (t *tally) add(a *detectors.Alert, attacks map[string]attackUse) {
	t.alerts[strings.Clone(a.AlertID)] = true
	right, newest := false, map[*episode]int{}
	for _, id := range a.EventIDs {
		u, isAttack := attacks[id]
		right = right || isAttack
		if isAttack && u.episode.skipped {
			continue
		}
		t.flagged[strings.Clone(id)] = isAttack
		if isAttack {
			newest[u.episode] = max(newest[u.episode], u.index)
		}
	}
	for e, index := range newest {
		if _, before := t.found[e]; !before {
			t.found[e] = index
		}
	}
	t.addToCase(strings.Clone(a.Card), a.At, right)
}

func (t *tally) addToCase(cardToken string, at card.Moment, right bool) {
	current, exists := t.open[cardToken]
	if exists && at.Sub(current.opened) < caseSpan {
		current.right = current.right || right
		t.open[cardToken] = current
		return
	}
	if exists && !current.right {
		t.falseCases[cardToken]++
	}
	t.open[cardToken] = fraudCase{opened: at, right: right}
}

// falseCasesOf counts a card's cases that held no attack, with the one that is still open.
func (t *tally) falseCasesOf(cardToken string) int {
	n := t.falseCases[cardToken]
	if current, exists := t.open[cardToken]; exists && !current.right {
		n++
	}
	return n
}

// allFalseCases is the sum over all cards.
func (t *tally) allFalseCases() int {
	n := 0
	for cardToken := range t.open {
		n += t.falseCasesOf(cardToken)
	}
	return n
}

// caught counts the flagged transactions that belong to attacks.
func (t *tally) caught() int {
	n := 0
	for _, isAttack := range t.flagged {
		if isAttack {
			n++
		}
	}
	return n
}
