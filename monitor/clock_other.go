//go:build !linux

package monitor

import "time"

// bootTime is not known here: a suspend is seen as the wall clock set forward.
func bootTime() time.Duration { return 0 }
