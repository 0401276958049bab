// Command bellhop watches apaleo on behalf of the people who run an integration on it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"bellhop/monitor/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(command.Run(ctx, command.World{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv,
		Thrifty: unsaid("GOMEMLIMIT"), Collects: unsaid("GOGC"),
	}))
}

// unsaid tells whether the environment leaves something to us.
func unsaid(name string) bool {
	_, said := os.LookupEnv(name)
	return !said
}
