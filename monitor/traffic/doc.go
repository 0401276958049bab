// Package traffic takes what comes from outside: the reports of the integration, and the signs of life that
// heartbeat checks wait for. Parse is a pure function from bytes to a monitor.Report or to the mistakes in
// them; an Intake is the HTTP around it. docs/report.md tells those who report what to send.
//
// A report has room for codes, counts, times and scopes, and for one name of each hotel: what is not known
// is refused, so that nothing of guests can come in by it.
package traffic
