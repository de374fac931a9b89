package alerts

import "strings"

// The GSM 03.38 default alphabet (one septet a character) and its extension table (two).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// GSM7 reports whether a text fits the GSM 03.38 alphabet with its extension. One character outside, such as any Chinese one,
// makes the whole message UCS-2.
func GSM7(text string) bool {
	for _, r := range text {
		if !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtended, r) {
			return false
		}
	}
	return true
}

// Parts is how many text messages a text takes: 160 septets alone or 153 a part in GSM-7, 70 UTF-16 units alone or 67 a part
// in UCS-2 (3GPP TS 23.038 and 23.040). A character is never cut in two.
func Parts(text string) int {
	width, alone, part := ucs2Width, 70, 67
	if GSM7(text) {
		width, alone, part = gsmWidth, 160, 153
	}
	total, parts, used := 0, 1, 0
	for _, r := range text {
		w := width(r)
		total += w
		if used+w > part {
			parts, used = parts+1, 0
		}
		used += w
	}
	if total <= alone {
		return 1
	}
	return parts
}

func gsmWidth(r rune) int {
	if strings.ContainsRune(gsmExtended, r) {
		return 2
	}
	return 1
}

func ucs2Width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
