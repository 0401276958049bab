package notify

import (
	"fmt"
	"strings"

	"bellhop/monitor"
)

// Saw is one affected check in a line, such as "api-edge: HTTP 502, 4 of 4 failed".
func Saw(a monitor.Affected) string {
	what, came := strings.ReplaceAll(string(a.Fault), "_", " "), "failed"
	if a.Status != 0 && a.Status/100 != 2 || a.Fault == monitor.FaultNone {
		what = fmt.Sprintf("HTTP %d", a.Status)
	}
	if a.Signal == monitor.Latency {
		came = "slow"
		if a.Status == 0 {
			what = "answers"
		}
	}
	return fmt.Sprintf("%s: %s, %d of %d %s", a.Check, what, a.Failed, a.Of, came)
}

// OnIt says who is on an incident, until when, and why.
func OnIt(a *monitor.Ack) string {
	text := "by " + a.By
	if !a.Until.IsZero() {
		text += " until " + a.Until.UTC().Format("2006-01-02 15:04 UTC")
	}
	if a.Why != "" {
		text += ": " + a.Why
	}
	return text
}

// Runbook is the first page that somebody wrote for one of the affected checks, or "".
func Runbook(i *monitor.Incident) string {
	for _, a := range i.Affected {
		if a.Runbook != "" {
			return a.Runbook
		}
	}
	return ""
}
