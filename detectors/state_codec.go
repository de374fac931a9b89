package detectors

import (
	"fmt"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// stateVersion is the first byte of a state's binary form; a reader refuses others.
const stateVersion = 1

// AppendBinary appends the state's binary form.
func (s *State) AppendBinary(dst []byte) []byte {
	dst = append(dst, stateVersion)
	dst = s.Profile.append(dst)
	dst = pack.Uint(dst, uint64(len(s.Cards)))
	for i := range s.Cards {
		dst = s.Cards[i].append(dst)
	}
	dst = pack.Uint(dst, uint64(s.Forgotten))
	dst = pack.Uint(dst, uint64(len(s.Accounts)))
	for i := range s.Accounts {
		dst = s.Accounts[i].AppendBinary(dst)
	}
	dst = pack.Uint(dst, uint64(len(s.Incidents)))
	for i := range s.Incidents {
		dst = s.Incidents[i].append(dst)
	}
	return s.seen.append(dst)
}

// UnmarshalBinary replaces the state by one that AppendBinary wrote, using the memory of the old one; data is not kept.
// After an error the state is undefined: Reset it or decode another value.
func (s *State) UnmarshalBinary(data []byte) error {
	r := pack.NewReader(data)
	if v := r.Byte(); v != stateVersion && r.Err() == nil {
		return fmt.Errorf("detectors: state has version %d, this program reads %d", v, stateVersion)
	}
	timezone, segment := s.Profile.Timezone, s.Profile.Segment
	s.Reset()
	s.Profile = readProfile(r, timezone, segment)
	for range bounded(r, 16, MaxCards) {
		s.addCard().read(r)
	}
	s.Forgotten = uint32(r.Uint())
	for range bounded(r, 8, ledger.MaxAccounts) {
		s.Accounts = append(s.Accounts, ledger.Read(r))
	}
	for range bounded(r, 16, maxIncidents) {
		s.Incidents = append(s.Incidents, readIncident(r))
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
	dst = appendMoment(dst, p.UpdatedAt)
	dst = p.Home.Append(dst)
	dst = pack.String(dst, p.Timezone)
	dst = pack.Int(dst, p.MonthlyIncomeMinor)
	dst = append(dst, p.Currency[:]...)
	dst = append(dst, byte(p.Language))
	return pack.String(dst, p.Segment)
}

func readProfile(r *pack.Reader, timezone, segment string) Profile {
	if !r.Bool() {
		return Profile{}
	}
	return Profile{
		UpdatedAt: readMoment(r), Home: window.ReadSpot(r), Timezone: keepBytes(timezone, r.Bytes()),
		MonthlyIncomeMinor: r.Int(), Currency: card.Currency{r.Byte(), r.Byte(), r.Byte()},
		Language: card.Language(r.Byte()), Segment: keepBytes(segment, r.Bytes()),
	}
}

func (c *CardState) append(dst []byte) []byte {
	dst = append(pack.Uint(dst, uint64(len(c.ID))), c.ID...)
	dst = c.Window.AppendBinary(dst)
	dst = pack.Uint(dst, uint64(len(c.Exemptions)))
	for _, e := range c.Exemptions {
		dst = pack.Int(pack.Fixed64(append(dst, byte(e.kind)), e.key), e.Until)
	}
	return pack.Int(dst, c.TightUntil)
}

func (c *CardState) read(r *pack.Reader) {
	c.ID = append(c.ID, r.Bytes()...)
	c.Window.Read(r)
	for range bounded(r, 10, maxExemptions) {
		c.Exemptions = append(c.Exemptions, Exemption{kind: scopeKind(r.Byte()), key: r.Fixed64(), Until: r.Int()})
	}
	c.TightUntil = r.Int()
}

func appendMoment(dst []byte, m card.Moment) []byte {
	return pack.Int(pack.Int(dst, m.UnixMilli), int64(m.OffsetMinutes))
}

func readMoment(r *pack.Reader) card.Moment {
	return card.Moment{UnixMilli: r.Int(), OffsetMinutes: int16(r.Int())}
}

// keep copies a string that may be a view, unless the old one says the same.
func keep(old, s string) string {
	if old == s {
		return old
	}
	return strings.Clone(s)
}

func keepBytes(old string, b []byte) string {
	if old == string(b) {
		return old
	}
	return string(b)
}
