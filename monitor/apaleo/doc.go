// Package apaleo is what apaleo is: its hosts, the watchlist that ships, the dependency graph, and what each
// fault means and asks of the operator. Facts are cited by their section in docs/apaleo.md.
package apaleo
