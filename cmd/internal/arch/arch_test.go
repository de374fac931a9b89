package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/cardwatch/cardwatch/"
	root   = "../../.."
)

// rooms says who may import whom: the most specific room that a package lies in decides. A room may always import itself.
// Tests may import more, since they put rooms together; only the program's own files are judged.
var rooms = map[string][]string{
	"detectors/card":      {},
	"detectors/pack":      {},
	"detectors/geo":       {},
	"detectors/window":    {"detectors/card", "detectors/geo", "detectors/pack"},
	"detectors/ledger":    {"detectors/card", "detectors/pack"},
	"detectors":           {"detectors/card", "detectors/geo", "detectors/pack", "detectors/window", "detectors/ledger"},
	"detectors/lifecycle": {"detectors/card"},
	// Rules that users write are detectors, too, but not part of the core: only who makes a monitor of a set needs their compiler.
	"detectors/rule": {"detectors", "detectors/card", "detectors/window"},
	"alerts":         {"detectors", "detectors/card", "detectors/geo", "detectors/pack", "alerts/conduct", "alerts/plan"},
	// The contact rules know nothing of cases and queues, so that a regulator can read them alone.
	"alerts/conduct": {"detectors/card", "detectors/pack"},
	// What a plan to pay back costs, whether it can be kept and how it ends; it knows nothing of cases and queues.
	"alerts/plan":     {"detectors/card", "detectors/pack"},
	"alerts/glossary": {"detectors/card", "detectors", "alerts"},
	// Quality counts what alerts turned out to be; it decides nothing, so the desk's core need not know it.
	"alerts/quality":  {"detectors", "detectors/card"},
	"alerts/figures":  {"alerts", "detectors", "detectors/card"},
	"alerts/explain":  {"alerts/glossary", "detectors", "detectors/card", "detectors/geo"},
	"alerts/channel":  {"alerts", "detectors/card"},
	"alerts/dispatch": {"alerts", "alerts/channel", "detectors/card"},
	"store":           {"alerts", "detectors", "detectors/card", "detectors/pack"},
	"stream/kafka":    {},
	"stream/broker":   {},
	"stream/wire":     {"alerts", "alerts/conduct", "alerts/plan", "detectors", "detectors/card", "detectors/geo", "detectors/lifecycle"},
	"stream/mapping":  {"stream/wire", "detectors/card", "detectors/geo", "alerts"},
	"stream":          {"store", "alerts", "detectors", "detectors/card", "detectors/pack", "stream/kafka", "stream/wire"},
	"stream/inspect":  {"stream", "stream/kafka", "store", "detectors/card"},
	"stream/rekey":    {"stream", "stream/kafka", "stream/mapping", "stream/wire"},
	// Both replay and back-test read histories.
	"stream/history":  {"detectors/card", "stream/wire"},
	"stream/backtest": {"stream/history", "stream/kafka", "stream/wire", "detectors", "detectors/card"},
	"stream/alertlog": {"stream/history", "stream/kafka", "stream/wire", "detectors"},
	"stream/replay":   {"stream/history", "stream", "stream/kafka", "stream/wire", "store", "alerts", "alerts/figures", "detectors", "detectors/card"},
	"stream/sim":      {"stream", "stream/kafka", "stream/wire", "store", "alerts", "alerts/channel", "alerts/dispatch", "detectors", "detectors/card"},
	"bench":           {"detectors", "detectors/card", "detectors/geo", "detectors/ledger", "detectors/window", "alerts", "alerts/channel", "alerts/dispatch", "store", "stream", "stream/broker", "stream/wire", "stream/kafka", "stream/replay"},
	"cmd":             {"detectors", "detectors/lifecycle", "detectors/rule", "detectors/card", "detectors/geo", "detectors/window", "alerts", "alerts/conduct", "alerts/channel", "alerts/dispatch", "alerts/glossary", "alerts/explain", "alerts/quality", "alerts/figures", "alerts/plan", "store", "stream", "stream/kafka", "stream/broker", "stream/wire", "stream/inspect", "stream/mapping", "stream/rekey", "stream/replay", "stream/history", "stream/backtest", "stream/alertlog", "bench"},
}

// pure are the rooms of functions (state, event) → (state, effects).
var pure = []string{"detectors", "alerts", "alerts/glossary", "alerts/explain", "alerts/quality", "alerts/conduct", "alerts/plan", "alerts/figures"}

// impure are the packages that a pure room may not import at all, and impureTime what it may not call of package time.
var (
	impure = []string{"os", "net", "log", "sync", "math/rand", "context", "unsafe"}
	// expressions is CEL: a function of its arguments, under a limit of cost, whose types detectors/rule alone handles.
	expressions = "cel.dev/cel-go/"
	impureTime  = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep", "LoadLocation"}
)

// source is one Go file of the program.
type source struct {
	path, dir string
	file      *ast.File
	tokens    *token.FileSet
}

func sources(t *testing.T) (list []source) {
	t.Helper()
	t.Chdir(root)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		tokens := token.NewFileSet()
		file, err := parser.ParseFile(tokens, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if generator(file) {
			return nil
		}
		list = append(list, source{path: path, dir: filepath.ToSlash(filepath.Dir(path)), file: file, tokens: tokens})
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(list), 100, "the walk found too little to mean anything")
	return list
}

// generator recognises a program that `go generate` runs: it is not part of its package.
func generator(file *ast.File) bool {
	return slices.ContainsFunc(file.Comments, func(c *ast.CommentGroup) bool {
		return strings.HasPrefix(c.List[0].Text, "//go:build ignore")
	})
}

func imports(s source) (paths []string) {
	for _, spec := range s.file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, path)
	}
	return paths
}

// roomOf is the most specific room of a package, "" when it lies in none.
func roomOf(dir string) string {
	for ; dir != "."; dir = filepath.ToSlash(filepath.Dir(dir)) {
		if _, ok := rooms[dir]; ok {
			return dir
		}
	}
	return ""
}

func TestTheHouse(t *testing.T) {
	all := sources(t)
	t.Run("rooms import only what they may", func(t *testing.T) {
		for _, s := range all {
			room := roomOf(s.dir)
			if !inHouse(s.dir) {
				continue
			}
			require.NotEmpty(t, room, "%s lies in no room", s.path)
			for _, path := range imports(s) {
				dir, ours := strings.CutPrefix(path, module)
				if other := roomOf(dir); ours && other != room && !slices.Contains(rooms[room], other) {
					t.Errorf("%s: %s may not import %s", s.path, room, other)
				}
			}
		}
	})
	t.Run("pure rooms are pure", func(t *testing.T) {
		for _, s := range all {
			if !isPure(s.dir) {
				continue
			}
			for _, path := range imports(s) {
				if s.dir == "detectors/rule" && strings.HasPrefix(path, expressions) {
					continue
				}
				if banned(path) || strings.Contains(path, ".") && !strings.HasPrefix(path, module) {
					t.Errorf("%s: a pure room may not import %s", s.path, path)
				}
			}
			for _, call := range timeCalls(s) {
				t.Errorf("%s: a pure room may not call time.%s: time is an argument", s.path, call)
			}
		}
	})
	t.Run("nothing happens before main", func(t *testing.T) {
		for _, s := range all {
			for _, d := range s.file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s: init() hides wiring; construct it in package app", s.path)
				}
			}
		}
	})
	t.Run("every package says what it owns", func(t *testing.T) {
		documented := map[string]bool{}
		for _, s := range all {
			documented[s.dir] = documented[s.dir] || s.file.Doc != nil
		}
		for dir, ok := range documented {
			require.True(t, ok, "%s has no package comment", dir)
		}
	})
	t.Run("open ends name their issue", func(t *testing.T) {
		unnamed := regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
		named := regexp.MustCompile(`\b(TODO|FIXME|XXX)\(#\d+\)`)
		for _, s := range all {
			for _, c := range s.file.Comments {
				if unnamed.MatchString(c.Text()) && !named.MatchString(c.Text()) {
					t.Errorf("%s: an open end without an issue's number", s.tokens.Position(c.Pos()))
				}
			}
		}
	})
}

func TestTheTopLevelIsGiven(t *testing.T) {
	t.Chdir(root)
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	given := []string{"cmd", "stream", "detectors", "store", "alerts", "bench", "go.mod", "go.sum", "README.md", "LICENSE", "NOTICE"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			require.Contains(t, given, e.Name())
		}
	}
}

func inHouse(dir string) bool {
	top, _, _ := strings.Cut(dir, "/")
	return slices.Contains([]string{"cmd", "stream", "detectors", "store", "alerts", "bench"}, top)
}

func isPure(dir string) bool {
	return slices.Contains(pure, dir) || strings.HasPrefix(dir, "detectors/")
}

func banned(path string) bool {
	return slices.ContainsFunc(impure, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

func timeCalls(s source) (calls []string) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && pkg.Obj == nil && slices.Contains(impureTime, sel.Sel.Name) {
			calls = append(calls, sel.Sel.Name)
		}
		return true
	})
	return calls
}
