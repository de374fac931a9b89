package figures

import (
	"hash/fnv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The bounds of a Book's memory. Accounts, segments and groups beyond them are left out and counted in Missed.
const (
	maxAccounts = 5_000_000
	maxGroups   = 2_000
)

// Dimension is by what figures are told apart.
type Dimension string

// The dimensions. Cohort is the month of an account's first statement; a tier has what was done in it, and no stock.
const (
	Whole     Dimension = ""
	ByTier    Dimension = "tier"
	ByCohort  Dimension = "cohort"
	BySegment Dimension = "segment"
	// ByArm has what was done in the arms of the experiments that run, and no stock.
	ByArm Dimension = "arm"
)

// Group is some of the accounts in one currency: amounts of two do not add up.
type Group struct {
	Currency card.Currency
	By       Dimension
	Value    string
}

// Book counts. Make it with New.
type Book struct {
	// Arms tells the arm of a customer in each experiment that had begun at a moment; nil when there is none.
	Arms     func(customer string, at card.Moment) map[string]alerts.Arm
	accounts map[uint64]*account
	// segments are the customers', by names that are kept once.
	segments map[uint64]string
	names    map[string]string
	groups   map[Group]*series
	month    Month
	missed   int64
}

// account is what the figures have to remember of one.
type account struct {
	currency card.Currency
	segment  string
	cohort   Month
	// billedAt and tieredAt keep an older record from undoing a newer one.
	billedAt, tieredAt int64
	balance            int64
	bucket, band       uint8
	// startBand is the band in which the account began month, cured that it has become current since.
	month     Month
	startBand uint8
	cured     bool
	// spoken says that somebody called or visited since the account fell due.
	spoken bool
	// contacted is the last month of any contact.
	contacted Month
}

// New makes an empty book.
func New() *Book {
	return &Book{accounts: map[uint64]*account{}, segments: map[uint64]string{}, names: map[string]string{}, groups: map[Group]*series{}}
}

// ahead is how far a record's own clock may run before the reader's: a wrong one must not end a month.
const ahead = 24 * time.Hour

// Hear takes in a record's body; those that say nothing about collecting change nothing. now is the reader's time.
func (b *Book) Hear(body card.Body, now card.Moment) {
	at := body.Meta().At
	if at.Sub(now) > ahead {
		b.missed++
		return
	}
	switch body := body.(type) {
	case *card.Customer:
		b.customer(body)
	case *card.Statement:
		b.statement(body)
	case *detectors.Collection:
		b.collection(body)
	case *alerts.Conduct:
		b.conduct(body)
	}
}

// hash stands for an account, or for a customer when account is empty. Among five million, two share a hash once in a million banks.
func hash(customer, account string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(customer + "\x00" + account)) // a hash never fails
	return h.Sum64()
}

func (b *Book) customer(c *card.Customer) {
	key := hash(c.Customer, "")
	if c.Segment == "" {
		delete(b.segments, key)
		return
	}
	name, known := b.names[c.Segment]
	if !known {
		name = strings.Clone(c.Segment)
		b.names[name] = name
	}
	b.segments[key] = name
}

func (b *Book) statement(s *card.Statement) {
	b.turn(MonthOf(s.At))
	key := hash(s.Customer, s.Account)
	a := b.accounts[key]
	if a == nil {
		if len(b.accounts) >= maxAccounts {
			b.missed++
			return
		}
		a = &account{currency: s.Currency, cohort: MonthOf(s.At), month: b.month, segment: b.segments[hash(s.Customer, "")]}
		b.accounts[key] = a
		b.stock(a, +1)
	}
	if s.At.UnixMilli < a.billedAt || s.Currency != a.currency {
		b.missed++
		return
	}
	bucket := uint8(min(s.CyclesPastDue, buckets-1))
	if a.billedAt > 0 && s.At.UnixMilli > a.billedAt && a.balance > 0 {
		b.each(a, func(t *Tally) {
			t.Billed[a.bucket] += a.balance
			if bucket > a.bucket {
				t.RolledOn[a.bucket] += a.balance
			}
		}, MonthOf(s.At))
	}
	b.stock(a, -1)
	a.billedAt, a.bucket, a.balance, a.segment = s.At.UnixMilli, bucket, s.BalanceMinor, b.segments[hash(s.Customer, "")]
	b.stock(a, +1)
}

func (b *Book) collection(c *detectors.Collection) {
	b.turn(MonthOf(c.At))
	a := b.accounts[hash(c.Customer, c.Account)]
	if a == nil || c.At.UnixMilli < a.tieredAt || c.Currency != a.currency {
		b.missed++
		return
	}
	a.begin(b.month)
	band := bandOf(c.Tier)
	if band == bandCurrent && a.startBand > bandGrace && !a.cured && MonthOf(c.At) == a.month {
		a.cured = true
		self := !a.spoken
		b.each(a, func(t *Tally) {
			t.Cured++
			if self {
				t.SelfCured++
			}
		}, a.month)
	}
	if band == bandCurrent {
		a.spoken = false
	}
	b.stock(a, -1)
	a.tieredAt, a.band = c.At.UnixMilli, band
	b.stock(a, +1)
}

// begin notes in which band an account began a month, when the month's first record about it comes: nothing moved it before.
func (a *account) begin(m Month) {
	if a.month != m {
		a.month, a.startBand, a.cured = m, a.band, false
	}
}

// turn ends the months before m: what stands becomes theirs, and what is late then is what the next one has to cure.
func (b *Book) turn(m Month) {
	if b.month == 0 {
		b.month = m
	}
	if m-b.month > Months {
		b.month = m - Months
	}
	for ; b.month < m; b.month++ {
		for _, s := range b.groups {
			if t := s.at(b.month); t != nil {
				t.Stock = s.now
			}
			if t := s.at(b.month + 1); t != nil {
				t.Late = sum(s.now.Accounts[bandMild:])
			}
		}
	}
}

// stock adds an account to what stands in its groups, or takes it out.
func (b *Book) stock(a *account, sign int64) {
	for _, g := range a.groups() {
		if s := b.series(g); s != nil {
			s.now.add(a.band, a.balance, sign)
		}
	}
}

// groups are those that an account is in.
func (a *account) groups() []Group {
	list := append(make([]Group, 0, 4), Group{a.currency, Whole, ""}, Group{a.currency, ByCohort, a.cohort.String()})
	if a.segment != "" {
		list = append(list, Group{a.currency, BySegment, a.segment})
	}
	return list
}

// each counts something in a month of every group of an account, and of further ones.
func (b *Book) each(a *account, count func(*Tally), m Month, further ...Group) {
	for _, g := range append(a.groups(), further...) {
		if s := b.series(g); s != nil {
			if t := s.at(m); t != nil {
				count(t)
			}
		}
	}
}

func (b *Book) series(g Group) *series {
	s := b.groups[g]
	if s == nil {
		if len(b.groups) >= maxGroups {
			b.missed++
			return nil
		}
		s = &series{}
		b.groups[g] = s
	}
	return s
}
