package alerts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Wording is a bank's own text for a template, in place of the shipped one.
type Wording struct {
	// Version is above that of the shipped wording, and rises with every change of words: messages and providers name it.
	Version int    `yaml:"version"`
	Zh      string `yaml:"zh-CN"`
	En      string `yaml:"en"`
}

// appOnly are the templates that never go out as text messages, which may be longer.
var appOnly = map[TemplateID]bool{AskApp: true, PaymentReminder: true, InstalmentOffer: true, PromiseReminder: true, PromiseComing: true}

const (
	// A text message that is English is one part, one that is Chinese two; see Render. maxAppRunes is what a push shows when opened.
	maxPartsEn, maxPartsZh = 1, 2
	maxAppRunes            = 320
)

// forbidden is what an imitator's message would hold: customers learn that the bank's never does. Runs of five digits are a telephone
// number or more of a card than its end, whatever stands between them.
var forbidden = []struct {
	what string
	text *regexp.Regexp
}{
	{"a link", regexp.MustCompile(`(?i)://|\bwww\.|\b[a-z0-9-]+\.(com|cn|net|org|info|io|cc|top|xyz|me|hk|tw)\b|click|点击`)},
	{"a telephone number, or more of a card than its last four", regexp.MustCompile(`[0-9](?:[ ().+-]*[0-9]){4}`)},
	{"a request for a code or password", regexp.MustCompile(
		`(?i)验证码|驗證碼|校验码|动态码|密码|密碼|口令|安全码|\bcodes?\b|\bpin\b|passwords?|passcode|\botp\b|\bcvv2?\b`)},
}

var placeholders = regexp.MustCompile(`\{[^{}]*\}`)

// mustSay is how a text message is answered: a question that does not say so cannot be.
var mustSay = map[TemplateID]struct{ zh, en []string }{
	AskSMS:   {[]string{"Y", "N", "退订"}, []string{"Y", "N", "STOP"}},
	HelpText: {[]string{"Y", "N", "退订"}, []string{"Y", "N", "STOP"}},
	AskWhich: {[]string{"Y", "N"}, []string{"Y", "N"}},
}

// checkTemplates joins what is wrong with the bank's own wordings, each with its key and the rule it breaks.
func (p Policy) checkTemplates(add func(bad bool, format string, args ...any)) {
	for _, id := range sortedIDs(p.Templates) {
		w, key := p.Templates[id], "templates."+string(id)
		shipped, known := templates[id]
		if !known {
			add(true, "%s: there is no such template; they are %s", key, strings.Join(templateNames(), ", "))
			continue
		}
		add(w.Version <= shipped.version, "%s.version: %d must be above %d, the version of the shipped wording", key, w.Version, shipped.version)
		for _, problem := range p.checkWording(id, template{w.Version, w.Zh, w.En}) {
			add(true, "%s.%w", key, problem)
		}
	}
}

// checkWording holds a template's texts against every rule; each problem begins with the language.
func (p Policy) checkWording(id TemplateID, t template) (problems []error) {
	for _, l := range []struct {
		key, text, shipped, bank string
		english                  bool
		say                      []string
	}{
		{"zh-CN", t.zh, templates[id].zh, "【{bank}】", false, mustSay[id].zh},
		{"en", t.en, templates[id].en, "{bank}: ", true, mustSay[id].en},
	} {
		for _, problem := range checkText(l.text, l.shipped, l.bank, l.say) {
			problems = append(problems, fmt.Errorf("%s: %w", l.key, problem))
		}
		if problem := p.checkLength(id, t, l.english); problem != nil {
			problems = append(problems, fmt.Errorf("%s: %w", l.key, problem))
		}
	}
	return problems
}

func checkText(text, shipped, bank string, say []string) (problems []error) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !strings.HasPrefix(text, bank) {
		add("must begin with %q: customers know a message by the bank's name", bank)
	}
	wanted, found := placeholders.FindAllString(shipped, -1), placeholders.FindAllString(text, -1)
	for _, hole := range slices.Compact(slices.Sorted(slices.Values(found))) {
		if !slices.Contains(wanted, hole) {
			add("%s is not known here; this template has %s", hole, strings.Join(slices.Compact(slices.Sorted(slices.Values(wanted))), " "))
		}
	}
	for _, hole := range slices.Compact(slices.Sorted(slices.Values(wanted))) {
		if !slices.Contains(found, hole) {
			add("leaves out %s", hole)
		}
	}
	bare := placeholders.ReplaceAllString(text, " ")
	if strings.ContainsAny(bare, "{}") {
		add("has a brace without its other one")
	}
	if i := strings.IndexFunc(bare, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		add("has a character that cannot be seen: %q", []rune(bare[i:])[0])
	}
	folded := fold(bare)
	for _, f := range forbidden {
		if hit := f.text.FindString(folded); hit != "" {
			add("holds %s: %q", f.what, hit)
		}
	}
	for _, word := range say {
		if !strings.Contains(bare, word) {
			add("does not say that %s is an answer", word)
		}
	}
	return problems
}

// checkLength measures a text with the longest values that can be.
func (p Policy) checkLength(id TemplateID, t template, english bool) error {
	text := p.write(t, id, worstArgs(id, english), english).Text
	switch n := Parts(text); {
	case appOnly[id] && len([]rune(text)) > maxAppRunes:
		return fmt.Errorf("has %d characters at worst, more than %d", len([]rune(text)), maxAppRunes)
	case appOnly[id]:
		return nil
	case english && !GSM7(text):
		return errors.New("has a character outside GSM-7, which would halve every text message")
	case english && n > maxPartsEn:
		return fmt.Errorf("takes %d text messages at worst (%d characters), more than %d", n, len([]rune(text)), maxPartsEn)
	case n > maxPartsZh:
		return fmt.Errorf("takes %d text messages at worst (%d characters), more than %d", n, len([]rune(text)), maxPartsZh)
	}
	return nil
}

func templateNames() []string {
	var names []string
	for _, id := range sortedIDs(templates) {
		names = append(names, string(id))
	}
	return names
}

func sortedIDs[V any](m map[TemplateID]V) []TemplateID {
	ids := make([]TemplateID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
