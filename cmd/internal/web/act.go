package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// publishLimit is how long Kafka may take to acknowledge an act.
	publishLimit = 5 * time.Second
	// showLimit is how long a page waits to show what an act did. The act counts all the same when it takes longer.
	showLimit = 2 * time.Second
)

// try lets the desk apply an event to the customer's present state, without keeping the result, and tells what it says.
func (s *Server) try(customer string, body card.Body) (alerts.Refusal, error) {
	state, err := s.cfg.View.Desk(customer)
	if err != nil && !errors.Is(err, stream.ErrNotFound) {
		return "", err
	}
	var effects alerts.Effects
	s.cfg.Desk.Step(state, card.Event{Arrived: s.now(), Body: body}, &effects)
	return effects.Refusal, nil
}

// submit publishes an act of staff, unless the desk would refuse it.
func (s *Server) submit(r *http.Request, cmd *alerts.Command) (alerts.Refusal, error) {
	refusal, err := s.try(cmd.Customer, cmd)
	if err != nil || refusal != "" && refusal != alerts.RefusedDuplicate {
		return refusal, err
	}
	return "", s.publish(r, wire.CommandTopic, cmd, wire.AppendCommand(nil, cmd))
}

// publish writes an event and waits until the desk has applied it, but no longer than showLimit. An event that was applied
// before is not written again.
func (s *Server) publish(r *http.Request, topic string, body card.Body, value []byte) error {
	customer := body.Meta().Customer
	applied := func() bool {
		refusal, err := s.try(customer, body)
		return err == nil && refusal == alerts.RefusedDuplicate
	}
	if applied() {
		return nil
	}
	// An impatient visitor who leaves must not leave it open whether the act was written.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), publishLimit)
	defer cancel()
	if err := s.cfg.Publish(ctx, topic, customer, value); err != nil {
		return fmt.Errorf("web: publish to %s: %w", topic, err)
	}
	if !s.hub.await(r.Context(), showLimit, applied) {
		s.cfg.Log.Warn("web: the desk has not applied an act in time", "topic", topic, "waited", showLimit)
	}
	return nil
}

// actID makes the id of an act from what it is and the once of the form that it came from.
func actID(kind, once string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(parts, kind, once), "\x00")))
	return kind + "-" + hex.EncodeToString(sum[:12])
}

// command reads an act of staff from a form.
func (s *Server) command(r *http.Request, customer string) alerts.Command {
	verb, note := r.PostForm.Get("verb"), strings.TrimSpace(r.PostForm.Get("note"))
	c := alerts.Command{
		Actor: actorOf(r), Verb: alerts.Verb(verb), Note: note,
		Disposition: alerts.Disposition(r.PostForm.Get("disposition")),
		CaseID:      r.PathValue("id"), Account: r.PostForm.Get("account"),
	}
	id := actID("act", r.PostForm.Get("once"), c.Actor, c.CaseID, c.Account, verb, note, string(c.Disposition))
	c.Head = card.Head{ID: id, Customer: customer, At: s.now()}
	return c
}

func (s *Server) actOnCase(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	live := s.live()
	customer, _, ok := s.findCase(w, r)
	if !ok {
		return
	}
	cmd := s.command(r, customer)
	cmd.Account = ""
	refusal, err := s.submit(r, &cmd)
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	// Two analysts who claim at the same moment both passed the try; the log has decided.
	if c := desk.Case(cmd.CaseID); refusal == "" && cmd.Verb == alerts.Claim && c.Owner != "" && c.Owner != cmd.Actor {
		refusal = alerts.RefusedNotOwner
	}
	if refusal != "" {
		s.renderCase(w, r, http.StatusConflict, caseView{live, customer, desk}, refusedAct{cmd, refusal})
		return
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}
