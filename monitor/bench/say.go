package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// short is a duration as the tables show it: 40 s, 5 min, 2 h.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0 && d > time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// seconds are a measured time.
func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

// percent is a share.
func percent(p float64) string {
	s := strconv.FormatFloat(100*p, 'f', 2, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	return s + " %"
}
