// Package monitor is what bellhop knows and decides: checks and their outcomes, the evidence they give,
// the signals that follow it, causes, incidents, and what each receiver is owed. Everything that decides
// is a function of its arguments, time included; one goroutine owns the Book.
package monitor
