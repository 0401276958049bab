package command

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// noHangups is that SIGHUP was ignored when the tests began: other tests ask for it meanwhile.
var noHangups = signal.Ignored(syscall.SIGHUP)

// In a terminal it reloads on SIGHUP, too; a terminal that is closed leaves nothing behind.
func TestClosedTerminalEndsIt(t *testing.T) {
	t.Parallel()
	if noHangups {
		t.Skip("SIGHUP is ignored here, as nohup does: what is started so is not to end with its terminal")
	}
	p := newPlace(t)
	p.configure("")
	outer, inner := openTerminal(t)
	log := &ledger{}
	cmd := exec.CommandContext(t.Context(), "bellhop", "--config", p.config())
	cmd.Env, cmd.Stdin, cmd.Stderr = append(os.Environ(), "BELLHOP_TEST_PACE=40"), inner, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := inner.Close(); err != nil {
		t.Fatal(err)
	}
	p.until("it watches", func() bool { return strings.Contains(log.String(), "bellhop started") })
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.until("it is reloaded", func() bool { return strings.Contains(log.String(), "configuration reloaded") })
	if err := outer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(log.String(), "bellhop stopped") {
		t.Errorf("it ended with %v:\n%s", err, log)
	}
}

// openTerminal is a terminal from outside, as a window has it, and from inside, as programs have it.
func openTerminal(t *testing.T) (outer, inner *os.File) {
	t.Helper()
	outer, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { outer.Close() }) // it may be closed already
	fd := int(outer.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	inner, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return outer, inner
}
