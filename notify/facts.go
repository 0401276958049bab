package notify

import (
	"fmt"
	"strings"

	"bellhop/monitor"
)

// Saw is one affected check in a line, such as "api-edge: HTTP 502, 4 of 4 failed".
func Saw(a monitor.Affected) string {
	return fmt.Sprintf("%s: %s, %d of %d %s", a.Check, Answered(a), a.Failed, a.Of, Came(a))
}

// Came is what came of the attempts that count against an affected check.
func Came(a monitor.Affected) string {
	if a.Signal == monitor.Latency {
		return "slow"
	}
	return "failed"
}

// Answered is what an affected check gets for an answer, such as "HTTP 502".
func Answered(a monitor.Affected) string {
	if a.Signal == monitor.Latency && a.Status == 0 {
		return "answers"
	}
	if a.Status != 0 && a.Status/100 != 2 || a.Fault == monitor.FaultNone {
		return fmt.Sprintf("HTTP %d", a.Status)
	}
	return strings.ReplaceAll(string(a.Fault), "_", " ")
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
