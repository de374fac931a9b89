package alerts

import (
	"slices"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// debt is what the terms of the records about one account run from (conduct.Pack.Custody). The Key of an account that nobody knows is zero:
// what is known of a customer who never owed anything.
type debt struct {
	key conduct.Key
	// activity is the last thing that was done about it: whatever cardwatch.conduct.v1 tells of.
	activity card.Moment
	// done is since when nothing is overdue, and no plan, complaint or dispute is open; unknown while something is.
	done card.Moment
	// kept says that everything has gone but plans whose recordings are kept longer.
	kept bool
}

func (w *writer) debt(d *debt) {
	w.uint(uint64(d.key))
	w.moment(d.activity)
	w.moment(d.done)
	w.bool(d.kept)
}

func (r *reader) debt(d *debt) {
	d.key, d.activity, d.done, d.kept = conduct.Key(r.Uint()), r.moment(), r.moment(), r.Bool()
}

// The classes of records that are erased, as Conduct.Flag names them.
const (
	// ErasedRecording is the reference to the recording that an oral plan consists of.
	ErasedRecording = conduct.PlanRecording
	// ErasedProcess is who was contacted, told, promised or paid what about a debt; what staff knew of the customer goes with the last of them.
	ErasedProcess = conduct.ProcessData
)

// trackDebts keeps, after every event, since when each debt's records are needed no more. A debt is tracked from the first record about it on;
// for one that an older release has left, the terms begin now, which is the longer side.
func (st *step) trackDebts() {
	s := st.s
	recorded := s.recordedDebts()
	acted := st.actedOn()
	if len(recorded) == 0 && len(acted) == 0 && len(s.debts) == 0 {
		return
	}
	open := s.openDebts()
	for _, key := range append(recorded, acted...) {
		if !slices.ContainsFunc(s.debts, func(d debt) bool { return d.key == key }) {
			s.debts = append(s.debts, debt{key: key, activity: st.now})
		}
	}
	for i := range s.debts {
		d := &s.debts[i]
		switch {
		case open(d.key):
			d.done, d.kept = card.Moment{}, false
		case d.done.IsZero():
			d.done = st.now
		}
	}
	for _, key := range acted {
		d := find(s.debts, func(d *debt) bool { return d.key == key })
		d.activity, d.kept = st.now, false
	}
}

// actedOn are the debts about which something was done in this step.
func (st *step) actedOn() (keys []conduct.Key) {
	for i := range st.out.Conduct {
		if c := &st.out.Conduct[i]; c.Kind != Erased {
			keys = append(keys, conduct.KeyOf(c.Account))
		}
	}
	return keys
}

// openDebts says which debts still have something open. A complaint is about how the customer was treated, and so about every debt.
func (s *State) openDebts() func(conduct.Key) bool {
	open, complaint := map[conduct.Key]bool{}, false
	for i := range s.Queue {
		open[conduct.KeyOf(s.Queue[i].Account)] = true
	}
	for i := range s.Plans {
		if p := &s.Plans[i]; !planOver(p) {
			open[conduct.KeyOf(p.Account)] = true
		}
	}
	for i := range s.Instalments {
		if i := &s.Instalments[i]; !i.State.Over() {
			open[conduct.KeyOf(i.Account)] = true
		}
	}
	for i := range s.Flags {
		if f := &s.Flags[i]; f.Account != "" {
			open[conduct.KeyOf(f.Account)] = true
		} else if f.Flag == Complaint {
			complaint = true
		}
	}
	return func(key conduct.Key) bool { return complaint || open[key] }
}

// recordedDebts are the debts about which the state holds a record that is erased one day, each once.
func (s *State) recordedDebts() (keys []conduct.Key) {
	last := ""
	about := func(account string) {
		if account == last {
			return // records of one account stand together; a hash each would be too dear
		}
		last = account
		if key := conduct.KeyOf(account); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for i := range s.Queue {
		about(s.Queue[i].Account)
	}
	for i := range s.Plans {
		about(s.Plans[i].Account)
	}
	for i := range s.Instalments {
		about(s.Instalments[i].Account)
	}
	for i := range s.Received {
		about(s.Received[i].Account)
	}
	for i := range s.Flags {
		if account := s.Flags[i].Account; account != "" {
			about(account)
		}
	}
	for i := range s.Messages {
		if m := &s.Messages[i]; m.Purpose == Service {
			about(m.Account)
		}
	}
	for _, key := range s.Contacts.Debts() {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && len(s.debts) == 0 && s.knowsOfCustomer() {
		keys = []conduct.Key{0}
	}
	return keys
}

// knowsOfCustomer reports whether staff have written something down about the customer that goes with the last debt.
func (s *State) knowsOfCustomer() bool {
	return slices.ContainsFunc(s.Flags, func(f Flagged) bool { return !flagRules[f.Flag].suppressed || f.Note != "" }) ||
		slices.ContainsFunc(s.Restrictions, func(r Restriction) bool { return r.Note != "" })
}

// passRetention erases what conduct.Pack.Custody says may no longer be kept, and says that it did. What stops contact is no such record: a STOP
// or a third party's refusal that is forgotten would open what the law has closed, so of these the reasons go and the word stays.
func (st *step) passRetention() {
	s := st.s
	if len(s.debts) == 0 {
		return
	}
	pack := st.policy.PackOf(s)
	var left []debt
	for _, d := range s.debts {
		for i := range s.Plans {
			if p := &s.Plans[i]; p.Contract.Recording != "" && d.about(p.Account) && st.due(d.recordingKept(&pack, p)) {
				p.Contract.Recording = ""
				st.erased(p.Account, ErasedRecording)
			}
		}
		if st.due(d.processKept(&pack)) {
			if !st.eraseProcess(&d) {
				continue
			}
			d.kept = true
		}
		left = append(left, d)
	}
	if s.debts = left; left == nil && st.eraseOfCustomer() {
		st.erased("", ErasedProcess)
	}
}

// eraseProcess erases what was done about a debt, but for plans whose recordings have to be kept; it reports whether there are any.
func (st *step) eraseProcess(d *debt) (kept bool) {
	s, account := st.s, ""
	gone := s.Contacts.Erase(d.key)
	about := func(of string) bool {
		if !d.about(of) {
			return false
		}
		account, gone = of, true
		return true
	}
	s.Messages = without(s.Messages, func(m *Message) bool { return m.Purpose == Service && !m.Waiting() && about(m.Account) })
	s.Received = without(s.Received, func(r *Received) bool { return about(r.Account) })
	s.Instalments = without(s.Instalments, func(i *plan.Instalment) bool { return about(i.Account) })
	s.Plans = without(s.Plans, func(p *plan.Plan) bool {
		held := d.about(p.Account) && p.Contract.Recording != ""
		kept = kept || held
		return !held && about(p.Account)
	})
	if gone {
		st.erased(account, ErasedProcess)
	}
	return kept
}

// eraseOfCustomer erases what staff knew of the customer, and why contact was stopped; it reports whether there was anything.
func (st *step) eraseOfCustomer() bool {
	s := st.s
	if !s.knowsOfCustomer() {
		return false
	}
	s.Flags = without(s.Flags, func(f *Flagged) bool { return !flagRules[f.Flag].suppressed })
	for i := range s.Flags {
		s.Flags[i].Note = ""
	}
	for i := range s.Restrictions {
		s.Restrictions[i].Note = ""
	}
	return true
}

// without is a list without some elements; nil when none are left, as the codec has it.
func without[T any](list []T, is func(*T) bool) (left []T) {
	for i := range list {
		if !is(&list[i]) {
			left = append(left, list[i])
		}
	}
	return left
}

func (st *step) erased(account string, class conduct.RecordKind) {
	st.conduct(Conduct{Account: account, Kind: Erased, Flag: string(class), Actor: ActorClock})
}

func (d *debt) about(account string) bool { return conduct.KeyOf(account) == d.key }

// processKept is until when the data on a debt's process are kept, recordingKept until when a plan's recording is; unknown while something is
// open. A plan's recording is one of a call or visit, too: the longer term counts.
func (d *debt) processKept(p *conduct.Pack) card.Moment {
	return d.keptUntil(p, conduct.Record{Kind: conduct.ProcessData})
}

func (d *debt) recordingKept(p *conduct.Pack, of *plan.Plan) card.Moment {
	until := d.keptUntil(p, conduct.Record{Kind: conduct.Recording, Made: of.SignedAt})
	if oral := d.keptUntil(p, conduct.Record{Kind: conduct.PlanRecording, Made: of.SignedAt}); until.Before(oral) {
		return oral
	}
	return until
}

func (d *debt) keptUntil(p *conduct.Pack, r conduct.Record) card.Moment {
	r.LastActivity, r.Done = d.activity, d.done
	if d.done.IsZero() {
		return card.Moment{}
	}
	_, until, _ := p.Custody(r, d.done)
	return until
}

// retentionWakes are the moments at which records have to go.
func (p *Policy) retentionWakes(s *State, consider func(card.Moment)) {
	if len(s.debts) == 0 {
		return
	}
	pack := p.PackOf(s)
	for i := range s.debts {
		d := &s.debts[i]
		if !d.kept {
			consider(d.processKept(&pack))
		}
		for j := range s.Plans {
			if of := &s.Plans[j]; of.Contract.Recording != "" && d.about(of.Account) {
				consider(d.recordingKept(&pack, of))
			}
		}
	}
}
