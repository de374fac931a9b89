package gen

import (
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// draftKind is the topic a draft becomes a record of; the order is that of records in the same millisecond.
type draftKind uint8

const (
	isCustomer draftKind = iota
	isContact
	isStatement
	isPayment
	isTransaction
)

// draft is a planned record in small form; the strings are made when it is emitted.
type draft struct {
	// at is when it truly happened, occurred what the terminal's clock says, arrived when it reaches us; Unix milliseconds.
	at, occurred, arrived int64
	amount                int64
	// paidAt is when the salary of a customer's record came in, which amount tells.
	paidAt int64
	// nth is a payment's place in the month, or that of the one it takes back.
	nth uint8
	// bill is set for a statement alone.
	bill *bill
	// number is the customer's running number of events, original the one that a reversal or refund takes back.
	customer, number, original uint32
	merchant                   uint32
	episode                    uint32
	kind                       draftKind
	typ                        card.Type
	status                     card.Status
	entry                      card.EntryMode
	response                   uint8
	second                     bool
	attack                     attackIndex
	method                     card.PaymentMethod
	payment                    card.PaymentStatus
	// aside says that the cards' dice are not thrown for it.
	aside bool
}

// responses are the DE 39 codes that the bank answers with: approved, wrong PIN, do not honour, not sufficient funds,
// withdrawal limit exceeded, expired, restricted card.
var responses = [...]string{"00", "55", "05", "51", "61", "54", "62"}

const (
	respondApproved = iota
	respondWrongPIN
	respondDoNotHonour
	respondNoFunds
	respondOverLimit
	respondExpired
	respondRestricted
)

// record writes a draft out in the words of the contract. All ids of a record share one string.
func (b *Bank) record(d *draft) Record {
	c := &b.customers[d.customer]
	r := Record{Arrived: moment(d.arrived), Label: Label{Group: c.group, Habit: c.life.habit}}
	head := card.Head{At: moment(d.occurred)}
	var token, account string
	token, head.ID, account = b.ids(d)
	head.Customer = token
	switch d.kind {
	case isCustomer:
		profile := b.planner.profile(c, head)
		profile.SalaryMinor, profile.SalaryAt = d.amount, moment(d.paidAt)
		r.Body = profile
	case isContact:
		r.Body = b.planner.contact(c, head, d.customer)
	case isStatement:
		r.Body = d.bill.statement(c, head, account)
		r.Label.Missed = d.bill.missed
	case isPayment:
		p := &card.Payment{Head: head, Account: account, Amount: yuan(d.amount), Method: d.method, Status: d.payment}
		if d.payment == card.Reversed {
			p.Original = token + "v" + strconv.Itoa(int(d.original))
		}
		r.Body = p
	default:
		r.Body = b.transaction(d, head, account)
		if d.attack != noAttack {
			r.Label.Attack = attackNames[d.attack]
			r.Label.Episode = token + "e" + strconv.Itoa(int(d.episode))
		}
	}
	return r
}

func (b *Bank) transaction(d *draft, head card.Head, account string) *card.Transaction {
	m := &b.planner.merchants[d.merchant]
	t := &card.Transaction{
		Head: head, Account: account, Card: "k" + account[1:] + "a", Type: d.typ, Status: d.status, ResponseCode: responses[d.response],
		Amount: yuan(d.amount), MCC: m.mcc, Merchant: m.id, MerchantName: m.name, Terminal: m.terminal, Entry: d.entry, Place: m.place,
	}
	if d.second {
		t.Card = "k" + account[1:] + "b"
	}
	if d.original != 0 {
		t.Original = head.Customer + "t" + strconv.Itoa(int(d.original))
	}
	return t
}

// ids are the customer's token, the event_id and the account. A letter stands before every run of digits.
func (b *Bank) ids(d *draft) (token, event, account string) {
	const digits = len("c0000000")
	s := append(b.scratch[:0], "a0000000c0000000"...)
	for i, n := digits-1, d.customer; n > 0; i, n = i-1, n/10 {
		s[i] = '0' + byte(n%10)
		s[digits+i] = s[i]
	}
	s = append(s, "pksvt"[d.kind])
	s = strconv.AppendUint(s, uint64(d.number), 10)
	b.scratch = s
	all := string(s)
	return all[digits : 2*digits], all[digits:], all[:digits]
}

func moment(unixMilli int64) card.Moment {
	return card.Moment{UnixMilli: unixMilli, OffsetMinutes: chinaOffset}
}

var cny = card.Currency{'C', 'N', 'Y'}

func yuan(minor int64) card.Money { return card.Money{Minor: minor, Currency: cny} }
