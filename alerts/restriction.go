package alerts

import (
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// RestrictionKind is a sort of Restriction.
type RestrictionKind string

// The kinds of restriction, as notes/collections.md §1.2 has them (US-HOURS, US-MEDIUM, US-WORK).
const (
	// InconvenientHours are a part of the customer's day in which they want no contact.
	InconvenientHours RestrictionKind = "inconvenient_hours"
	// StoppedChannel is a way, StoppedNumber a number or address, by which they want none.
	StoppedChannel RestrictionKind = "stopped_channel"
	StoppedNumber  RestrictionKind = "stopped_number"
	// EmployerForbids is an employer who does not allow such contact at work.
	EmployerForbids RestrictionKind = "employer_forbids"
	// NoOffers is a customer who wants no unasked offers of instalments (PIPL art. 24). Calculators and applications of their own stay open.
	NoOffers RestrictionKind = "no_offers"
)

// RestrictionKinds lists them all.
func RestrictionKinds() []RestrictionKind {
	return []RestrictionKind{InconvenientHours, StoppedChannel, StoppedNumber, EmployerForbids, NoOffers}
}

// Restriction is what the customer has asked of contact about debts, or their employer: who wrote it down, when and why. It holds for all of
// their accounts, and outlives the accounts' time in the queue. Questions about fraud do not heed it: of these a STOP alone speaks (OptedOut).
type Restriction struct {
	// ID follows from what is restricted: the same is never there twice.
	ID   string
	Kind RestrictionKind
	// Hours belong to InconvenientHours, by the customer's own clock; Channel to StoppedChannel.
	Hours   conduct.Span
	Channel conduct.Channel
	// Number belongs to StoppedNumber, and Ending is the end of its name, at most four characters: enough to recognise it, and nothing to call.
	Number conduct.Key
	Ending string
	// By is the staff member, or ActorCustomer for a STOP; At is unknown for one that was answered to an older release.
	By   string
	At   card.Moment
	Note string
}

// RestrictionAct is the part of a Command that is about a restriction. Restrict needs Kind, and Hours, or the channel or number in
// Command.Contact; a number that is empty is the customer's own telephone. LiftRestriction needs ID.
type RestrictionAct struct {
	ID    string
	Kind  RestrictionKind
	Hours conduct.Span
}

// MaxNumberName bounds the name of a number or address, in bytes, as ids on the wire are bounded.
const MaxNumberName = 64

// maxRestrictions bounds those that staff have written down. A STOP always has room.
const maxRestrictions = 24

// stoppable are the channels that can be stopped: all that conduct knows.
var stoppable = []conduct.Channel{conduct.Call, conduct.Visit, conduct.SMS, conduct.Push, conduct.Letter, conduct.Email}

// Stoppable lists the channels that a customer can refuse.
func Stoppable() []conduct.Channel { return slices.Clone(stoppable) }

// Restricted lists the restrictions that hold, the oldest first, with the STOPs of a time when they were not yet written down.
func (s *State) Restricted() []Restriction {
	list := slices.Clone(s.Restrictions)
	for _, kind := range s.OptOut {
		if r := stopOf(kind); s.restriction(r.ID) == nil {
			list = append(list, r)
		}
	}
	return list
}

func (s *State) restriction(id string) *Restriction {
	return find(s.Restrictions, func(r *Restriction) bool { return r.ID == id })
}

// stopOf is what a STOP over a channel asks for.
func stopOf(kind ChannelKind) Restriction {
	r := Restriction{Kind: StoppedChannel, Channel: conductChannels[kind], By: ActorCustomer}
	r.ID = r.id()
	return r
}

func (r *Restriction) id() string {
	return newID("restriction", string(r.Kind), r.Hours.String(), string(r.Channel), strconv.FormatUint(uint64(r.Number), 16))
}

// restrict adds the restrictions to what stops contact.
func (s *State) restrict(f *conduct.Flags) {
	for i := range s.Restrictions {
		switch r := &s.Restrictions[i]; r.Kind {
		case InconvenientHours:
			f.Quiet = append(f.Quiet, r.Hours)
		case StoppedChannel:
			if !slices.Contains(f.OptOut, r.Channel) {
				f.OptOut = append(f.OptOut, r.Channel)
			}
		case StoppedNumber:
			f.Stopped = append(f.Stopped, r.Number)
		case EmployerForbids:
			f.EmployerForbids = true
		}
	}
}

// restrictionCommand writes a restriction down or lifts it. Both need a note, unless customers write their own down, and neither the account in the queue nor its owner's leave: what a
// customer asks for is heard from whomever they tell.
func (st *step) restrictionCommand(cmd *Command) Refusal {
	if cmd.Note == "" && cmd.Actor != ActorCustomer {
		return RefusedBadArgument
	}
	if cmd.Verb == LiftRestriction {
		return st.lift(cmd)
	}
	r, ok := st.asRestriction(cmd)
	switch {
	case !ok:
		return RefusedBadArgument
	case slices.ContainsFunc(st.s.Restricted(), func(o Restriction) bool { return o.ID == r.ID }):
		return RefusedWrongState
	case len(st.s.Restrictions) >= maxRestrictions:
		return RefusedTooMany
	}
	st.s.Restrictions = append(st.s.Restrictions, r)
	st.restricted(cmd, &r, FlagSet, ActRestricted)
	return ""
}

// asRestriction is what a command asks for; false when it cannot be meant.
func (st *step) asRestriction(cmd *Command) (r Restriction, ok bool) {
	r = Restriction{Kind: clone(cmd.Restriction.Kind), By: clone(cmd.Actor), At: st.now, Note: clone(cmd.Note)}
	switch r.Kind {
	case InconvenientHours:
		r.Hours = cmd.Restriction.Hours
		ok = r.Hours.Valid()
	case StoppedChannel:
		r.Channel = clone(cmd.Contact.Channel)
		ok = slices.Contains(stoppable, r.Channel)
	case StoppedNumber:
		number := cmd.Contact.Number
		if number == "" {
			number = st.s.Contact.Phone.Reveal()
		}
		r.Number, r.Ending = conduct.KeyOf(number), clone(lastFour(number))
		ok = number != ""
	case EmployerForbids, NoOffers:
		ok = true
	}
	r.ID = r.id()
	return r, ok
}

// lift takes a restriction back. One that came as a STOP goes with the STOP: the customer has told staff that they want messages again.
func (st *step) lift(cmd *Command) Refusal {
	for _, r := range st.s.Restricted() {
		if r.ID != cmd.Restriction.ID {
			continue
		}
		st.s.Restrictions = without(st.s.Restrictions, func(o *Restriction) bool { return o.ID == r.ID })
		st.s.OptOut = without(st.s.OptOut, func(kind *ChannelKind) bool { return stopOf(*kind).ID == r.ID })
		st.restricted(cmd, &r, FlagCleared, ActRestrictionLifted)
		return ""
	}
	return RefusedWrongState
}

// restricted tells of a restriction that staff have written down or lifted.
func (st *step) restricted(cmd *Command, r *Restriction, kind ConductKind, act ActCode) {
	from, to := "", string(r.Kind)
	if act == ActRestrictionLifted {
		from, to = to, from
	}
	st.moved(RestrictionMoved, r.ID, from, to, string(r.Channel))
	st.conduct(Conduct{Account: clone(cmd.Account), Kind: kind, Flag: string(r.Kind), Channel: string(r.Channel), Actor: clone(cmd.Actor)})
	if e := st.s.Entry(cmd.Account); e != nil {
		note := string(r.Kind)
		if cmd.Note != "" {
			note += ": " + clone(cmd.Note)
		}
		st.note(&e.History, act, clone(cmd.Actor), note)
	}
}

// stopped writes a STOP down, with those of staff: who asked, and when.
func (st *step) stopped(kind ChannelKind) {
	r := stopOf(kind)
	if st.s.restriction(r.ID) != nil {
		return
	}
	r.At = st.now
	st.s.Restrictions = append(st.s.Restrictions, r)
	st.moved(RestrictionMoved, r.ID, "", string(r.Kind), string(r.Channel))
}

func (w *writer) restriction(r *Restriction) {
	w.str(r.ID)
	w.str(string(r.Kind))
	w.int(int64(r.Hours.From))
	w.int(int64(r.Hours.Until))
	w.str(string(r.Channel))
	w.uint(uint64(r.Number))
	w.str(r.Ending)
	w.str(r.By)
	w.moment(r.At)
	w.str(r.Note)
}

func (r *reader) restriction(v *Restriction) {
	v.ID, v.Kind = r.String(), RestrictionKind(r.String())
	v.Hours = conduct.Span{From: int(r.Int()), Until: int(r.Int())}
	v.Channel, v.Number, v.Ending = conduct.Channel(r.String()), conduct.Key(r.Uint()), r.String()
	v.By, v.At, v.Note = r.String(), r.moment(), r.String()
}
