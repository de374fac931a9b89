package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The reasons of the dispatcher's own on receipts, beside channel.Reason and alerts.RuleID.
const (
	// ReasonBreakerOpen is a kind whose every provider is known to be down, ReasonNoProvider one that has none.
	ReasonBreakerOpen = "breaker_open"
	ReasonNoProvider  = "no_provider"
	// ReasonInterrupted is a message that a crash overtook while it was being sent, and that must not go out twice.
	ReasonInterrupted = "interrupted"
	// ReasonBadTemplate is a message whose template this program does not know.
	ReasonBadTemplate = "bad_template"
)

// openWait is how long a message without a fallback waits for a breaker.
const openWait = 5 * time.Second

// attempt brings one message one step further: it is refused, deferred, sent, or failed, and what is final is recorded.
func (l *lane) attempt(ctx context.Context, row Row, began bool) result {
	state, err := l.cfg.Outbox.State(ctx, row.Customer)
	if err != nil {
		if ctx.Err() == nil {
			l.cfg.Log.Error("a customer's state cannot be read; their message waits", "message", row.MessageID, "err", err)
		}
		return result{failed: true}
	}
	m := state.Message(row.MessageID)
	if m == nil || !m.Waiting() {
		return result{settled: true}
	}
	if m.Outcome == alerts.Sending && !m.Resend() && m.Claim != l.claim(row) {
		return l.settle(ctx, row, "", alerts.OutcomeUnknown, ReasonInterrupted, "")
	}
	now := l.cfg.Now()
	switch v := l.cfg.Policy.MayContact(state, *m, now); v.Outcome {
	case alerts.Deny:
		l.cfg.Metrics.refusals.WithLabelValues(string(l.kind), string(v.Rules[0])).Inc()
		return l.settle(ctx, row, "", alerts.Refused, string(v.Rules[0]), "")
	case alerts.Defer:
		return result{wait: v.Until.Sub(now)}
	}
	words, err := l.cfg.Policy.Render(*m)
	if err != nil {
		l.cfg.Log.Error("a message cannot be written; it is given up", "message", m.ID, "err", err)
		return l.settle(ctx, row, "", alerts.Undelivered, ReasonBadTemplate, "")
	}
	if !m.Resend() && m.Outcome == alerts.Queued {
		return l.claimIt(ctx, row, began)
	}
	return l.send(ctx, row, m, l.outgoing(state, m, row, words))
}

// claimIt says that this process is about to send a message that must not go out twice. The message itself has to wait until the desk
// here has applied that: a process that has lost the partition without knowing it never gets so far, and its successor sees the claim.
func (l *lane) claimIt(ctx context.Context, row Row, claimed bool) result {
	if claimed {
		return result{began: true, wait: claimWait}
	}
	r := l.receipt(row, "", alerts.Sending, "", "")
	r.ID = l.claim(row)
	return result{began: l.record(ctx, r), wait: claimWait}
}

// claimWait is the pause between two looks whether the desk has applied a claim.
const claimWait = 50 * time.Millisecond

// claim is the id of the receipt by which this process claims a message.
func (l *lane) claim(row Row) string { return row.MessageID + "/sending/" + l.process }

func (l *lane) outgoing(s *alerts.State, m *alerts.Message, row Row, words alerts.Rendered) channel.Outgoing {
	out := channel.Outgoing{
		MessageID: m.ID, Customer: row.Customer, Kind: m.Channel, To: m.To, Title: words.Vars["bank"], Text: words.Text, Language: m.Language,
		Template: m.Template, Version: words.Version, Vars: words.Vars, PromptID: m.PromptID, Purpose: m.Purpose, ExpiresAt: m.ExpiresAt,
	}
	if m.Channel == alerts.App {
		out.PushToken, out.PushPlatform = s.Contact.PushToken, s.Contact.PushPlatform
		if l.cfg.Link != nil {
			out.AnswerURL = l.cfg.Link(s, m)
		}
	}
	return out
}

// send tries the kind's providers in turn, of those that reach the device. It passes over those whose breaker is open or whose limit is
// reached, and goes on when one has not taken the message; one that may have taken it is only followed by another when twice does no harm.
func (l *lane) send(ctx context.Context, row Row, m *alerts.Message, out channel.Outgoing) result {
	if wait := l.phones.begin(out.To, time.Now()); wait > 0 {
		l.cfg.Metrics.limited.WithLabelValues(string(l.kind), "phone").Inc()
		return result{wait: wait}
	}
	taken := false
	defer func() { l.phones.end(out.To, time.Now(), taken) }()
	var (
		last   *provider
		failed error
		full   time.Duration
	)
	reached := 0
	for _, p := range l.providers {
		if !p.reaches(out.PushPlatform) {
			continue
		}
		reached++
		if wait := p.wait(time.Now()); wait > 0 {
			full = wait
			continue
		}
		accepted, err := p.send(ctx, out)
		switch reason := channel.ReasonOf(err); {
		case err == nil:
			r := l.receipt(row, p.channel.Name(), alerts.Accepted, "", accepted.ProviderMessageID)
			r.ReceiptExpected = accepted.ReceiptExpected
			taken = true
			return result{settled: l.record(ctx, r)}
		case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
			continue
		case ctx.Err() != nil || reason.MessageFault() || reason == channel.NoAnswer && !m.Resend():
			return l.failed(ctx, row, m, p, err)
		}
		last, failed = p, err
	}
	switch {
	case last != nil:
		return l.failed(ctx, row, m, last, failed)
	case full > 0:
		l.cfg.Metrics.limited.WithLabelValues(string(l.kind), "provider").Inc()
		return result{wait: full}
	}
	reason := ReasonBreakerOpen
	if reached == 0 {
		reason = ReasonNoProvider
	}
	// A prompt has another channel to go to, at once; anything else is worth waiting for.
	if m.Purpose == alerts.FraudPrompt || reason == ReasonNoProvider {
		return l.settle(ctx, row, "", alerts.Undelivered, reason, "")
	}
	return result{wait: openWait}
}

// failed decides what a failed attempt means: another try later, or the end.
func (l *lane) failed(ctx context.Context, row Row, m *alerts.Message, p *provider, err error) result {
	reason := channel.ReasonOf(err)
	switch {
	case ctx.Err() != nil:
		return result{}
	case reason == channel.NoAnswer && !m.Resend():
		return l.settle(ctx, row, p.channel.Name(), alerts.OutcomeUnknown, string(reason), "")
	case !reason.Retryable():
		return l.settle(ctx, row, p.channel.Name(), alerts.Undelivered, string(reason), "")
	}
	var wait time.Duration
	if e := (*channel.Error)(nil); errors.As(err, &e) {
		wait = e.RetryAfter
	}
	if reason == channel.NoAnswer {
		wait = max(wait, silencePause)
	}
	if !l.cfg.Now().Add(wait).Before(m.ExpiresAt) {
		return l.settle(ctx, row, p.channel.Name(), alerts.Undelivered, string(reason), "")
	}
	return result{failed: true, wait: wait}
}

// silencePause is the least pause after an attempt without an answer: by then the breaker has seen how the others fared that began beside
// it, and the message goes another way instead of waiting for a time-out once more.
const silencePause = time.Second

// settle records what became of a message. A message whose record is lost with the process stays in the outbox.
func (l *lane) settle(ctx context.Context, row Row, provider string, outcome alerts.SendOutcome, reason, providerID string) result {
	return result{settled: l.record(ctx, l.receipt(row, provider, outcome, reason, providerID))}
}

func (l *lane) receipt(row Row, provider string, outcome alerts.SendOutcome, reason, providerID string) alerts.Receipt {
	return alerts.Receipt{
		Head:      card.Head{ID: row.MessageID + "/" + string(outcome), Customer: row.Customer, At: l.cfg.Now()},
		MessageID: row.MessageID, Channel: l.kind, Provider: provider, Outcome: outcome,
		ProviderMessageID: providerID, Reason: reason,
	}
}

// record makes a receipt durable. It tries until it succeeds or ctx ends, and holds its worker meanwhile: nothing should be
// sent faster than it can be remembered.
func (l *lane) record(ctx context.Context, r alerts.Receipt) bool {
	for {
		err := l.cfg.Record(ctx, r)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		l.cfg.Log.Error("a receipt cannot be recorded; it is tried again", "message", r.MessageID, "outcome", r.Outcome, "err", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(recordPause):
		}
	}
}

// recordPause is the pause between two tries to record a receipt.
const recordPause = time.Second
