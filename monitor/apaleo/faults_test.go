package apaleo_test

import (
	"go/ast"
	"go/parser"
	source "go/token"
	"slices"
	"strconv"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// everyFault reads the faults out of their source: one that is added later is found, too.
func everyFault(t *testing.T) (all []monitor.Fault) {
	t.Helper()
	file, err := parser.ParseFile(source.NewFileSet(), "../outcome.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Fault" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, monitor.Fault(value))
		}
		return true
	})
	if len(all) < 40 {
		t.Fatalf("%d faults", len(all))
	}
	return all
}

// TestEveryFaultHasWords ensures that no fault there is leaves whoever reads of it without a word, on a check that
// ships and on one of the user's own, and that the other tests of the adviser know of it.
func TestEveryFaultHasWords(t *testing.T) {
	unknown := apaleo.Advise(monitor.Trouble{Node: node(monitor.NodeCheck), Fault: "a fault of a later version"})
	for _, f := range everyFault(t) {
		if !slices.Contains(faults, f) {
			t.Errorf("%q is not among the faults that are advised on in tests", f)
		}
		for own, ofThese := range kinds {
			for _, kind := range ofThese {
				a := apaleo.Advise(monitor.Trouble{Node: node(monitor.NodeCheck), Signal: monitor.Availability, Fault: f, Kind: kind, Own: own})
				if a.What == unknown.What || a.Next == unknown.Next {
					t.Errorf("%q of a check of kind %s, own %t: %s", f, kind, own, a.What)
				}
			}
		}
	}
}
