package alerts

import (
	"strings"
	"unicode"
)

const (
	// maxMerchantRunes is as much of a merchant's name as a message has room for; a shorter rest than minMerchantRunes names nobody.
	maxMerchantRunes = 24
	minMerchantRunes = 4
	// maxMerchantDigits is how many digits a name may hold: five are a bank's hotline ("95588").
	maxMerchantDigits = 4
)

// merchantName is a merchant's name as a message may carry it, empty when it may not. A thief picks the name of his own shop,
// and the bank's name stands above it: what reads as a link, a telephone number or another sender is not passed on.
func merchantName(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if strings.Contains(name, "//") {
		return ""
	}
	digits, dotted := 0, false
	for _, r := range name {
		switch {
		case !unicode.IsPrint(r), strings.ContainsRune("【】@/\\", r), dotted && unicode.IsLetter(r):
			return ""
		case unicode.IsNumber(r):
			digits++
		}
		dotted = strings.ContainsRune(".．。｡", r)
	}
	if digits > maxMerchantDigits {
		return ""
	}
	return firstRunes(name, maxMerchantRunes)
}

// firstRunes cuts a text to at most n runes.
func firstRunes(s string, n int) string {
	runes := []rune(s)
	return strings.TrimSpace(string(runes[:min(len(runes), n)]))
}
