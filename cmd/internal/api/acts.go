package api

import (
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxNote is the desk's bound of a note, in runes.
const maxNote = 2000

// act is what a caller wants done to a case.
type act struct {
	Verb        alerts.Verb        `json:"verb"`
	Note        string             `json:"note"`
	Disposition alerts.Disposition `json:"disposition"`
	// Until, or ForMinutes from now, is how long a snooze lasts.
	Until      card.Moment `json:"until"`
	ForMinutes int64       `json:"for_minutes"`
}

// maxSnoozeMinutes is far above what the desk allows, and below what could overflow.
const maxSnoozeMinutes = 30 * 24 * 60

var caseVerbs = map[alerts.Verb]bool{
	alerts.Claim: true, alerts.Release: true, alerts.AddNote: true, alerts.Close: true, alerts.Reopen: true, alerts.Escalate: true,
	alerts.Snooze: true, alerts.Wake: true, alerts.Unblock: true, alerts.ApproveUnblock: true, alerts.RefuseUnblock: true,
}

func (a *act) check() *Problem {
	switch {
	case a.Verb == "":
		return missing("/verb")
	case !caseVerbs[a.Verb]:
		return badValue("/verb")
	case utf8.RuneCountInString(a.Note) > maxNote:
		return badValue("/note")
	case a.Verb == alerts.Close && a.Disposition == "":
		return missing("/disposition")
	case a.Verb != alerts.Close && a.Disposition != "":
		return badValue("/disposition")
	case a.Verb == alerts.Snooze && a.Until.IsZero() == (a.ForMinutes == 0):
		return missing("/until")
	case a.Verb != alerts.Snooze && !a.Until.IsZero():
		return badValue("/until")
	case a.ForMinutes < 0 || a.ForMinutes > maxSnoozeMinutes || a.Verb != alerts.Snooze && a.ForMinutes != 0:
		return badValue("/for_minutes")
	}
	return nil
}

// asked reads what a call wants done, checks it, and gives what its events' ids are made from; false when it has answered the call itself.
func (s *Server) asked(w http.ResponseWriter, r *request, into interface{ check() *Problem }) (once string, ok bool) {
	refused := r.read(into)
	if refused == nil {
		refused = into.check()
	}
	if refused == nil {
		once, refused = s.once(r, into)
	}
	if refused != nil {
		s.refuse(w, r, refused)
	}
	return once, refused == nil
}

// actOnCase does one act and answers with the case as it then is. If-Match makes it depend on the case being as the caller has seen it.
// Between that check and the log another's act may come; the desk then judges by the state of the case, as always.
func (s *Server) actOnCase(w http.ResponseWriter, r *request) {
	var a act
	once, ok := s.asked(w, r, &a)
	if !ok {
		return
	}
	customer, c, err := s.find(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	if a.ForMinutes > 0 {
		a.Until = s.cfg.Now().Add(time.Duration(a.ForMinutes) * time.Minute)
	}
	cmd := alerts.Command{
		Head:  card.Head{ID: clerk.ActID("api", once), Customer: customer, At: s.cfg.Now()},
		Actor: r.caller.actor, Verb: a.Verb, CaseID: c.ID, Disposition: a.Disposition, Note: a.Note, Until: a.Until,
	}
	s.perform(w, r, c, cmd)
}

// perform submits acts on one case in order, the later ones only when those before were done, and answers with the case.
func (s *Server) perform(w http.ResponseWriter, r *request, c *alerts.Case, acts ...alerts.Command) {
	view := fullView(acts[0].Customer, c)
	again, refused := s.precondition(r, view.tag, &acts[len(acts)-1])
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	for i := range acts {
		if again {
			break
		}
		why, err := s.cfg.Clerk.Submit(r.Context(), &acts[i])
		if err != nil {
			s.refuse(w, r, s.failed(r, err))
			return
		}
		if why != "" {
			s.refuse(w, r, refusedByDesk(why))
			return
		}
	}
	customer, now, err := s.find(c.ID)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answerCase(w, r, http.StatusOK, customer, now)
}

// precondition reports whether an act was done before, and refuses it when what it is about is not as the caller has seen it: a repeated
// request finds it changed by itself, which is no reason to refuse.
func (s *Server) precondition(r *request, tagged func() (string, error), cmd *alerts.Command) (again bool, refused *Problem) {
	why, err := s.cfg.Clerk.Try(cmd.Customer, cmd)
	if err != nil {
		return false, s.failed(r, err)
	}
	if why == alerts.RefusedDuplicate {
		return true, nil
	}
	want := r.Header.Get("If-Match")
	if want == "" {
		return false, nil
	}
	tag, err := tagged()
	if err != nil {
		return false, s.failed(r, err)
	}
	if !matches(want, tag) {
		return false, refusal(CodeStale)
	}
	return false, nil
}

// nextAsk is how a caller asks for the next case.
type nextAsk struct {
	Queue       string `json:"queue"`
	SkipWaiting bool   `json:"skip_waiting"`
}

// nextCase hands the caller's actor the top case of a line.
func (s *Server) nextCase(w http.ResponseWriter, r *request) {
	ask := nextAsk{Queue: queueFirst}
	if refused := r.read(&ask); refused != nil {
		s.refuse(w, r, refused)
		return
	}
	if ask.Queue != queueFirst && ask.Queue != alerts.GroupEscalated {
		s.refuse(w, r, badValue("/queue"))
		return
	}
	once, refused := s.once(r, &ask)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	taken, err := s.cfg.Clerk.Next(r.Context(), clerk.Ask{
		Actor: r.caller.actor, Line: groups[ask.Queue], Once: once, SkipWaiting: ask.SkipWaiting,
	})
	switch {
	case errors.Is(err, clerk.ErrNoneFree):
		s.refuse(w, r, refusal(CodeNoneFree))
	case errors.Is(err, clerk.ErrContended):
		s.refuse(w, r, refusal(CodeTooMany))
	case err != nil:
		s.refuse(w, r, s.failed(r, err))
	default:
		customer, c, err := s.find(taken.CaseID)
		if err != nil {
			s.refuse(w, r, s.failed(r, err))
			return
		}
		s.answerCase(w, r, http.StatusOK, customer, c)
	}
}

// verdict is what another system of the bank's found out about a case.
type verdict struct {
	CaseID  string `json:"case_id"`
	Verdict string `json:"verdict"`
	Note    string `json:"note"`
}

// dispositions are the outcomes by the verdicts that feedback names.
var dispositions = map[string]alerts.Disposition{
	"fraud": alerts.ConfirmedFraud, "genuine": alerts.GenuineUse, "unknown": alerts.Inconclusive,
}

// giveFeedback closes a case by a verdict: it claims the case and closes it, as an analyst would. So what the monitor is taught always stands
// in a case's history, and a case that somebody holds is theirs to decide.
func (s *Server) giveFeedback(w http.ResponseWriter, r *request) {
	var v verdict
	if refused := r.read(&v); refused != nil {
		s.refuse(w, r, refused)
		return
	}
	disposition, known := dispositions[v.Verdict]
	switch {
	case v.CaseID == "":
		s.refuse(w, r, missing("/case_id"))
		return
	case !known:
		s.refuse(w, r, badValue("/verdict"))
		return
	case utf8.RuneCountInString(v.Note) > maxNote:
		s.refuse(w, r, badValue("/note"))
		return
	}
	once, refused := s.once(r, &v)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	customer, c, err := s.find(v.CaseID)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	head := card.Head{ID: clerk.ActID("api-claim", once), Customer: customer, At: s.cfg.Now()}
	claim := alerts.Command{Head: head, Actor: r.caller.actor, Verb: alerts.Claim, CaseID: c.ID}
	head.ID = clerk.ActID("api", once)
	end := alerts.Command{Head: head, Actor: r.caller.actor, Verb: alerts.Close, CaseID: c.ID, Disposition: disposition, Note: v.Note}
	s.perform(w, r, c, claim, end)
}
