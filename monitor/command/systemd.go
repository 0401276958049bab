package command

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// systemd is the service manager, if one started us (sd_notify(3)). Its zero value is that none did.
type systemd struct {
	socket   string        // a path, or a name in the abstract namespace that begins with @
	watchdog time.Duration // how long it bears silence; 0 is for ever
}

func newSystemd(env func(string) (string, bool)) systemd {
	s := systemd{}
	s.socket, _ = env("NOTIFY_SOCKET")
	limit, _ := env("WATCHDOG_USEC")
	pid, set := env("WATCHDOG_PID")
	if usec, err := strconv.ParseInt(limit, 10, 64); err == nil && usec > 0 && (!set || pid == strconv.Itoa(os.Getpid())) {
		s.watchdog = time.Duration(usec) * time.Microsecond
	}
	return s
}

// period is how often to say that we live: twice in the time that systemd bears silence.
func (s systemd) period() time.Duration {
	if s.watchdog == 0 {
		return time.Hour
	}
	return max(s.watchdog/2, time.Millisecond)
}

// tell sends assignments as one datagram: READY=1, STATUS=….
func (s systemd) tell(ctx context.Context, assignments ...string) error {
	if s.socket == "" {
		return nil
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unixgram", s.socket)
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(strings.Join(assignments, "\n"))); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}

// reloading is what a reload begins with. The time lets systemd tell this reload's READY=1 from an older one.
func reloading() []string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return []string{"RELOADING=1"}
	}
	return []string{"RELOADING=1", "MONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/int64(time.Microsecond), 10)}
}

// status is the line that systemctl status shows.
func status(text string) string { return "STATUS=" + strings.ReplaceAll(text, "\n", " ") }
