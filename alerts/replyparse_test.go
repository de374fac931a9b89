package alerts_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
)

func TestParseReply(t *testing.T) {
	texts := map[alerts.Answer][]string{
		alerts.Yes: {
			"y", "Y", "yes", " Yes. ", "YES!", "yess", "yse", "yeah", "1", "１", "Ｙ", "ＹＥＳ", "是", "是的", "是。", "本人", "是本人",
			"是我", "是我本人操作", "确认", "對", "yes it was me", "Yes, I did this", "y\u200b", "这笔是我刷的",
		},
		alerts.No: {
			"n", "N", "no", "No!", "nope", "not me", "2", "２", "Ｎ", "否", "不是", "不是我", "非本人", "不是本人", "不是我操作的",
			"我没有消费", "no it wasn't me", "no i did not", "didn’t do it", "盗刷",
		},
		alerts.Stop:    {"stop", "STOP", "Stop.", "t", "TD", "td", "退订", "退訂", "unsubscribe please", "退订谢谢"},
		alerts.Help:    {"help", "HELP?", "帮助", "幫助", "info"},
		alerts.Suspect: {"no idea what this shop sold", "not in Harbin", "我没去过哈尔滨", "没问题", "no stop"},
		alerts.Unclear: {
			"", "  ", "...", "YES NO", "no yes", "yes i did not", "是不是", "不，是本人", "1 2", "12", "👍", "maybe", "ok", "yes harbin",
			"hello", "是否", "yes stop", strings.Repeat("x", 1600), strings.Repeat("😀", 400),
		},
	}
	for want, list := range texts {
		for _, words := range list {
			got, mark := alerts.ParseReply(words)
			require.Equal(t, string(want), string(got), "%.40q", words)
			require.Empty(t, mark, "%.40q", words)
		}
	}
}

func TestParseReplyFindsTheMark(t *testing.T) {
	for words, want := range map[string]alerts.Answer{
		"Y7F": alerts.Yes, "y 7f": alerts.Yes, "7F yes": alerts.Yes, "是7F": alerts.Yes, "Ｙ７Ｆ": alerts.Yes,
		"N7F": alerts.No, "no 7F": alerts.No, "不是7F": alerts.No, "7F": alerts.Unclear,
	} {
		got, mark := alerts.ParseReply(words)
		require.Equal(t, want, got, words)
		require.Equal(t, "7F", mark, words)
	}
}

func TestParseReplyForgivesSlips(t *testing.T) {
	for words, want := range map[string]alerts.Answer{
		"yesss": alerts.Yes, "yrs": alerts.Yes, "yews": alerts.Yes, "YSE!": alerts.Yes, "yeha": alerts.Yes,
		"nooo": alerts.No, "nopeee": alerts.No, "fruad": alerts.No, "ddint": alerts.No,
		"yet": alerts.Unclear, "yesterday": alerts.Unclear, "eyes": alerts.Unclear, "know": alerts.Unclear, "now": alerts.Unclear,
		"转人工": alerts.Person, "轉人工": alerts.Person, "我要人工客服": alerts.Person, "AGENT": alerts.Person, "yes agent": alerts.Person,
		"不是我 转人工": alerts.No, "不对": alerts.No, "不是我本人": alerts.No, "是，對的": alerts.Yes, "確認": alerts.Yes,
	} {
		got, mark := alerts.ParseReply(words)
		require.Equal(t, string(want), string(got), "%q", words)
		require.Empty(t, mark, "%q", words)
	}
}

func TestSlipsInAMarkAreNotForgiven(t *testing.T) {
	for _, words := range []string{"Y 77F", "Y F7", "Y 7FF", "Y7"} {
		answer, mark := alerts.ParseReply(words)
		require.NotEqual(t, alerts.Yes, answer, words)
		require.NotEqual(t, "7F", mark, words)
	}
}

func FuzzParseReply(f *testing.F) {
	for _, words := range []string{"yes", "不是本人", "Y7F", "\xff\xfe", "!~", "’’", "转人工", "nooo 3A", "ｙｅｓ　ｎｏ"} {
		f.Add(words)
	}
	aMark := regexp.MustCompile(`^([3-9][A-Z])?$`)
	f.Fuzz(func(t *testing.T, words string) {
		answer, mark := alerts.ParseReply(words)
		require.Regexp(t, aMark, mark)
		require.Contains(t, []alerts.Answer{
			alerts.Yes, alerts.No, alerts.Stop, alerts.Help, alerts.Person, alerts.Suspect, alerts.Unclear,
		}, answer)
		// A text with a word against it is never a yes, whatever else it holds; nor does more text make one of it.
		for _, no := range []string{" no", "不是", " not me", " ｎｏ"} {
			worse, _ := alerts.ParseReply(words + no)
			require.NotEqual(t, alerts.Yes, worse, "%q", words+no)
		}
		if strings.ContainsAny(words, "不非否没沒未") {
			require.NotEqual(t, alerts.Yes, answer)
		}
		// What is typed in capitals or twice means the same.
		if answer == alerts.Yes || answer == alerts.No {
			twice, _ := alerts.ParseReply(words + " " + words)
			require.Equal(t, answer, twice)
		}
	})
}
