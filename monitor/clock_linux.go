package monitor

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootTime is the time since the machine was started, sleep included.
func bootTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
