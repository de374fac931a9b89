package wire

var (
	fieldsByName = makeFieldsByName()
	quotedNames  = makeQuotedNames()
	tags         = makeTags()
)

func makeFieldsByName() map[string]field {
	byName := make(map[string]field, fieldCount)
	for f := noField + 1; f < fieldCount; f++ {
		byName[fieldNames[f]] = f
	}
	return byName
}

// makeQuotedNames gives each name as it stands in compact JSON: quoted, with its colon.
func makeQuotedNames() (quoted [fieldCount]string) {
	for f := noField + 1; f < fieldCount; f++ {
		quoted[f] = `"` + fieldNames[f] + `":`
	}
	return quoted
}

// tagSize is that of the longest name between a comma and a colon, in whole words.
const tagSize = 24

// tag is a name as it stands between two members of compact JSON, with its comma and colon: three words to compare without a
// branch for each byte, and the bits of them that count.
type tag struct {
	words, bits [tagSize / 8]uint64
	size        int
}

func makeTags() (all [fieldCount]tag) {
	all[noField].bits[0] = ^uint64(0) // so that no text starts with it
	for f := noField + 1; f < fieldCount; f++ {
		text := "," + quotedNames[f]
		var name, bits [tagSize]byte
		for i := range copy(name[:], text) {
			bits[i] = 0xff
		}
		for i := range all[f].words {
			all[f].words[i] = word(name[8*i:])
			all[f].bits[i] = word(bits[8*i:])
		}
		all[f].size = len(text)
	}
	return all
}

// starts reports whether b, which has tagSize bytes at least, starts with the tag.
func (l *tag) starts(b []byte) bool {
	b = b[:tagSize]
	return (word(b)^l.words[0])&l.bits[0]|
		(word(b[8:])^l.words[1])&l.bits[1]|
		(word(b[16:])^l.words[2])&l.bits[2] == 0
}
