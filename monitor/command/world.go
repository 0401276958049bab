package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"bellhop/monitor"
)

// Exit statuses.
const (
	exitGood    = 0
	exitFinding = 1 // something is not as it should be
	exitMisuse  = 2 // the command line is not one that can be run
)

// A World is all that a command works with, besides files and the network. Only Args, Stdout and Stderr are
// needed.
type World struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool) // as os.LookupEnv; nil is an empty environment

	Thrifty  bool             // the daemon may bound the memory of the whole process
	Collects bool             // and say how often it is rid of garbage
	Pace     monitor.Pace     // the zero value is monitor.RealPace
	Hangups  <-chan os.Signal // each makes the daemon read its configuration again; nil is SIGHUP
	LockWait time.Duration    // for another daemon to let go of the store; 0 is 30 s
	Started  func(Serving)    // told once that the daemon watches; must not block; nil is nobody
}

// Serving is where a daemon can be reached.
type Serving struct {
	Page   string // address of the operator's page
	Public string // of the public page alone; "" is none
	Socket string // path of the control socket; "" is none
}

// Run runs the command that the arguments name, until it is done or ctx ends, and returns its exit status.
func Run(ctx context.Context, w World) int {
	root, ran := newRoot(w.complete())
	err := root.ExecuteContext(ctx)
	switch wrong := (misuse{}); {
	case err == nil:
		return exitGood
	case errors.Is(err, errFinding):
		return exitFinding
	case !*ran, errors.As(err, &wrong):
		fmt.Fprintf(w.Stderr, "bellhop: %v\n", err)
		return exitMisuse
	}
	fmt.Fprintf(w.Stderr, "bellhop: %v\n", err)
	return exitFinding
}

func (w World) complete() World {
	if w.Env == nil {
		w.Env = func(string) (string, bool) { return "", false }
	}
	if w.Pace.By == 0 {
		w.Pace = monitor.RealPace()
	}
	return w
}

// console tells whether a writer is a terminal.
func console(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// errFinding says that a command has printed what it found, and that this is not good.
var errFinding = errors.New("not good")

// A misuse is a command line that cannot be run.
type misuse struct{ text string }

func (m misuse) Error() string { return m.text }

func misused(format string, args ...any) error { return misuse{fmt.Sprintf(format, args...)} }
