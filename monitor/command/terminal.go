package command

import (
	"os"
	"os/signal"
	"syscall"
)

// attended tells whether a terminal that is closed is to end bellhop: it has one, and was not started by nohup.
// It must be asked before SIGHUP is asked for.
func attended() bool { return !signal.Ignored(syscall.SIGHUP) && hasTerminal() }

// hasTerminal tells whether there is a terminal that controls bellhop. SIGHUP comes after it has gone.
func hasTerminal() bool {
	f, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	f.Close() // nothing was written
	return true
}
