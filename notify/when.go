package notify

import (
	"slices"

	"bellhop/monitor"
)

// IncidentsOnly is w for a receiver that pages people: it wants the same incidents, but no notices unless it
// names them.
func IncidentsOnly(w monitor.When) monitor.When {
	if len(w.Severity) == 0 {
		w.Severity = []string{
			string(monitor.Down), string(monitor.Degraded), string(monitor.AuthLost), string(monitor.QuotaOut), string(monitor.Warning),
		}
	}
	return w
}

// NeverNotices is w without notices, named or not.
func NeverNotices(w monitor.When) monitor.When {
	w = IncidentsOnly(w)
	w.Severity = slices.DeleteFunc(slices.Clone(w.Severity), func(s string) bool { return s == "notice" })
	return w
}
