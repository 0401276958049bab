package command

import (
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// The forms of the log.
const (
	logAuto    = "auto"
	logJSON    = "json"
	logConsole = "console"
)

// stamp puts the time on each line: in UTC, and to the millisecond.
type stamp struct{}

const stampFormat = "2006-01-02T15:04:05.000Z"

// Run is told of each line.
func (stamp) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, time.Now().UTC().Format(stampFormat))
}

// logger writes to standard error: JSON for machines, lines for people.
func (s *shell) logger() (zerolog.Logger, error) {
	format := s.format
	switch format {
	case logAuto, "":
		format = logJSON
		if console(s.Stderr) {
			format = logConsole
		}
	case logJSON, logConsole:
	default:
		return zerolog.Nop(), misused("--log-format is %q; it can be auto, json or console", format)
	}
	if format == logJSON {
		return zerolog.New(s.Stderr).Hook(stamp{}).Level(zerolog.InfoLevel), nil
	}
	_, plain := s.Env("NO_COLOR")
	out := zerolog.ConsoleWriter{Out: s.Stderr, NoColor: plain || !console(s.Stderr), FormatTimestamp: clockOf}
	return zerolog.New(out).Hook(stamp{}).Level(zerolog.InfoLevel), nil
}

// clockOf is a time stamp as a person at a terminal wants it.
func clockOf(v any) string {
	text, _ := v.(string)
	_, clock, _ := strings.Cut(text, "T")
	if clock, _, ok := strings.Cut(clock, "."); ok {
		return clock + " UTC"
	}
	return text
}
