package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	module = "bellhop"

	maxFileLines = 300 // tests may be longer: a story is read from top to bottom
	maxFuncLines = 40
)

// everything is the right to import any package of ours.
const everything = "..."

// places gives each package its place and, with it, the packages of ours it may import. Arrows point to
// monitor, which imports nothing of ours. Adapters do not know each other, but for apaleo, which builds
// probes, and watchlist, which builds what config.yaml names.
var places = map[string][]string{
	"":                          {"monitor/command"},
	"monitor":                   {},
	"monitor/probe":             {"monitor"},
	"monitor/apaleo":            {"monitor", "monitor/probe"},
	"monitor/apaleo/apaleotest": {},
	"monitor/rehearse":          {"monitor"},
	"monitor/traffic":           {"monitor"},
	"monitor/traffic/transport": {}, // the standard library only: see TestTransportCanBeCopied
	"monitor/watchlist": {
		"monitor", "monitor/probe", "monitor/apaleo",
		"notify", "notify/slack", "notify/webhook", "notify/pagerduty", "notify/alertmanager", "notify/template", "notify/heartbeat",
	},
	"monitor/store":          {"monitor"},
	"monitor/web":            {"monitor"},
	"monitor/bench":          {everything},
	"monitor/command":        {everything},
	"notify":                 {"monitor"},
	"notify/slack":           {"notify", "monitor"},
	"notify/slack/slacktest": {},
	"notify/webhook":         {"notify", "monitor"},
	"notify/pagerduty":       {"notify", "monitor"},
	"notify/alertmanager":    {"notify", "monitor"},
	"notify/template":        {"notify", "monitor"},
	"notify/heartbeat":       {"notify", "monitor"},
}

// forTests are what the tests of any package may import: the stand-ins, and, for stories of the whole, the
// watchlist that ships.
var forTests = []string{"monitor/apaleo/apaleotest", "notify/slack/slacktest", "monitor/apaleo", "monitor/probe"}

// TestTransportCanBeCopied ensures that what integrations take into their own code needs nothing but Go.
func TestTransportCanBeCopied(t *testing.T) {
	for _, p := range list(t) {
		if p.ImportPath != module+"/monitor/traffic/transport" {
			continue
		}
		if len(p.Imports) == 0 {
			t.Error("it imports nothing")
		}
		for _, path := range p.Imports {
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") || first == module {
				t.Errorf("it imports %s", path)
			}
		}
	}
}

// listed is what this test reads of `go list -json`.
type listed struct {
	ImportPath                         string
	Dir                                string
	Doc                                string
	Imports, TestImports, XTestImports []string
}

// TestArchitecture ensures that every package stands where places says, and that every file keeps the
// bounds of the house.
func TestArchitecture(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		t.Run(p.ImportPath, func(t *testing.T) {
			report(t, misplaced(name, p))
			files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				report(t, unkempt(t, file))
			}
		})
	}
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Doc,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

func report(t *testing.T, complaints []string) {
	t.Helper()
	for _, c := range complaints {
		t.Error(c)
	}
}

// misplaced says what is wrong with a package's place, its comment and its arrows.
func misplaced(name string, p listed) []string {
	allowed, ok := places[name]
	if !ok {
		return []string{fmt.Sprintf("package %s has no place: give it one in places, or move it", p.ImportPath)}
	}
	var wrong []string
	if p.Doc == "" {
		wrong = append(wrong, fmt.Sprintf("package %s has no package comment", p.ImportPath))
	}
	inTests := slices.Concat(allowed, forTests, []string{name})
	return slices.Concat(wrong, strays(p, p.Imports, allowed), strays(p, p.TestImports, inTests), strays(p, p.XTestImports, inTests))
}

func strays(p listed, imports, allowed []string) []string {
	var wrong []string
	for _, path := range imports {
		ours, ok := strings.CutPrefix(path, module+"/")
		if !ok && path != module || slices.Contains(allowed, everything) || slices.Contains(allowed, ours) {
			continue
		}
		wrong = append(wrong, fmt.Sprintf("%s must not import %s", p.ImportPath, path))
	}
	return wrong
}

// unkempt says which bounds of the house a file breaks.
func unkempt(t *testing.T, path string) []string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := untidy(filepath.Base(path), src)
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func untidy(name string, src []byte) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	wrong := inits(fset, file)
	if strings.HasSuffix(name, "_test.go") {
		return append(wrong, sleeps(fset, file)...), nil
	}
	if n := fset.File(file.Pos()).LineCount(); n > maxFileLines {
		wrong = append(wrong, fmt.Sprintf("%s: has %d lines, at most %d", name, n, maxFileLines))
	}
	return slices.Concat(wrong, long(fset, file), undocumented(fset, file)), nil
}

func inits(fset *token.FileSet, file *ast.File) []string {
	var wrong []string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			wrong = append(wrong, fmt.Sprintf("%s: func init: start-up has one order, and main says it", fset.Position(f.Pos())))
		}
	}
	return wrong
}

// sleeps finds time.Sleep in a test file that has no synctest bubble to sleep in.
func sleeps(fset *token.FileSet, file *ast.File) []string {
	for _, imp := range file.Imports {
		if imp.Path.Value == `"testing/synctest"` {
			return nil
		}
	}
	var wrong []string
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" && isIdent(sel.X, "time") {
			wrong = append(wrong, fmt.Sprintf("%s: time.Sleep: wait on a condition, or use testing/synctest", fset.Position(sel.Pos())))
		}
		return true
	})
	return wrong
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func long(fset *token.FileSet, file *ast.File) []string {
	var wrong []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := fset.Position(f.End()).Line - fset.Position(f.Type.Pos()).Line + 1; n > maxFuncLines {
			wrong = append(wrong, fmt.Sprintf("%s: %s has %d lines, at most %d", fset.Position(f.Pos()), f.Name.Name, n, maxFuncLines))
		}
	}
	return wrong
}

// undocumented finds exported names without a comment. A comment on a group of constants or variables
// stands for all of them; methods of an unexported type are documented by the interface they fill.
func undocumented(fset *token.FileSet, file *ast.File) []string {
	var wrong []string
	check := func(id *ast.Ident, docs ...*ast.CommentGroup) {
		if id.IsExported() && !slices.ContainsFunc(docs, func(g *ast.CommentGroup) bool { return g.Text() != "" }) {
			wrong = append(wrong, fmt.Sprintf("%s: %s has no doc comment", fset.Position(id.Pos()), id.Name))
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type)) {
				check(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					check(s.Name, s.Doc, ungrouped(d))
				case *ast.ValueSpec:
					for _, id := range s.Names {
						check(id, s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
	return wrong
}

// ungrouped is the declaration's comment if it declares one thing: a comment on a group of types
// documents none of them.
func ungrouped(d *ast.GenDecl) *ast.CommentGroup {
	if d.Lparen.IsValid() {
		return nil
	}
	return d.Doc
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestArchitectureRulesCanFail ensures that each rule sees what it is there for: every source breaks
// exactly one of them, but for those that break none.
func TestArchitectureRulesCanFail(t *testing.T) {
	body := func(n int) string { return "func f() {\n" + strings.Repeat("\t_ = 0\n", n-2) + "}\n" }
	for _, tt := range []struct{ name, file, src, want string }{
		{"init", "a.go", "func init() {}", "func init"},
		{"init in a test", "a_test.go", "func init() {}", "func init"},
		{"a method named init", "a.go", "func (t t) init() {}", ""},
		{"sleep", "a_test.go", "import \"time\"\nfunc f() { time.Sleep(1) }", "time.Sleep"},
		{"sleep in a bubble", "a_test.go", "import (\"time\"\n\"testing/synctest\")\nfunc f() { time.Sleep(1); synctest.Wait() }", ""},
		{"41 lines", "a.go", body(41), "f has 41 lines"},
		{"40 lines", "a.go", body(40), ""},
		{"41 lines of a test", "a_test.go", body(41), ""},
		{"301 lines of a file", "a.go", strings.Repeat("//\n", 300), "has 301 lines"},
		{"300 lines of a file", "a.go", strings.Repeat("//\n", 299), ""},
		{"function", "a.go", "func F() {}", "F has no doc"},
		{"method", "a.go", "func (t *T[K]) F() {}", "F has no doc"},
		{"method of an unexported type", "a.go", "func (t *t) F() {}", ""},
		{"type", "a.go", "type T int", "T has no doc"},
		{"documented type", "a.go", "// T is one.\ntype T int", ""},
		{"group of types", "a.go", "// Some.\ntype (\nT int\n)", "T has no doc"},
		{"constant", "a.go", "const C = 1", "C has no doc"},
		{"group of constants", "a.go", "// Some.\nconst (\nC = 1\nD = 2\n)", ""},
		{"directive is no comment", "a.go", "//go:noinline\nfunc F() {}", "F has no doc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := untidy(tt.file, []byte("package p\n"+tt.src))
			if err != nil {
				t.Fatal(err)
			}
			if joined := strings.Join(got, "\n"); (tt.want == "") != (len(got) == 0) || len(got) > 1 || !strings.Contains(joined, tt.want) {
				t.Errorf("complaints %q, want one with %q", got, tt.want)
			}
		})
	}
}

// TestArchitectureArrowsCanFail ensures that an arrow against the current is seen, in tests too.
func TestArchitectureArrowsCanFail(t *testing.T) {
	for _, tt := range []struct {
		name string
		pkg  listed
		want string
	}{
		{"util", listed{Doc: "Package util."}, "has no place"},
		{"monitor", listed{}, "no package comment"},
		{"monitor", listed{Doc: "d", Imports: []string{"bellhop/notify", "fmt"}}, "must not import bellhop/notify"},
		{"monitor", listed{Doc: "d", TestImports: []string{"bellhop/monitor/store"}}, "must not import bellhop/monitor/store"},
		{"monitor/store", listed{Doc: "d", XTestImports: []string{"bellhop/monitor/web"}}, "must not import bellhop/monitor/web"},
		{"monitor/web", listed{Doc: "d", Imports: []string{"bellhop/monitor/apaleo/apaleotest"}}, "must not import"},
		{"", listed{Doc: "d", Imports: []string{"bellhop/monitor"}}, "must not import bellhop/monitor"},
		{"monitor/command", listed{Doc: "d", Imports: []string{"bellhop"}}, ""},
		{"monitor/web", listed{Doc: "d", XTestImports: []string{"bellhop/monitor/web", "bellhop/monitor/apaleo/apaleotest"}}, ""},
	} {
		got := misplaced(tt.name, tt.pkg)
		if (tt.want == "") != (len(got) == 0) || len(got) > 1 || !strings.Contains(strings.Join(got, ""), tt.want) {
			t.Errorf("%s %+v: complaints %q, want one with %q", tt.name, tt.pkg, got, tt.want)
		}
	}
}

var (
	fenced   = regexp.MustCompile("(?ms)^```.*?^```")
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	treePath = regexp.MustCompile(`^(monitor|notify|deploy|docs|tools|\.ci)/[\w.*/-]*$|^[\w.*-]+/[\w.*/-]*\.(go|md|ya?ml|txt|json|service)$`)
	symbol   = regexp.MustCompile(`\.[A-Z]\w*$`)
)

// TestDocumentsNameWhatExists ensures that every file and folder the two front pages point at is there.
func TestDocumentsNameWhatExists(t *testing.T) {
	for _, page := range []string{"ARCHITECTURE.md", "README.md"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(page)
			if errors.Is(err, os.ErrNotExist) {
				t.Skipf("no %s yet", page)
			} else if err != nil {
				t.Fatal(err)
			}
			report(t, missing(string(text)))
		})
	}
}

// missing lists the paths of this tree that a page names and that are not there. A path may end in a
// symbol (`monitor/store.Open`), in `/...`, or hold a `*`.
func missing(text string) []string {
	var wrong []string
	for _, m := range codeSpan.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		if !treePath.MatchString(m[1]) {
			continue
		}
		path := symbol.ReplaceAllString(strings.TrimSuffix(m[1], "/..."), "")
		if found, err := filepath.Glob(path); err != nil || len(found) == 0 {
			wrong = append(wrong, fmt.Sprintf("names %s, which does not exist", m[1]))
		}
	}
	return wrong
}

// TestDocumentsNameWhatExistsCanFail ensures that a path is told from other things with a slash in them.
func TestDocumentsNameWhatExistsCanFail(t *testing.T) {
	page := "`monitor/doc.go` `monitor.Check` `monitor/nothing.go` `notify/...` `monitor/*.go` `docs/nothing` `cmd/nothing/x.go`\n" +
		"`application/json` `/api/v1/status` `net/http` `https://example.com/x.md` `monitor.Book`\n```\n`monitor/fenced`\n```\n"
	got := strings.Join(missing(page), "\n")
	for _, want := range []string{"monitor/nothing.go", "docs/nothing", "cmd/nothing/x.go"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s was not missed in %q", want, got)
		}
	}
	if n := strings.Count(got, "names "); n != 3 {
		t.Errorf("%d paths missed, want 3: %q", n, got)
	}
}
