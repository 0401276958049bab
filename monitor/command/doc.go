// Package command is the command line of bellhop, and the one place that wires everything: what the other
// packages decide and do becomes a daemon here, and a handful of commands that ask it.
package command
