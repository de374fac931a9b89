package alerts

import (
	"slices"
	"strings"
	"unicode"
)

// ParseReply reads what a customer typed: an answer, and the mark of the prompt it names ("7F"), empty when it names none.
//
// Only a text made of nothing but yes words, or nothing but no words, is an answer; both in one text are Unclear. A no word
// among words that are not known is Suspect: too little to block a card on, too much to ignore.
func ParseReply(text string) (answer Answer, mark string) {
	var has struct{ yes, no, stop, help, other bool }
	for _, word := range replyWords(text) {
		switch {
		case slices.Contains(noWords, word):
			has.no = true
		case slices.Contains(yesWords, word):
			has.yes = true
		case slices.Contains(stopWords, word):
			has.stop = true
		case slices.Contains(helpWords, word):
			has.help = true
		case isMark(word):
			mark = strings.ToUpper(word)
		case !slices.Contains(fillers, word):
			has.other = true
		}
	}
	switch {
	case has.yes && has.no:
		return Unclear, mark
	case has.stop && !has.yes && !has.no:
		return Stop, mark
	case has.no && (has.other || has.stop):
		return Suspect, mark
	case has.no:
		return No, mark
	case has.yes && !has.other && !has.stop:
		return Yes, mark
	case has.help && !has.yes:
		return Help, mark
	default:
		return Unclear, mark
	}
}

// The words that count, as published banks accept them (notes/reliability-security.md row 42, fraud.md §(e)), with common
// slips. Chinese words are matched longest first, so 不是 is never taken for 是, nor 非本人 for 本人.
var (
	noWords = []string{
		"n", "no", "noo", "nno", "nope", "nah", "not", "2", "didnt", "dont", "wasnt", "isnt", "never", "fraud",
		"不是", "非本人", "不是本人", "不", "否", "非", "没", "没有", "沒有", "未", "盗刷", "盜刷",
	}
	yesWords = []string{
		"y", "yes", "yess", "yees", "yse", "ys", "yea", "yeah", "yep", "yup", "1",
		"是", "是的", "是我", "本人", "是本人", "对", "对的", "對", "确认", "確認",
	}
	stopWords = []string{"stop", "stopall", "unsubscribe", "td", "t", "退订", "退訂"}
	helpWords = []string{"help", "info", "帮助", "幫助"}
	fillers   = []string{
		"it", "was", "is", "me", "my", "mine", "i", "did", "this", "that", "made", "do", "the", "thanks", "please",
		"我", "操作", "的", "交易", "刷", "消费", "消費", "这", "這", "笔", "筆", "做", "用", "了", "啊", "卡", "谢谢", "請", "请",
	}
)

// isMark recognises the marks that newMark makes.
func isMark(word string) bool {
	return len(word) == 2 && word[0] >= '3' && word[0] <= '9' && word[1] >= 'a' && word[1] <= 'z'
}

// replyWords cuts a text into words: runs of Latin letters and digits, lower case, and Chinese words; a mark typed on to its
// answer ("Y7F") is cut off. Full-width forms are folded, apostrophes dropped; anything else is a word of its own kind, so
// that an emoji is not taken for silence.
func replyWords(text string) []string {
	var words []string
	var latin strings.Builder
	flush := func() {
		if latin.Len() > 0 {
			words = append(words, splitMark(latin.String())...)
			latin.Reset()
		}
	}
	runes := []rune(fold(text))
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			latin.WriteRune(r)
			i++
			continue
		case r == '\'' || r == '’':
			i++
			continue
		}
		flush()
		switch {
		case unicode.Is(unicode.Han, r):
			word := longestHan(runes[i:])
			words = append(words, word)
			i += len([]rune(word))
			continue
		case !unicode.IsSpace(r) && !unicode.IsPunct(r):
			words = append(words, string(r))
		}
		i++
	}
	flush()
	return words
}

// fold lowers case, turns full-width forms into ASCII and drops invisible characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '\u3000':
			r = ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// longestHan is the longest known word at the front, else the first character.
func longestHan(runes []rune) string {
	const longest = 4
	for n := min(longest, len(runes)); n > 1; n-- {
		word := string(runes[:n])
		for _, list := range [][]string{noWords, yesWords, stopWords, helpWords, fillers} {
			if slices.Contains(list, word) {
				return word
			}
		}
	}
	return string(runes[:1])
}

func splitMark(word string) []string {
	if n := len(word); n > 2 && isMark(word[n-2:]) {
		return []string{word[:n-2], word[n-2:]}
	}
	return []string{word}
}
