package detectors

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// stateVersion is the first byte of a state's binary form; a reader knows all from oldestState on. 2 told no segment, 3 no salary.
const (
	stateVersion = 4
	oldestState  = 2
)

// AppendBinary appends the state's binary form.
func (s *State) AppendBinary(dst []byte) []byte {
	dst = append(dst, stateVersion)
	dst = s.Profile.append(dst)
	dst = pack.Uint(dst, uint64(len(s.Cards)))
	for i := range s.Cards {
		dst = s.Cards[i].append(dst)
	}
	dst = pack.Uint(dst, uint64(s.Forgotten))
	dst = pack.Uint(dst, uint64(len(s.sealed)+len(s.Accounts)))
	for i := range s.sealed {
		dst = s.sealed[i].AppendBinary(dst)
	}
	for i := range s.Accounts {
		dst = s.Accounts[i].AppendBinary(dst)
	}
	dst = appendIncidents(appendIncidents(dst, s.Incidents), s.Shadows)
	return s.seen.append(dst)
}

func appendIncidents(dst []byte, open []Incident) []byte {
	dst = pack.Uint(dst, uint64(len(open)))
	for i := range open {
		dst = open[i].append(dst)
	}
	return dst
}

// UnmarshalBinary replaces the state by one that AppendBinary wrote, in this version or one that is still read, using the memory of
// the old one; data is not kept. After an error the state is undefined: Reset it or decode another value.
func (s *State) UnmarshalBinary(data []byte) error {
	r := pack.NewReader(data)
	v, segment := r.Byte(), s.Profile.Segment
	s.Reset()
	if r.Err() == nil && (v < oldestState || v > stateVersion) {
		return fmt.Errorf("detectors: state has version %d, this program reads %d to %d", v, oldestState, stateVersion)
	}
	s.Profile = readProfile(r, v, segment)
	for range bounded(r, 16, MaxCards) {
		s.addCard().read(r, v)
	}
	s.Forgotten = uint32(r.Uint())
	for range bounded(r, 8, ledger.MaxAccounts) {
		s.addSealed().Read(r)
	}
	for range bounded(r, 16, maxIncidents) {
		s.Incidents = append(s.Incidents, readIncident(r, v, Live))
	}
	if v > 2 {
		for range bounded(r, 16, maxShadows) {
			s.Shadows = append(s.Shadows, readIncident(r, v, Shadow))
		}
	}
	s.seen.read(r)
	if err := r.Done(); err != nil {
		return fmt.Errorf("detectors: damaged state of %d bytes: %w", len(data), err)
	}
	return nil
}

func bounded(r *pack.Reader, size, most int) int {
	n := r.Count(size)
	if n > most {
		r.Fail(fmt.Errorf("detectors: %d entries where at most %d are kept", n, most))
		return 0
	}
	return n
}

// append writes a profile that is not there as one zero byte.
func (p *Profile) append(dst []byte) []byte {
	known := *p != Profile{}
	dst = pack.Bool(dst, known)
	if !known {
		return dst
	}
	dst = p.Home.Append(pack.Fixed64(dst, p.UpdatedAt.Word()))
	dst = pack.String(append(pack.Int(dst, p.MonthlyIncomeMinor), p.Currency[:]...), p.Segment)
	if dst = pack.Int(dst, p.SalaryMinor); p.SalaryMinor == 0 {
		return dst
	}
	return pack.Fixed64(dst, p.SalaryAt.Word())
}

// readProfile reads a profile of a version. There are few segments, so the one of the state read before is mostly the
// same string and need not be made anew.
func readProfile(r *pack.Reader, v byte, segment string) Profile {
	if !r.Bool() {
		return Profile{}
	}
	p := Profile{UpdatedAt: card.MomentOfWord(r.Fixed64()), Home: window.ReadSpot(r), MonthlyIncomeMinor: r.Int(),
		Currency: card.Currency{r.Byte(), r.Byte(), r.Byte()}}
	if v > 2 {
		name := r.Bytes()
		if p.Segment = segment; string(name) != segment {
			p.Segment = string(name)
		}
	}
	if v > 3 {
		if p.SalaryMinor = r.Int(); p.SalaryMinor != 0 {
			p.SalaryAt = card.MomentOfWord(r.Fixed64())
		}
	}
	return p
}

func (c *CardState) append(dst []byte) []byte {
	dst = append(pack.Uint(dst, uint64(len(c.ID))), c.ID...)
	dst = c.Window.AppendBinary(dst)
	dst = pack.Uint(dst, uint64(len(c.Exemptions)))
	for _, e := range c.Exemptions {
		dst = pack.Int(pack.Fixed64(append(dst, byte(e.kind)), e.key), e.Until)
	}
	return c.Witness.append(pack.Int(pack.Int(dst, c.TightUntil), c.SettledAt))
}

func (c *CardState) read(r *pack.Reader, version byte) {
	c.ID = append(c.ID, r.Bytes()...)
	c.Window.Read(r)
	for range bounded(r, 10, maxExemptions) {
		c.Exemptions = append(c.Exemptions, Exemption{kind: scopeKind(r.Byte()), key: r.Fixed64(), Until: r.Int()})
	}
	c.TightUntil = r.Int()
	if version > 2 {
		c.SettledAt = r.Int()
		c.Witness.read(r)
	}
}

func appendMoment(dst []byte, m card.Moment) []byte {
	return pack.Int(pack.Int(dst, m.UnixMilli), int64(m.OffsetMinutes))
}

func readMoment(r *pack.Reader) card.Moment {
	return card.Moment{UnixMilli: r.Int(), OffsetMinutes: int16(r.Int())}
}
