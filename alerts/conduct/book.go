package conduct

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Book is the packs that a bank works by: those that are shipped, with its own figures. It is made once and only read.
type Book struct{ packs map[PackID]Pack }

// NewBook tightens the shipped packs by a bank's own figures. Safest is the strictest of the packs as the bank has them, and may be
// tightened further. The error joins everything that is wrong, each with its pack and rule; without overrides there is none.
func NewBook(own map[PackID]Overrides) (Book, error) {
	b := Book{packs: map[PackID]Pack{}}
	var problems []error
	add := func(p Pack) {
		p, err := Tighten(p, own[p.ID])
		if err != nil {
			problems = append(problems, err)
		}
		b.packs[p.ID] = p
	}
	var list []Pack
	for _, place := range places {
		add(place.pack())
		list = append(list, b.packs[place.id])
	}
	add(Strictest(list...))
	for _, id := range slices.Sorted(maps.Keys(own)) {
		if _, known := PackOf(id); !known {
			problems = append(problems, fmt.Errorf("%s: there is no pack of this name", id))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return Book{}, err
	}
	return b, nil
}

// Pack is the pack of a region: China's for "", the strictest of all for one that nobody knows. The zero Book has none, and the pack that it
// gives allows nothing.
func (b *Book) Pack(region string) Pack {
	id := PackID(region)
	if region == "" {
		id = CN
	}
	if p, known := b.packs[id]; known {
		return p
	}
	return b.packs[Safest]
}

// Packs are all packs in the order of the shipped ones.
func (b *Book) Packs() (packs []Pack) {
	for _, place := range places {
		packs = append(packs, b.packs[place.id])
	}
	return append(packs, b.packs[Safest])
}
