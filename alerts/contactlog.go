package alerts

import (
	"errors"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// ContactAct is the part of a Command that is about a contact with the customer, or with somebody else about them: what the conduct rules
// count. See conduct.Request for what the fields mean.
type ContactAct struct {
	// ID names the reservation that a ContactResult is about: the event id of the ContactReserve.
	ID      string
	Channel conduct.Channel
	// Party is conduct.Debtor when empty, Purpose conduct.Collect.
	Party   conduct.Party
	Purpose conduct.Purpose
	// Number is what is called, written to or visited: any name that stands for one number or address, such as "work" or "home". Empty, for
	// the debtor's own telephone or app, it is the one in the contact.
	Number            string
	Agency, Agreement string
	// Staff is how many people go on a visit.
	Staff             int
	AtWork, DebtFacts bool
	// Result is what became of the contact.
	Result conduct.Result
}

// PackOf is the pack of contact rules, as the bank has it, that a customer's region puts them under: China's when it is absent, the
// strictest of all when nobody knows it.
func (p Policy) PackOf(s *State) conduct.Pack {
	if p.book != nil {
		return p.book.Pack(s.Contact.Region)
	}
	book, _ := conduct.NewBook(p.ContactRules) // a book that cannot be made allows nothing
	return book.Pack(s.Contact.Region)
}

// conductFlags say for the desk's flags which suppression they are; those that are missing here stop nobody.
var conductFlags = map[Flag]conduct.Flag{
	Disputed: conduct.Dispute, Complaint: conduct.Complaint, Cease: conduct.Cease, Lawyer: conduct.Lawyer, Bankruptcy: conduct.Bankruptcy,
	Deceased: conduct.Deceased, Incapacity: conduct.Incapacity, Crisis: conduct.Crisis,
}

var conductChannels = map[ChannelKind]conduct.Channel{App: conduct.Push, SMS: conduct.SMS}

// ConductFlags is what stops contact about an account.
func (s *State) ConductFlags(account string) (f conduct.Flags) {
	for _, flag := range s.FlagsOf(account) {
		if stops, is := conductFlags[flag]; is {
			f.Set = append(f.Set, stops)
		}
	}
	if p := s.RunningPlan(account); p != nil {
		f.Set = append(f.Set, conduct.PlanActive)
	}
	for _, kind := range []ChannelKind{App, SMS} {
		if s.OptedOut(kind) {
			f.OptOut = append(f.OptOut, conductChannels[kind])
		}
	}
	s.restrict(&f)
	return f
}

// Request is the question that the conduct rules are asked for an act on an account at a moment.
func (s *State) Request(account string, a ContactAct, at card.Moment) conduct.Request {
	r := conduct.Request{
		ID: a.ID, At: at, Clock: s.Contact.OffsetAt, Channel: a.Channel, Party: a.Party, Purpose: a.Purpose,
		Number: conduct.KeyOf(a.Number), Debt: conduct.KeyOf(account), Agency: a.Agency, Agreement: a.Agreement,
		Staff: a.Staff, AtWork: a.AtWork, DebtFacts: a.DebtFacts,
	}
	if r.Party == "" {
		r.Party = conduct.Debtor
	}
	if r.Purpose == "" {
		r.Purpose = conduct.Collect
	}
	if a.Number == "" && r.Party == conduct.Debtor {
		switch a.Channel {
		case conduct.Call, conduct.SMS:
			r.Number = conduct.KeyOf(s.Contact.Phone.Reveal())
		case conduct.Push:
			r.Number = conduct.KeyOf(s.Contact.PushToken)
		}
	}
	return r
}

// MayReach judges a contact about an account at a moment, without making it: whether it may be made, why not, when it may, and what whoever
// makes it has to heed. ContactReserve judges by the same rules.
func (p Policy) MayReach(s *State, account string, a ContactAct, at card.Moment) conduct.Decision {
	return conduct.Decide(p.PackOf(s), s.ConductFlags(account), &s.Contacts, s.Request(account, a, at))
}

// Counters are how far the caps are used that a contact would fall under.
func (p Policy) Counters(s *State, account string, a ContactAct, at card.Moment) []conduct.Counter {
	return conduct.Counters(p.PackOf(s), &s.Contacts, s.Request(account, a, at))
}

// reserveContact claims a contact before it is made, so that two people never take the last place.
func (st *step) reserveContact(e *QueueEntry, cmd *Command) Refusal {
	act := cmd.Contact
	act.ID, act.Channel, act.Party, act.Purpose = cmd.ID, clone(act.Channel), clone(act.Party), clone(act.Purpose)
	d := st.s.Contacts.Reserve(st.policy.PackOf(st.s), st.s.ConductFlags(e.Account), st.s.Request(e.Account, act, st.now))
	channel := act.Channel
	if d.Outcome != conduct.Allow {
		st.out.Denials = append(st.out.Denials, Denial{Channel: ChannelKind(channel), Rules: ruleIDs(d.Rules), Until: d.Until})
		st.contactConduct(e, ContactRefused, channel, act.Party, "", ruleIDs(d.Rules), cmd.Actor)
		return RefusedContact
	}
	st.moved(ContactMoved, clone(cmd.ID), "", string(conduct.Reserved), string(channel))
	// The id is what its outcome will have to name.
	st.note(&e.History, ActContactReserved, clone(cmd.Actor), string(channel)+" "+clone(cmd.ID))
	st.contactConduct(e, ContactReserved, channel, act.Party, "", nil, cmd.Actor)
	return ""
}

// settleContact says what became of a contact that was reserved.
func (st *step) settleContact(e *QueueEntry, cmd *Command) Refusal {
	if cmd.Contact.ID == "" {
		return RefusedBadArgument
	}
	made, _ := st.s.Contacts.Contact(cmd.Contact.ID)
	if err := st.s.Contacts.Settle(cmd.Contact.ID, clone(cmd.Contact.Result)); err != nil {
		if errors.Is(err, conduct.ErrNotReserved) {
			return RefusedWrongState
		}
		return RefusedBadArgument
	}
	st.moved(ContactMoved, clone(cmd.Contact.ID), string(conduct.Reserved), string(clone(cmd.Contact.Result)), "")
	st.note(&e.History, ActContactMade, clone(cmd.Actor), string(clone(cmd.Contact.Result)))
	if cmd.Contact.Result == conduct.Conversation {
		st.personSpoke(e.Account)
	}
	if made.Result == conduct.Reserved && cmd.Contact.Result != conduct.Cancelled {
		st.contactConduct(e, ContactMade, made.Channel, made.Party, cmd.Contact.Result, nil, cmd.Actor)
	}
	return ""
}

// contactConduct tells of a contact by people.
func (st *step) contactConduct(e *QueueEntry, kind ConductKind, by conduct.Channel, with conduct.Party, result conduct.Result, rules []RuleID, actor string) {
	if with == "" {
		with = conduct.Debtor
	}
	st.conduct(Conduct{
		Account: e.Account, Kind: kind, Channel: string(clone(by)), Party: string(clone(with)), Outcome: string(clone(result)), Rules: rules, Actor: clone(actor),
	})
}

// noteContact keeps a contact that was made without a reservation: one that an agency reports, or that the customer began. Command.At is when
// it was.
func (st *step) noteContact(e *QueueEntry, cmd *Command) Refusal {
	if st.now.Before(cmd.At) {
		return RefusedBadArgument
	}
	r := st.s.Request(e.Account, cmd.Contact, st.s.local(cmd.At))
	err := st.s.Contacts.Note(cmd.ID, conduct.Contact{
		At: r.At, Channel: clone(r.Channel), Party: clone(r.Party), Purpose: clone(r.Purpose), Number: r.Number, Debt: r.Debt,
		Result: clone(cmd.Contact.Result), Agency: clone(r.Agency), Agreed: r.Agreement != "",
	}, st.now)
	if err != nil {
		return RefusedBadArgument
	}
	if cmd.Contact.Result == conduct.Conversation {
		st.personSpoke(e.Account)
	}
	st.moved(ContactMoved, clone(cmd.ID), "", string(clone(cmd.Contact.Result)), string(clone(r.Channel)))
	st.contactConduct(e, ContactMade, r.Channel, r.Party, cmd.Contact.Result, nil, cmd.Actor)
	st.note(&e.History, ActContactMade, clone(cmd.Actor), string(clone(cmd.Contact.Result)))
	return ""
}

// ruleIDs are the conduct rules' ids as the desk names rules.
func ruleIDs(rules []conduct.RuleID) (ids []RuleID) {
	for _, r := range rules {
		ids = append(ids, RuleID(r))
	}
	return ids
}

// asked is what the conduct rules are asked about a message to an account's customer.
func (s *State) asked(m *Message, at card.Moment) conduct.Request {
	act := ContactAct{ID: m.ID, Channel: conductChannels[m.Channel], Party: conduct.Debtor, Purpose: s.purpose(m), Number: m.To.Reveal(), DebtFacts: true}
	return s.Request(m.Account, act, at)
}

// purpose is what a service message is for, as conduct sees it: a reminder of a bill that is overdue asks for payment.
func (s *State) purpose(m *Message) conduct.Purpose {
	e := s.Entry(m.Account)
	switch {
	case m.Template == InstalmentOffer:
		return conduct.Offer
	case m.Template == PaymentReminder && e != nil && e.DaysPastDue > 0:
		return conduct.Collect
	default:
		return conduct.Remind
	}
}

// logMessage keeps the log of contacts in line with a service message: claimed when its sender has claimed it, sent when a provider has
// taken it. One that never went out leaves the log; one of unknown fate stays as an attempt.
func (st *step) logMessage(m *Message) {
	if m.Purpose != Service {
		return
	}
	switch m.Outcome {
	case Sending:
		st.s.Contacts.Reserve(st.policy.PackOf(st.s), st.s.ConductFlags(m.Account), st.s.asked(m, st.now))
	case Accepted, Delivered:
		r := st.s.asked(m, st.now)
		if st.s.Contacts.Settle(m.ID, conduct.Sent) != nil {
			// It went out without a claim, by a release before claims were logged.
			_ = st.s.Contacts.Note(m.ID, conduct.Contact{
				At: r.At, Channel: r.Channel, Party: r.Party, Purpose: r.Purpose, Number: r.Number, Debt: r.Debt, Result: conduct.Sent,
			}, st.now)
		}
	case Undelivered, Refused:
		_ = st.s.Contacts.Settle(m.ID, conduct.Cancelled) // one that was never claimed is not in the log
	}
}

// withdrawService takes the service messages about an account out of the outbox, or those of one template alone.
func (st *step) withdrawService(account string, rule RuleID, of TemplateID) {
	for i := range st.s.Messages {
		if m := &st.s.Messages[i]; m.Account == account && m.Purpose == Service && m.Waiting() && (of == "" || of == m.Template) {
			st.settle(m, Refused, "", string(rule))
		}
	}
}
