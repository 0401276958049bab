// Command bellhop watches apaleo on behalf of the people who run an integration on it.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"bellhop/monitor/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(command.Run(ctx, command.World{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv, Thrifty: thrifty(),
	}))
}

// thrifty lets the collector run four times as often as is usual, unless GOGC says how often: it takes some
// thousandths of the time of a bellhop with a thousand checks, and memory is dearer to those who run it than two. Whether
// the daemon may bound its memory itself is for GOMEMLIMIT to say.
func thrifty() bool {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(25)
	}
	_, set := os.LookupEnv("GOMEMLIMIT")
	return !set
}
