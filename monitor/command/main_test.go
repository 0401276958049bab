package command

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"bellhop/monitor"
)

// TestMain makes the test binary a bellhop when it is run under that name: scripts, and tests that kill it, run
// it as a process. BELLHOP_TEST_PACE divides its pace, BELLHOP_TEST_LOCK_WAIT is how long it waits for the store.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bellhop": func() { os.Exit(asProgram()) }})
}

func asProgram() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w := World{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv}
	if by, err := strconv.Atoi(os.Getenv("BELLHOP_TEST_PACE")); err == nil {
		w.Pace = monitor.RealPace().Divide(by)
	}
	if wait, err := time.ParseDuration(os.Getenv("BELLHOP_TEST_LOCK_WAIT")); err == nil {
		w.LockWait = wait
	}
	return Run(ctx, w)
}

// TestScripts runs the command line as a person would: what it prints, and its exit status.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("BELLHOP_UPDATE") != "",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits,
		},
	})
}

// exits runs a command and wants a certain exit status: exits 2 bellhop nope.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s exits with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// Every command has help that teaches: a paragraph and an example, within eighty columns.
func TestHelpTeaches(t *testing.T) {
	root, _ := newRoot(World{Stdout: os.Stdout, Stderr: os.Stderr}.complete())
	each(root, func(c *cobra.Command) {
		if c.Short == "" || len(c.Long) < 40 || !strings.Contains(c.Example, "  bellhop") {
			t.Errorf("%s: short %q, long %q, example %q", c.CommandPath(), c.Short, c.Long, c.Example)
		}
		for line := range strings.SplitSeq(c.Long+"\n"+c.UsageString(), "\n") {
			if len([]rune(line)) > width {
				t.Errorf("%s: line of %d columns: %s", c.CommandPath(), len([]rune(line)), line)
			}
		}
	})
}

func each(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		if sub.Name() != "completion" {
			each(sub, f)
		}
	}
}
