package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// RuleTopic holds the life cycle of the rule sets, keyed by a set's version. It is not among Topics: its one partition is the order in which
// people acted, it belongs to no customer, and its values may be larger.
const RuleTopic = "cardwatch.rule.v1"

// MaxRuleBytes is the longest value of RuleTopic that is read.
const MaxRuleBytes = 256 << 10

// ruleRecord is an event of RuleTopic as JSON.
type ruleRecord struct {
	Version  *int            `json:"schema_version,omitempty"`
	ID       string          `json:"event_id"`
	Set      string          `json:"rule_set"`
	Verb     lifecycle.Verb  `json:"verb"`
	At       string          `json:"at"`
	Actor    string          `json:"actor"`
	Note     string          `json:"note,omitempty"`
	Rule     string          `json:"rule,omitempty"`
	SHA256   string          `json:"sha256,omitempty"`
	Rules    json.RawMessage `json:"rules,omitempty"`
	Evidence json.RawMessage `json:"evidence,omitempty"`
}

// RuleHash is the hash of a set's text, whatever white space is in it.
func RuleHash(text []byte) (string, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return "", fmt.Errorf("wire: a rule set's text is no JSON: %w", err)
	}
	sum := sha256.Sum256(compact.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

// AppendRule appends the record of cardwatch.rule.v1. It fails when the text or the evidence is no JSON.
func AppendRule(dst []byte, e *lifecycle.Event) ([]byte, error) {
	value, err := appendObject(dst, ruleRecord{
		ID: e.ID, Set: e.Set, Verb: e.Verb, At: e.At.String(), Actor: e.Actor, Note: e.Note, Rule: e.Rule, SHA256: e.SHA256, Rules: e.Text,
		Evidence: e.Evidence,
	})
	if err != nil {
		return dst, fmt.Errorf("wire: write a rule event: %w", err)
	}
	return value, nil
}

// DecodeRule reads a record of cardwatch.rule.v1. Errors are *RejectError.
func DecodeRule(key, value []byte) (lifecycle.Event, error) {
	var none lifecycle.Event
	reject := func(r Reason, field string) (lifecycle.Event, error) {
		return none, &RejectError{Reason: r, Field: field}
	}
	var r ruleRecord
	if err := readObject(value, MaxRuleBytes, &r); err != nil {
		return none, err
	}
	at, err := card.ParseMoment(r.At)
	if err != nil {
		return reject(BadTime, fAt.String())
	}
	if holdClearPAN(r.Note, r.Actor, r.Set, r.Rule, r.ID) {
		return reject(ClearPAN, "")
	}
	if string(key) != r.Set {
		return reject(KeyMismatch, fRuleSet.String())
	}
	if r.Version != nil && *r.Version != 1 {
		return reject(UnsupportedVersion, fSchemaVersion.String())
	}
	if len(r.Rules) > 0 {
		if hash, err := RuleHash(r.Rules); err != nil || hash != r.SHA256 {
			return reject(BadValue, "sha256")
		}
		var set struct{ Version string }
		if err := json.Unmarshal(r.Rules, &set); err != nil || set.Version != r.Set {
			return reject(BadValue, "rules") // alerts would name another set than the one that was approved
		}
	}
	return lifecycle.Event{
		ID: r.ID, Set: r.Set, Verb: r.Verb, At: at, Actor: r.Actor, Note: r.Note, Rule: r.Rule, SHA256: r.SHA256, Text: r.Rules, Evidence: r.Evidence,
	}, nil
}
