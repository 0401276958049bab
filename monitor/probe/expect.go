package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

const (
	defaultExpect = "status >= 200 && status < 300"
	maxNodes      = 300     // of an expectation
	maxSteps      = 200_000 // of its loops, all together, in one run
	maxTermShown  = 160
)

// An expectation is what makes an answer good: a conjunction of terms, each of which can fail by itself.
type expectation struct {
	source string
	terms  []term
	reads  uses
}

// A term is one of them.
type term struct {
	text    string // "" if it must not be shown
	program *vm.Program
	reads   uses
}

// uses is what of an answer an expression looks at.
type uses struct{ status, headers, json, body bool }

func (u uses) content() bool { return u.json || u.body }

// facts is the environment of an expectation.
type facts struct {
	Status  int               `expr:"status"`
	Headers map[string]string `expr:"headers"`
	JSON    any               `expr:"json"`
	Body    string            `expr:"body"`
	Step    func() bool       `expr:"step__"`
}

var errTooManySteps = errors.New("too many steps")

// expectation compiles an expectation, but once for all probes that share the transport: a watchlist has many
// checks that expect the same, and a compiled expectation takes more memory than the rest of its check.
func (t *Transport) expectation(source string, hidden bool) (*expectation, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := expectationKey{source, hidden}
	if e := t.compiled[key]; e != nil {
		return e, nil
	}
	e, err := compileExpect(source)
	if err != nil {
		return nil, err
	}
	for i := range e.terms {
		if hidden {
			e.terms[i].text = ""
		}
	}
	if t.compiled == nil {
		t.compiled = map[expectationKey]*expectation{}
	}
	t.compiled[key] = e
	return e, nil
}

type expectationKey struct {
	source string
	hidden bool
}

// compileExpect checks an expectation and splits it at its outermost "&&". Its error names line and column.
func compileExpect(source string) (*expectation, error) {
	if strings.TrimSpace(source) == "" {
		source = defaultExpect
	}
	if _, err := compileTerm(source); err != nil {
		return nil, err
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("expect: %w", err)
	}
	e := &expectation{source: source}
	for _, n := range conjuncts(tree.Node) {
		text := n.String()
		program, err := compileTerm(text)
		if err != nil {
			return nil, err
		}
		t := term{text: oneLine(text, maxTermShown), program: program, reads: readsOf(n)}
		e.terms = append(e.terms, t)
		e.reads = e.reads.and(t.reads)
	}
	return e, nil
}

func (u uses) and(v uses) uses {
	return uses{u.status || v.status, u.headers || v.headers, u.json || v.json, u.body || v.body}
}

func compileTerm(source string) (*vm.Program, error) {
	program, err := expr.Compile(source, expr.Env(facts{}), expr.AsBool(), expr.MaxNodes(maxNodes),
		expr.DisableBuiltin("uniq"),   // compares each with each
		expr.DisableBuiltin("repeat"), // makes as much text as an answer says
		expr.Patch(counted{}))
	if at, ok := errors.AsType[*file.Error](err); ok {
		return nil, fmt.Errorf("expect, line %d column %d: %s", at.Line, at.Column+1, oneLine(at.Message, maxTermShown))
	} else if err != nil {
		return nil, fmt.Errorf("expect: %w", err)
	}
	return program, nil
}

func conjuncts(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Node{n}
}

// counted puts a step counter into the body of every loop: loops within loops over what a server sends
// would else take as long as it likes.
type counted struct{}

// Visit fills ast.Visitor.
func (counted) Visit(n *ast.Node) {
	if p, ok := (*n).(*ast.PredicateNode); ok {
		step := &ast.CallNode{Callee: &ast.IdentifierNode{Value: "step__"}}
		p.Node = &ast.ConditionalNode{Cond: step, Exp1: p.Node, Exp2: &ast.NilNode{}}
	}
}

func readsOf(n ast.Node) uses {
	var u uses
	ast.Walk(&n, &u)
	return u
}

// Visit fills ast.Visitor.
func (u *uses) Visit(n *ast.Node) {
	id, ok := (*n).(*ast.IdentifierNode)
	if !ok {
		return
	}
	switch id.Value {
	case "status":
		u.status = true
	case "headers":
		u.headers = true
	case "json":
		u.json = true
	case "body":
		u.body = true
	case "$env":
		*u = uses{true, true, true, true}
	}
}

// facts makes the environment, with no more in it than is looked at.
func (u uses) facts(status int, h http.Header, body []byte) facts {
	f := facts{Status: status}
	if u.headers {
		f.Headers = make(map[string]string, len(h))
		for name, values := range h {
			f.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	if u.json {
		f.JSON = decode(body)
	}
	if u.body {
		f.Body = string(body)
	}
	steps := 0
	f.Step = func() bool {
		if steps++; steps > maxSteps {
			panic(errTooManySteps)
		}
		return true
	}
	return f
}

// decode reads JSON; nil is that it is none.
func decode(body []byte) any {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	return v
}

// holds runs one term. What cannot be evaluated does not hold.
func (t term) holds(f facts) bool {
	v, err := expr.Run(t.program, f)
	ok, isBool := v.(bool)
	return err == nil && isBool && ok
}
