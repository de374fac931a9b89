package plan

import (
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of a plan's binary form.
const version = 1

// AppendBinary appends the plan's binary form, which Read takes back: the terms and lines as they were signed, and what became of them.
func (p *Plan) AppendBinary(dst []byte) []byte {
	dst = pack.String(pack.String(append(dst, version), p.ID), p.Account)
	dst = p.Contract.append(dst)
	dst = moment(moment(pack.String(dst, string(p.State)), p.Since), p.SignedAt)
	dst = pack.Int(pack.Int(dst, p.PaidMinor), p.CarriedMinor)
	return pack.String(pack.Uint(dst, uint64(p.Breaches)), p.Reason)
}

// Read reads a plan that AppendBinary wrote. Damage is latched in the reader; it is never a panic.
func Read(r *pack.Reader) Plan {
	if v := r.Byte(); v != version {
		r.Fail(fmt.Errorf("plan: version %d, this program reads %d", v, version))
		return Plan{}
	}
	p := Plan{ID: r.String(), Account: r.String()}
	p.Contract.read(r)
	p.State, p.Since, p.SignedAt = State(r.String()), readMoment(r), readMoment(r)
	p.PaidMinor, p.CarriedMinor, p.Breaches, p.Reason = r.Int(), r.Int(), int(r.Uint()), r.String()
	if _, known := table[p.State]; r.Err() == nil && !known {
		r.Fail(errors.New("plan: unknown state"))
	}
	if r.Err() == nil && (p.PaidMinor < 0 || p.PaidMinor > 2*maxPaid || p.CarriedMinor < 0 || p.CarriedMinor > maxPaid || p.Breaches < 0) {
		r.Fail(errors.New("plan: what was paid is out of bounds"))
	}
	if r.Err() != nil {
		return Plan{}
	}
	return p
}

func (c *Contract) append(dst []byte) []byte {
	dst = c.Schedule.Terms.append(dst)
	dst = pack.Uint(dst, uint64(len(c.Schedule.Lines)))
	for _, l := range c.Schedule.Lines {
		dst = moment(pack.Uint(dst, uint64(l.Month)), l.Due)
		for _, n := range []int64{l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.ChargedMinor, l.LeftMinor} {
			dst = pack.Int(dst, n)
		}
	}
	for _, b := range []bool{c.Charges.Stated, c.Charges.AnnualFee, c.Charges.Interest, c.Charges.OtherFees, c.NoNewCard, c.AbilityExceeded, c.Willing} {
		dst = pack.Bool(dst, b)
	}
	for _, s := range []string{c.Rights, c.Breach, c.Other, string(c.Form), c.Recording} {
		dst = pack.String(dst, s)
	}
	return pack.Int(pack.Uint(dst, uint64(c.GraceDays)), c.ToleranceMinor)
}

func (c *Contract) read(r *pack.Reader) {
	c.Schedule.Terms.read(r)
	if n := r.Count(1); n > MaxMonths {
		r.Fail(fmt.Errorf("plan: %d lines where at most %d are kept", n, MaxMonths))
	} else if n > 0 {
		c.Schedule.Lines = make([]Line, n)
	}
	for i := range c.Schedule.Lines {
		l := &c.Schedule.Lines[i]
		l.Month, l.Due = int(r.Uint()), readMoment(r)
		l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.ChargedMinor, l.LeftMinor = r.Int(), r.Int(), r.Int(), r.Int(), r.Int()
	}
	c.Charges = Charges{r.Bool(), r.Bool(), r.Bool(), r.Bool()}
	c.NoNewCard, c.AbilityExceeded, c.Willing = r.Bool(), r.Bool(), r.Bool()
	c.Rights, c.Breach, c.Other, c.Form, c.Recording = r.String(), r.String(), r.String(), Form(r.String()), r.String()
	c.GraceDays, c.ToleranceMinor = int(r.Uint()), r.Int()
	if r.Err() == nil && (!c.Schedule.inBounds() || c.GraceDays < 0 || c.GraceDays > maxGrace || c.ToleranceMinor < 0 || c.ToleranceMinor > maxMinor) {
		r.Fail(errors.New("plan: amounts, months or days are out of bounds"))
	}
}

// maxGrace bounds what is believed as days of grace.
const maxGrace = 366

// inBounds reports whether a schedule from outside can be reckoned with.
func (s Schedule) inBounds() bool {
	t, month := s.Terms, 0
	if t.Months < 0 || t.Months > MaxMonths || t.DeferMonths < 0 || t.DeferMonths > MaxMonths {
		return false
	}
	for _, l := range s.Lines {
		for _, n := range []int64{l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.ChargedMinor, l.LeftMinor} {
			if n < 0 || n > maxPaid {
				return false
			}
		}
		if l.Month <= month || l.Month > MaxMonths {
			return false
		}
		month = l.Month
	}
	return true
}

func (t *Terms) append(dst []byte) []byte {
	dst = append(pack.String(dst, string(t.Kind)), t.Currency[:]...)
	for _, n := range []int64{t.PrincipalMinor, t.InterestMinor, t.FeesMinor, int64(t.Rate), int64(t.PlanRate), int64(t.Months), int64(t.DeferMonths)} {
		dst = pack.Int(dst, n)
	}
	dst = pack.Int(pack.Int(moment(dst, t.FirstDue), t.WaivedInterestMinor), t.WaivedFeesMinor)
	return pack.Bool(dst, t.InterestOnInterest)
}

func (t *Terms) read(r *pack.Reader) {
	t.Kind, t.Currency = Kind(r.String()), card.Currency{r.Byte(), r.Byte(), r.Byte()}
	t.PrincipalMinor, t.InterestMinor, t.FeesMinor, t.Rate, t.PlanRate = r.Int(), r.Int(), r.Int(), Rate(r.Int()), Rate(r.Int())
	t.Months, t.DeferMonths, t.FirstDue = int(r.Int()), int(r.Int()), readMoment(r)
	t.WaivedInterestMinor, t.WaivedFeesMinor, t.InterestOnInterest = r.Int(), r.Int(), r.Bool()
}

func moment(dst []byte, m card.Moment) []byte {
	return pack.Int(pack.Int(dst, m.UnixMilli), int64(m.OffsetMinutes))
}

func readMoment(r *pack.Reader) card.Moment {
	return card.Moment{UnixMilli: r.Int(), OffsetMinutes: int16(r.Int())}
}
