package alerts

import (
	"slices"
	"strings"
	"unicode"
)

// ParseReply reads what a customer typed: an answer, and the mark of the prompt it names ("7F"), empty when it names none.
//
// Only a text made of nothing but yes words, or nothing but no words, is an answer; both in one text are Unclear. A no word
// among words that are not known is Suspect: too little to block a card on, too much to ignore. Slips of the finger are forgiven in
// words for yes and no, never in a mark.
func ParseReply(text string) (answer Answer, mark string) {
	has, mark := wordsIn(text)
	switch {
	case has[Stop] && !has[Yes] && !has[No]:
		return Stop, mark
	case has[Person] && !has[No]:
		return Person, mark
	case has[Yes] && has[No]:
		return Unclear, mark
	case has[No] && (has[Unclear] || has[Stop]):
		return Suspect, mark
	case has[No]:
		return No, mark
	case has[Yes] && !has[Unclear] && !has[Stop]:
		return Yes, mark
	case has[Help] && !has[Yes]:
		return Help, mark
	default:
		return Unclear, mark
	}
}

// wordsIn finds which kinds of word a text holds, unknown ones as Unclear, and the mark it ends with naming.
func wordsIn(text string) (has map[Answer]bool, mark string) {
	has = map[Answer]bool{}
	for _, word := range replyWords(text) {
		switch kind, known := kindOf(word); {
		case known:
			has[kind] = true
		case isMark(word):
			mark = strings.ToUpper(word)
		case !slices.Contains(fillers, word):
			has[Unclear] = true
		}
	}
	return has, mark
}

// kindOf is what a word says, itself or as a slip for another. No comes first: it is the side to err on.
func kindOf(word string) (kind Answer, known bool) {
	for _, list := range wordLists {
		if slices.Contains(list.words, word) {
			return list.kind, true
		}
	}
	switch {
	case slices.Contains(fillers, word):
		return "", false
	case slipOf(word, noWords, noStems):
		return No, true
	case slipOf(word, yesWords, yesStems):
		return Yes, true
	}
	return "", false
}

// The words that count, as published banks accept them (notes/reliability-security.md row 42, fraud.md §(e)), with common
// slips. Chinese words are matched longest first, so 不是 is never taken for 是, nor 非本人 for 本人.
var (
	noWords = []string{
		"n", "no", "noo", "nno", "nope", "nah", "not", "2", "didnt", "dont", "wasnt", "isnt", "never", "fraud",
		"不是", "不是我本人", "非我本人", "非本人", "不是本人", "不对", "不對", "不", "否", "非", "没", "没有", "沒有", "未", "盗刷", "盜刷",
	}
	yesWords = []string{
		"y", "yes", "yess", "yees", "yse", "ys", "yea", "yeah", "yep", "yup", "1",
		"是", "是的", "是我", "本人", "是本人", "对", "对的", "對", "确认", "確認",
	}
	stopWords = []string{"stop", "stopall", "unsubscribe", "td", "t", "退订", "退訂"}
	helpWords = []string{"help", "info", "帮助", "幫助"}
	// Whoever asks for a person is given one, whatever else they say but no.
	personWords = []string{"agent", "person", "human", "operator", "人工", "转人工", "轉人工", "客服", "人工客服"}
	wordLists   = []wordList{{No, noWords}, {Yes, yesWords}, {Stop, stopWords}, {Help, helpWords}, {Person, personWords}}
	fillers     = []string{
		"it", "was", "is", "me", "my", "mine", "i", "did", "this", "that", "made", "do", "the", "thanks", "please",
		"我", "操作", "的", "交易", "刷", "消费", "消費", "这", "這", "笔", "筆", "做", "用", "了", "啊", "卡", "谢谢", "請", "请",
	}
)

// wordList is the words that say one thing.
type wordList struct {
	kind  Answer
	words []string
}

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
	const longest = 5
	for n := min(longest, len(runes)); n > 1; n-- {
		word := string(runes[:n])
		if slices.Contains(fillers, word) || slices.ContainsFunc(wordLists, func(l wordList) bool { return slices.Contains(l.words, word) }) {
			return word
		}
	}
	return string(runes[:1])
}

func splitMark(word string) []string {
	n := len(word)
	if n <= 2 || !isMark(word[n-2:]) {
		return []string{word}
	}
	if _, answers := kindOf(word[:n-2]); answers {
		return []string{word[:n-2], word[n-2:]}
	}
	return []string{word}
}
