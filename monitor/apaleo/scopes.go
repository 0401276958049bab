package apaleo

import (
	"slices"
	"strings"

	"bellhop/monitor"
)

// scopes are the scopes that an entry can be refused for want of, as nodes: those first that others need, too. Of two
// that the same entries need one is enough, as nobody could tell them apart.
func scopes(e Entry) []monitor.Node {
	var nodes []monitor.Node
	var told [][]string
	for scope := range strings.FieldsSeq(e.Scope) {
		of := needing(scope)
		if !slices.ContainsFunc(told, func(other []string) bool { return slices.Equal(other, of) }) {
			told = append(told, of)
			nodes = append(nodes, monitor.Node{Kind: monitor.NodeScope, ID: scope})
		}
	}
	slices.SortStableFunc(nodes, func(a, b monitor.Node) int { return len(needing(b.ID)) - len(needing(a.ID)) })
	return nodes
}

// needing are the names of the entries that a scope is enough for.
func needing(scope string) []string {
	var all []string
	for _, e := range modules {
		if slices.Contains(strings.Fields(e.Scope), scope) {
			all = append(all, e.Name)
		}
	}
	return all
}
