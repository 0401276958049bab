package command_test

import (
	"context"
	"fmt"
	"io"
	"time"

	"bellhop/monitor/command"
)

// meddle lets somebody do something at some time of a life: as a rule what is silenced or paused is so for longer than
// the daemon lives. What it returns waits until they are done. That the daemon is killed meanwhile is no surprise.
func (r *rack) meddle() (done func()) {
	later := r.upTo(500 * time.Millisecond)
	lasts := "--for=" + (500*time.Millisecond + r.upTo(3*time.Second)).String()
	check := fmt.Sprintf("own-%d-0", r.rand.IntN(ownHosts))
	acts := [][]string{
		{"ack", "last"},
		{"ack", "last", lasts},
		{"unack", "last"},
		{"note", "last", "the hotline knows"},
		{"silence", "last", "--why=known", lasts},
		{"silence", "--check=" + check, "--why=known", lasts},
		{"maintenance", "--name=a new till", "--check=" + check, lasts},
		{"pause", check, lasts},
		{"resume", check},
	}
	act := acts[r.rand.IntN(len(acts))]
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for wait(ctx, later); ctx.Err() == nil; wait(ctx, 50*time.Millisecond) {
			if command.Run(ctx, command.World{
				Args: append(act, "--by=Anna", "--config", r.config()), Stdout: io.Discard, Stderr: io.Discard, Pace: torturePace(),
			}) == 0 {
				r.done.Add(1)
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
