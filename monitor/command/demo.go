package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

const (
	demoFaster = 20              // times the real pace: three seconds of the demo are a minute
	demoAtMost = 3 * time.Minute // the whole story
	demoTail   = 15              // lines of the log that are shown when the story went wrong
)

// demoFlags are what the demo can be asked for.
type demoFlags struct{ keep, verbose bool }

func newDemo(s *shell) *cobra.Command {
	var o demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Shows in two minutes what bellhop tells, and what not",
		Long: `Starts a stand-in for apaleo, a store app, a Slack and a webhook receiver on this machine, runs the
real bellhop against them, twenty times faster than in earnest, and breaks one thing after the
other. On the left is what is true, on the right what a person is told of it. At the end it
compares: the status is 0 only if exactly the expected messages arrived.

It needs no network and no configuration, and leaves nothing behind.`,
		Example: `  bellhop demo
  bellhop demo --keep      # goes on afterwards, with the status page open`,
		Args: noArgument,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.demo(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.keep, "keep", false, "go on when the story is over, until Ctrl-C")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "show bellhop's own log, too")
	return cmd
}

// demo plays the story, and says whether it went as it should.
func (s *shell) demo(ctx context.Context, o demoFlags) error {
	if s.Hangups == nil {
		// A terminal that is closed must leave nothing behind, either.
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	pace := s.Pace
	if pace.By == 1 {
		pace = pace.Divide(demoFaster)
	}
	st, err := openStage(ctx, pace)
	if err != nil {
		return fmt.Errorf("set the stage: %w", err)
	}
	defer st.close()
	w := newShow(st, pace, newDemoPage(s.Stdout, s.colours()))
	return w.run(ctx, s, o)
}

// colours tells whether what is printed may be coloured.
func (s *shell) colours() bool {
	_, plain := s.Env("NO_COLOR")
	term, _ := s.Env("TERM")
	return !plain && term != "dumb" && console(s.Stdout)
}

// run has bellhop watch the stage while the story is played, and returns when all has ended.
func (w *show) run(ctx context.Context, s *shell, o demoFlags) error {
	log, closeLog, err := demoLog(w.dir, s.Stderr, o.verbose)
	if err != nil {
		return err
	}
	defer closeLog()
	ctx, end := context.WithCancelCause(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer end(nil)
	started := make(chan Serving, 1)
	parts.Go(func() {
		status := Run(ctx, demoWorld(s, w, log, started))
		end(fmt.Errorf("bellhop ended by itself, with status %d", status))
	})
	parts.Go(func() { w.readSlack(ctx) })
	parts.Go(func() {
		if err := w.integrate(ctx); err != nil {
			end(err)
		}
	})
	good := w.tell(ctx, started)
	if !good && !o.verbose && !errors.Is(context.Cause(ctx), context.Canceled) {
		w.page.log(tail(filepath.Join(w.dir, demoLogName), demoTail))
	}
	if o.keep && ctx.Err() == nil {
		w.page.keeping(w.pages)
		<-ctx.Done()
	}
	if !good {
		return errFinding
	}
	return nil
}

// demoWorld is the world of the bellhop that is shown: as in earnest, but for its pace.
func demoWorld(s *shell, w *show, log io.Writer, started chan<- Serving) World {
	return World{
		Args:   []string{"--config", w.config, "--log-format", logConsole},
		Stdout: io.Discard, Stderr: log,
		Env: func(name string) (string, bool) {
			if name != "NO_COLOR" {
				return "", false // nothing around the demo, such as systemd's socket, is the shown bellhop's
			}
			return s.Env(name)
		},
		Pace:    w.pace,
		Hangups: make(chan os.Signal), // SIGHUP ends the demo
		Started: func(at Serving) { started <- at },
	}
}

const demoLogName = "bellhop.log"

// demoLog is where bellhop's own log goes.
func demoLog(dir string, stderr io.Writer, verbose bool) (log io.Writer, closeLog func(), err error) {
	if verbose {
		return stderr, func() {}, nil
	}
	f, err := os.OpenFile(filepath.Join(dir, demoLogName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	return f, func() { _ = f.Close() }, nil // it is about to be removed
}

// tail is the last lines of a file; a file that cannot be read has none.
func tail(path string, lines int) []string {
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) == 0 {
		return nil
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	return all[max(0, len(all)-lines):]
}

// tell plays the story and prints how it went; good is that all was as expected.
func (w *show) tell(ctx context.Context, started <-chan Serving) (good bool) {
	story, stop := context.WithTimeout(ctx, demoAtMost)
	defer stop()
	scenes, err := w.play(story, started)
	switch cause := context.Cause(ctx); {
	case cause == nil:
	case errors.Is(cause, context.Canceled):
		w.page.stopped()
		return false
	default:
		err = cause
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it is not over after %s", demoAtMost)
	}
	w.page.summary(scenes, w.pace)
	return w.verdict(err)
}

// verdict compares what was expected with what arrived.
func (w *show) verdict(failed error) (good bool) {
	good = failed == nil
	if failed != nil {
		w.page.trouble(failed)
	}
	expected, seen := tales(), w.heard()
	for _, r := range receiversShown {
		if d := differences(lines(expected, r), seen[r]); d.differ() {
			good = false
			w.page.differences(r, d)
		}
	}
	if good {
		w.page.praise(expected, time.Since(w.began))
	}
	return good
}
