package watchlist

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"bellhop/monitor"
)

// minKey is the length of what opens a door by being known: shorter ones can be guessed.
const minKey = 16

// pushKey is what can stand in a URL as it is.
var pushKey = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

const makeKey = "make one with: openssl rand -hex 16"

// A Report is how the integration may report.
type Report struct {
	Token Secret // who shows it may post reports, and nothing else; unset: there are no reports
}

func (r *reader) report(f reportForm) Report {
	token, value, p := r.secret("report.token", f.Token, f.TokenFile)
	switch {
	case !token.IsSet() && p.line == 0 && f.At.line != 0:
		r.wrong(f.At, "report has no token: nobody could report", "add token_file, or token: ${VARIABLE}; "+makeKey)
	case token.IsSet() && len(value) < minKey && !p.guessed:
		r.wrong(p, fmt.Sprintf("report.token has less than %d characters", minKey), makeKey)
	}
	return Report{Token: token}
}

// Beats are the push keys of the heartbeat checks, as hashes. They are read once: a new key is in force with
// the next reload.
type Beats map[monitor.CheckID]Secret

// Check is the heartbeat check that a push key is of.
func (b Beats) Check(key string) (id monitor.CheckID, ok bool) {
	given := []byte(hashed(key))
	for check, s := range b {
		if known, err := s.Reveal(); err == nil && subtle.ConstantTimeCompare([]byte(known), given) == 1 {
			id, ok = check, true
		}
	}
	return id, ok
}

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// heartbeat makes c wait for signs of life: one before its grace is over after each time of its schedule.
func (b *builder) heartbeat(c *monitor.Check, f checkForm) {
	c.Kind, c.Reported = monitor.KindBeat, true
	c.Grace = b.within("heartbeat.grace", f.Heartbeat.Grace, b.pace.Of(5*time.Minute), 0, 7*24*time.Hour)
	c.Asks = fingerprint(c.Kind)
	b.onlyWaits(f)
	key, value, p := b.secret("heartbeat.key", f.Heartbeat.Key, f.Heartbeat.KeyFile)
	switch _, taken := b.beats.Check(value); {
	case !key.IsSet() && p.line == 0:
		b.wrong(f.Heartbeat.At, "heartbeat has no key", "who knows it can say that the job lives: "+makeKey)
	case !key.IsSet() || p.guessed:
	case len(value) < minKey:
		b.wrong(p, fmt.Sprintf("heartbeat.key has less than %d characters", minKey), makeKey)
	case !pushKey.MatchString(value):
		b.wrong(p, "heartbeat.key cannot stand in an address", "it is at most 128 letters, digits, dots and dashes; "+makeKey)
	case taken:
		b.wrong(p, "heartbeat.key is also that of another check", "each has a key of its own: "+makeKey)
	default:
		b.beats[c.ID()] = NewSecret(hashed(value))
	}
}

// onlyWaits refuses what means nothing for a check that is never asked, and a schedule that nobody wrote.
func (b *builder) onlyWaits(f checkForm) {
	if !f.Schedule.Set {
		b.wrong(f.Heartbeat.At, "a heartbeat check has no schedule", `add schedule: when its job runs, like "0 3 * * *" or "@every 1h"`)
	}
	for _, k := range []keyed{
		{"timeout", f.Timeout.At, f.Timeout.Set}, {"slow", f.Slow.At, f.Slow.Set}, {"spread", f.Spread.At, f.Spread.Set}, {"account", f.Account.At, f.Account.Set},
	} {
		if k.set {
			b.wrong(k.at, k.key+" means nothing for a heartbeat, which is not asked", "remove it; how late a beat may be is heartbeat.grace")
		}
	}
}
