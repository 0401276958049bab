package watchlist

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"bellhop/monitor"
)

// A rhythm is a schedule as written, understood. One of every and spec is set.
type rhythm struct {
	every    time.Duration // of @every; 0 for a cron expression
	spec     cron.Schedule
	min, max time.Duration // the shortest and the longest time between two runs
}

var cronZone = regexp.MustCompile(`^CRON_TZ=(\S+)\s+(\S.*)$`)

// due is when a job of this rhythm has to have run: at the time itself, or so long after it ran last.
func (r rhythm) due() monitor.Schedule {
	if r.every > 0 {
		return monitor.AfterSchedule(r.every)
	}
	return r.spec
}

// parseRhythm understands @every and five-field cron expressions; those without a zone are in UTC. Shorter
// intervals than least are refused.
func parseRhythm(s string, least time.Duration) (rhythm, error) {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "@every"); ok {
		return parseEvery(strings.TrimSpace(rest), least)
	}
	spec, err := parseCron(s)
	if err != nil {
		return rhythm{}, err
	}
	shortest, longest := gaps(spec)
	if longest == 0 {
		return rhythm{}, errors.New("it never fires")
	}
	return rhythm{spec: spec, min: shortest, max: longest}, nil
}

func parseEvery(s string, least time.Duration) (rhythm, error) {
	d, err := parseDuration(s)
	switch {
	case err != nil:
		return rhythm{}, fmt.Errorf("the duration after @every: %w", err)
	case d < least:
		return rhythm{}, fmt.Errorf("it is shorter than %s", least)
	}
	return rhythm{every: d, min: d, max: d}, nil
}

// parseCron guards robfig/cron's parser, which panics on "TZ=0", reads local time, and takes times that
// never come.
func parseCron(s string) (spec cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			spec, err = nil, errors.New("not understood")
		}
	}()
	zone, fields := "UTC", s
	if m := cronZone.FindStringSubmatch(s); m != nil {
		zone, fields = m[1], m[2]
	}
	loc, err := time.LoadLocation(zone)
	switch {
	case strings.HasPrefix(fields, "TZ=") || strings.HasPrefix(fields, "CRON_TZ="):
		return nil, errors.New("a zone is written CRON_TZ=Europe/Berlin, and five fields follow")
	case err != nil || zone == "Local":
		return nil, errors.New("its time zone is not known here")
	case strings.HasPrefix(fields, "@"):
		return nil, errors.New("of the words with @ only @every is known")
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	spec, err = parser.Parse(fields)
	if err != nil {
		return nil, cronError(fields)
	}
	if s, ok := spec.(*cron.SpecSchedule); ok {
		s.Location = loc
	}
	return spec, nil
}

// cronError says what it can without the parser's words, which quote what a variable may have brought.
func cronError(fields string) error {
	if n := len(strings.Fields(fields)); n != 5 {
		return fmt.Errorf("it takes 5 fields, not %d", n)
	}
	return errors.New("a field is not understood")
}

// Looking so far sees a night, a weekend and the end of a month of a spec that runs each minute in working
// hours, and two leap days of one that runs on those.
const (
	gapRuns  = 3000
	gapYears = 9
)

// gaps are the shortest and the longest time between runs. It looks from a fixed day, so that the same words
// always mean the same.
func gaps(s monitor.Schedule) (shortest, longest time.Duration) {
	last := s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	for range gapRuns {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		gap := next.Sub(last)
		if shortest == 0 || gap < shortest {
			shortest = gap
		}
		if longest = max(longest, gap); next.Year() > 2024+gapYears {
			break
		}
		last = next
	}
	return shortest, longest
}
