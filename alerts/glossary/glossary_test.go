package glossary_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// kinds says which constants of a package need words: by their type, or, where they have none, by how their name begins.
var kinds = map[string]map[string]glossary.Kind{
	"../../detectors": {
		"ReasonCode": glossary.Reason, "Unit": glossary.Unit, "AlertState": glossary.AlertState, "Mode": glossary.Mode, "RuleMode": glossary.Mode,
		"Severity": glossary.Severity, "Action": glossary.Action, "Tier": glossary.Tier, "band": glossary.Band,
		"Class": glossary.Class,
	},
	"..": {
		"Answer": glossary.Answer, "ChannelKind": glossary.Channel, "Verb": glossary.Verb, "Disposition": glossary.Disposition,
		"SendOutcome": glossary.SendOutcome, "CardActionKind": glossary.CardAction, "CaseState": glossary.CaseState,
		"PromptState": glossary.PromptState, "PromiseState": glossary.PromiseState, "ActCode": glossary.Act,
		"PriorityCode": glossary.Priority, "Refusal": glossary.Refusal, "RuleID": glossary.Rule, "Outcome": glossary.Contact,
		"Purpose": glossary.Purpose, "TemplateID": glossary.Template, "Actor": glossary.Actor, "Reason": glossary.BlockReason, "Failure": glossary.Failure,
		"ClockKind": glossary.Clock, "ClockState": glossary.ClockState, "MatchField": glossary.MatchField, "MatchOp": glossary.MatchOp,
		"Line": glossary.Line, "RestReason": glossary.Rest, "Flag": glossary.Flag, "RestrictionKind": glossary.Restriction, "Arm": glossary.Arm, "StopReason": glossary.StopReason, "RankBy": glossary.RankBy, "Rank": glossary.Reason,
		"SilenceVerb": glossary.SilenceVerb, "SilenceState": glossary.SilenceState,
	},
	"../conduct": {
		"RuleID": glossary.Rule, "PackID": glossary.Pack, "Kind": glossary.RuleKind, "Outcome": glossary.Contact, "Flag": glossary.ContactFlag,
		"Result": glossary.ContactResult, "Channel": glossary.ContactChannel, "Party": glossary.ContactParty, "Purpose": glossary.ContactPurpose,
		"Scope": glossary.ContactScope, "Counted": glossary.ContactCounted, "RecordKind": glossary.Record, "Custody": glossary.Custody,
	},
	"../../detectors/lifecycle": {"State": glossary.RuleState, "Verb": glossary.RuleVerb, "Refusal": glossary.RuleRefusal},
	"../plan": {
		"Kind": glossary.PlanKind, "State": glossary.PlanState, "Act": glossary.PlanAct, "Effect": glossary.PlanEffect, "Refusal": glossary.PlanRefusal,
		"FindingCode": glossary.PlanFinding, "Missing": glossary.PlanMissing, "ProblemCode": glossary.PlanProblem, "BoundCode": glossary.PlanBound,
		"Form": glossary.PlanForm, "Job": glossary.Job, "OfferKind": glossary.OfferKind, "Collection": glossary.InterestPaid,
		"Shown": glossary.OfferShown, "InstalmentState": glossary.InstalmentState, "InstalmentAct": glossary.InstalmentAct,
		"InstalmentRefusal": glossary.Refusal, "RuleID": glossary.OfferRule, "ViolationCode": glossary.OfferViolation,
	},
	"../channel":  {"Reason": glossary.Failure},
	"../dispatch": {"Reason": glossary.Failure},
}

// codesIn finds the codes of a package's source: constants, and reasons written out as Code: "…".
func codesIn(t *testing.T, dir string) map[glossary.Kind][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	codes := map[glossary.Kind][]string{}
	add := func(kind glossary.Kind, value ast.Expr) {
		if lit, ok := value.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && code != "" {
				codes[kind] = append(codes[kind], code)
			}
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				for _, spec := range n.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.CONST && len(v.Values) == 1 {
						if kind, found := kindOf(dir, v); found {
							add(kind, v.Values[0])
						}
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" && strings.HasSuffix(dir, "detectors") {
					add(glossary.Reason, n.Value)
				}
			}
			return true
		})
	}
	return codes
}

func kindOf(dir string, v *ast.ValueSpec) (glossary.Kind, bool) {
	if typed, ok := v.Type.(*ast.Ident); ok {
		kind, found := kinds[dir][typed.Name]
		return kind, found
	}
	for prefix, kind := range kinds[dir] {
		if strings.HasPrefix(v.Names[0].Name, prefix) {
			return kind, true
		}
	}
	return "", false
}

func TestEveryCodeHasItsWords(t *testing.T) {
	for dir := range kinds {
		codes := codesIn(t, dir)
		for _, kind := range kinds[dir] {
			require.NotEmpty(t, codes[kind], "%s has codes of kind %s", dir, kind)
			for _, code := range codes[kind] {
				term, ok := glossary.Lookup(kind, code)
				require.True(t, ok, "add %q to alerts/glossary (used in %s)", string(kind)+"."+code, dir)
				require.NotEmpty(t, term.Zh, "%s.%s", kind, code)
				require.NotEmpty(t, term.En, "%s.%s", kind, code)
			}
		}
	}
}

func TestATermSpeaksBothLanguages(t *testing.T) {
	term, ok := glossary.Lookup(glossary.Tier, "mild")
	require.True(t, ok)
	require.Equal(t, "轻度逾期", term.In(card.Chinese))
	require.Equal(t, "Mild", term.In(card.English))
	_, ok = glossary.Lookup(glossary.Tier, "unheard_of")
	require.False(t, ok)
}
