package alerts

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Flag is a fact about a customer or a debt that staff have learned, and that changes who works the account and who may be contacted.
type Flag string

// The flags.
const (
	// Hardship is a customer who wants to pay and at present cannot.
	Hardship Flag = "hardship"
	// Vulnerable is a customer who by illness, age or circumstances needs more care than others (FCA CONC 7.2; notes/collections.md §3.2).
	Vulnerable Flag = "vulnerable"
	// Disputed is a debt that its customer objects to; it is verified before anything else (2011 办法 art. 69).
	Disputed Flag = "dispute"
	// Complaint is an open complaint about how the customer was treated.
	Complaint Flag = "complaint"
	// Cease is a customer who has asked in writing not to be contacted about debts (Reg F 1006.6(c)).
	Cease Flag = "cease"
	// Lawyer is a customer who is represented: contact goes to the lawyer.
	Lawyer     Flag = "lawyer"
	Bankruptcy Flag = "bankruptcy"
	Deceased   Flag = "deceased"
	// Incapacity is a customer who cannot act for themselves.
	Incapacity Flag = "incapacity"
	// Crisis is a customer in danger, of their own hand or another's.
	Crisis Flag = "crisis"
)

// flagRule is what a flag means to the desk.
type flagRule struct {
	// debt says that the flag is about one account; others are about the customer, and so about every account.
	debt bool
	// care is how urgently the person needs care: 3 before 2 before 1, 0 for flags that say nothing of it.
	care int
	// line is where the flag takes an account; empty leaves it where it is.
	line Line
	// suppressed says that nobody has anything to do for the account until the flag is taken back.
	suppressed bool
}

// flagRules says what every flag means. Where they go is our own choice, after notes/collections.md §3.2 and the suppressions of §1.5.
var flagRules = map[Flag]flagRule{
	Hardship:   {care: 1, line: LineHardship},
	Vulnerable: {care: 2, line: LineHardship},
	Incapacity: {care: 2, line: LineHardship},
	Crisis:     {care: 3, line: LineHardship},
	Disputed:   {debt: true, line: LineDisputes},
	Complaint:  {line: LineDisputes},
	Cease:      {suppressed: true},
	Lawyer:     {suppressed: true},
	Bankruptcy: {suppressed: true},
	Deceased:   {suppressed: true},
}

// Flags lists every flag, those about the person first.
func Flags() []Flag {
	return []Flag{Hardship, Vulnerable, Incapacity, Crisis, Complaint, Disputed, Cease, Lawyer, Bankruptcy, Deceased}
}

// Flagged is a flag that is set: by whom, when and why. It outlives the account's time in the queue.
type Flagged struct {
	Flag Flag
	// Account is the debt that it is about; empty when it is about the customer.
	Account string
	By      string
	At      card.Moment
	Note    string
}

// FlagsOf lists the flags that hold for an account: its own and the customer's, oldest first.
func (s *State) FlagsOf(account string) (set []Flag) {
	for i := range s.Flags {
		if f := &s.Flags[i]; f.Account == "" || f.Account == account {
			set = append(set, f.Flag)
		}
	}
	return set
}

// flagCommand sets a flag or takes it back. Both need a note: whoever meets the account next has to know why. The account need not be in
// the queue: a customer may tell of their trouble before anything is due.
func (st *step) flagCommand(cmd *Command) Refusal {
	rule, known := flagRules[cmd.Flag]
	if !known || cmd.Note == "" {
		return RefusedBadArgument
	}
	about := ""
	if rule.debt {
		about = cmd.Account
	}
	at := slices.IndexFunc(st.s.Flags, func(f Flagged) bool { return f.Flag == cmd.Flag && f.Account == about })
	act := ActFlagged
	switch {
	case cmd.Verb == SetFlag && at < 0 && len(st.s.Flags) >= maxFlags:
		return RefusedTooMany
	case cmd.Verb == SetFlag && at < 0:
		st.s.Flags = append(st.s.Flags, Flagged{clone(cmd.Flag), clone(about), clone(cmd.Actor), st.now, clone(cmd.Note)})
		st.moved(FlagMoved, cmd.Account, "", string(clone(cmd.Flag)), "")
		st.conduct(Conduct{Account: clone(cmd.Account), Kind: FlagSet, Flag: string(clone(cmd.Flag)), Actor: clone(cmd.Actor)})
	case cmd.Verb == ClearFlag && at >= 0:
		act = ActUnflagged
		st.s.Flags = slices.Delete(st.s.Flags, at, at+1)
		st.moved(FlagMoved, cmd.Account, string(clone(cmd.Flag)), "", "")
		st.conduct(Conduct{Account: clone(cmd.Account), Kind: FlagCleared, Flag: string(clone(cmd.Flag)), Actor: clone(cmd.Actor)})
	default:
		return RefusedWrongState
	}
	if e := st.s.Entry(cmd.Account); e != nil {
		st.note(&e.History, act, clone(cmd.Actor), string(cmd.Flag)+": "+cmd.Note)
	}
	return ""
}
