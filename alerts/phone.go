package alerts

// Phone is an E.164 number. Every way of printing it shows the last two digits only; a channel that has to dial uses Reveal.
type Phone string

// String masks all but the last two digits.
func (p Phone) String() string {
	if len(p) < 4 {
		return "••"
	}
	return "••••••" + string(p[len(p)-2:])
}

// GoString masks as String does, so that %#v leaks nothing either.
func (p Phone) GoString() string { return p.String() }

// MarshalText masks as String does, so that a structured log leaks nothing either.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Reveal is the number itself, for the channel that dials it and the codec that stores it.
func (p Phone) Reveal() string { return string(p) }
