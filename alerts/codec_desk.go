package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

func (w *writer) prompt(p *Prompt) {
	w.str(p.ID)
	w.str(p.CaseID)
	w.str(p.Card)
	w.str(string(p.State))
	w.str(p.Mark)
	w.str(p.To.Reveal())
	w.str(string(p.Rung))
	w.moment(p.ClimbAt)
	w.moment(p.OpenedAt)
	w.moment(p.ExpiresAt)
	w.int(int64(p.Severity))
	w.int(p.AmountMinor)
	w.bool(p.HelpSent)
	w.moment(p.EndedAt)
	w.str(string(p.EndedBy))
}

func (r *reader) prompt(p *Prompt) {
	p.ID, p.CaseID, p.Card, p.State = r.String(), r.String(), r.String(), PromptState(r.String())
	p.Mark, p.To, p.Rung = r.String(), Phone(r.String()), ChannelKind(r.String())
	p.ClimbAt, p.OpenedAt, p.ExpiresAt = r.moment(), r.moment(), r.moment()
	p.Severity, p.AmountMinor, p.HelpSent = int(r.Int()), r.Int(), r.Bool()
	p.EndedAt, p.EndedBy = r.moment(), ChannelKind(r.String())
}

func (w *writer) message(m *Message) {
	w.str(m.ID)
	w.str(string(m.Purpose))
	w.str(string(m.Channel))
	w.str(m.To.Reveal())
	w.str(string(m.Template))
	w.int(int64(m.Version))
	w.str(m.Args.Card)
	w.int(m.Args.AmountMinor)
	w.currency(m.Args.Currency)
	w.int(int64(m.Args.Uses))
	w.str(m.Args.City)
	w.str(m.Args.Country)
	w.str(m.Args.Merchant)
	w.moment(m.Args.When)
	w.str(m.Args.Choices)
	w.uint(uint64(m.Language))
	w.str(m.CaseID)
	w.str(m.PromptID)
	w.str(m.Account)
	w.moment(m.QueuedAt)
	w.moment(m.DueAt)
	w.moment(m.ExpiresAt)
	w.str(string(m.Outcome))
	w.str(m.Provider)
	w.str(m.Reason)
	w.str(m.ProviderID)
	w.moment(m.ReceiptBy)
	w.str(m.Claim)
	w.str(string(m.Args.Why))
}

func (r *reader) message(m *Message) {
	m.ID, m.Purpose, m.Channel = r.String(), Purpose(r.String()), ChannelKind(r.String())
	m.To, m.Template, m.Version = Phone(r.String()), TemplateID(r.String()), int(r.Int())
	m.Args = Args{
		Card: r.String(), AmountMinor: r.Int(), Currency: r.currency(), Uses: int(r.Int()),
		City: r.String(), Country: r.String(), Merchant: r.String(), When: r.moment(), Choices: r.String(),
	}
	m.Language = card.Language(r.Uint())
	m.CaseID, m.PromptID, m.Account = r.String(), r.String(), r.String()
	m.QueuedAt, m.DueAt, m.ExpiresAt = r.moment(), r.moment(), r.moment()
	m.Outcome, m.Provider, m.Reason = SendOutcome(r.String()), r.String(), r.String()
	if r.version > 2 {
		m.ProviderID, m.ReceiptBy, m.Claim = r.String(), r.moment(), r.String()
		m.Args.Why = WhyCode(r.String())
	}
}
