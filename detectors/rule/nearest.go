package rule

import (
	"fmt"
	"maps"
	"slices"
)

// didYouMean proposes the name that a person most likely meant, if one is at most two slips away.
func didYouMean(word string, names names) string {
	best, least := "", 3
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if d := slips(word, name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean {%s}?", best)
}

// slips is Levenshtein's distance.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			next := min(row[j]+1, row[j-1]+1, diagonal)
			if a[i-1] != b[j-1] {
				next = min(row[j]+1, row[j-1]+1, diagonal+1)
			}
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}
