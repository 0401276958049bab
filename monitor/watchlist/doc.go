// Package watchlist turns config.yaml into values that cannot be wrong: checks, receivers and settings, or
// every mistake of the file at once, each with its line, its column and what to do about it.
//
// A file becomes forms (the structs of forms.go, whose tags are the table of known keys), each value with its
// place; forms become what the monitor works on. What a secret is worth never reaches a message.
package watchlist
