package rule

import (
	"fmt"
	"strings"
)

// Name is something that expressions may use, for people and for editors.
type Name struct {
	Name string `json:"name"`
	// Type is CEL's, a helper's with its arguments; Where is use (when, score, reasons), past (a window's where) or helper.
	Type  string `json:"type"`
	Where string `json:"where"`
	Doc   string `json:"doc"`
}

// Names lists what expressions may use besides CEL's own operators and functions.
func Names() (all []Name) {
	for _, scope := range []struct {
		where     string
		variables []variable
	}{{"use", ofUse()}, {"past", ofPast()}} {
		for i := range scope.variables {
			v := &scope.variables[i]
			all = append(all, Name{v.name, v.celType().String(), scope.where, v.doc})
		}
	}
	return append(all,
		Name{fnKm, "(place or city, place or city) -> double", "helper", "kilometres between two places; a rule that asks about an unknown one does not fire"},
		Name{fnKnown, "(place or city) -> bool", "helper", "the place can be measured from"},
		Name{fnMCCIn, "(group) -> bool", "helper", fmt.Sprintf("the merchant category is in a group: %s", strings.Join(groupNames(), ", "))},
		Name{fnLocalHour, "(timestamp) -> int", "helper", "hour of day of a time, where the use happened"},
	)
}
