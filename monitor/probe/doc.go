// Package probe is how bellhop asks: one constructor per kind, each returning a monitor.Probe. A probe asks
// once, within the deadline of its context and bounded in bytes, and says what it saw as a monitor.Outcome.
// Errors of the network become faults here, once (Classify), and what a server sends is never shown as it
// came: a detail is made of words of ours.
package probe
