package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const ownWording = `
desk:
  bank_name: {zh-CN: 星河银行, en: Galaxy Bank}
  templates:
    ask_sms:
      version: 2
      zh-CN: "【{bank}】尾号{card}的卡于{when}有{what}，是您吗？回Y是，回N否，退订回T。"
      en: "{bank}: Card {card} had {what}, {when}. You? Y yes, N no, STOP ends."
`

func TestTemplatesArePreviewedAsTheBankWordsThem(t *testing.T) {
	code, stdout, stderr := silence(t, "templates", "preview", "-c", file(t, "c.yaml", ownWording), "--lang", "en")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, "ask_sms · en · Prompt by SMS, version 2, the bank's own wording\n"+
		"  Galaxy Bank: Card 1234 had a charge of CNY 1,880.00 in Shenzhen at Corner Shop, 1 Mar 14:00. You? Y yes, N no, STOP ends.\n")
	require.NotContains(t, stdout, "【", "one language")

	code, stdout, stderr = silence(t, "templates", "preview", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	var rows []previewRow
	require.NoError(t, json.Unmarshal([]byte(stdout), &rows))
	for _, r := range rows {
		require.NotEmpty(t, r.Typical.Text)
		most := map[string]int{"en": 1, "zh-CN": 2}[r.Language]
		require.True(t, r.AppOnly || r.Longest.Parts <= most, "%s in %s", r.Template, r.Language)
	}
	code, _, stderr = silence(t, "templates", "preview", "--lang", "fr")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "--lang takes zh-CN or en")
}

func TestABadWordingIsRefusedWithItsLine(t *testing.T) {
	bad := file(t, "c.yaml", `
desk:
  templates:
    ask_sms:
      version: 2
      zh-CN: "【{bank}】尾号{card}的卡于{when}有{what}，是您吗？回Y是，回N否，退订回T。"
      en: "{bank}: Card {card} had {what}, {when}. You? Y, N or STOP. See bank.cn/help"
`)
	code, _, stderr := silence(t, "config", "check", "-c", bad)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, `c.yaml:7:7: desk.templates.ask_sms.en: holds a link: "bank.cn"`)
}
