package monitor

import (
	"slices"
	"time"
)

// Apart is how far apart the last reports came, newest first: they should come once a minute, and some integrations
// take longer. What came within half a minute is one report in parts.
type Apart [4]time.Duration

// report takes in that a report came.
func (a Apart) report(before, at time.Time, p Pace) Apart {
	if apart := at.Sub(before); !before.IsZero() && apart >= p.Of(30*time.Second) {
		return Apart{apart, a[0], a[1], a[2]}
	}
	return a
}

// usual is the second longest of them: one break is no rhythm. 0 is not known.
func (a Apart) usual() time.Duration {
	slices.Sort(a[:])
	return a[2]
}

// overdue is how long after the last report the next one is missing.
func (a Apart) overdue(p Pace) time.Duration {
	if a.usual() == 0 {
		return 3 * p.ReportOverdue
	}
	return max(p.ReportOverdue, 3*a.usual())
}

// reports is how far apart reports come.
func (d *draft) reports() Apart {
	if all := d.hotel(""); all != nil {
		return all.Reports
	}
	return Apart{}
}
