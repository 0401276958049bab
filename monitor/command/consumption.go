package command

import (
	"fmt"
	"strconv"
	"time"

	"bellhop/monitor"
)

// A Consumption is what bellhop costs the host that a check asks, and what the host says of it.
type Consumption struct {
	Host   string `json:"host"`
	Minute int    `json:"requests_last_minute"`
	Most   int    `json:"most_a_minute,omitempty"` // while all is well; 0 is that nothing is promised of this host
	Total  uint64 `json:"requests"`                // since start
	Tokens uint64 `json:"token_requests"`          // of the check's client, since start

	Remaining *int      `json:"rate_limit_remaining,omitempty"` // as the last answer to the account said
	Limit     int       `json:"rate_limit,omitempty"`           // 0 is that it did not say
	Reset     time.Time `json:"rate_limit_reset,omitzero"`
}

// consumption is nil where nothing was counted and nothing said: without a daemon, mostly.
func consumption(s *monitor.Snapshot, c *monitor.Check) *Consumption {
	n, counted := s.Engine.Hosts[c.Host]
	use := &Consumption{Host: c.Host, Minute: n.Minute, Total: n.Total, Tokens: s.Engine.Tokens[c.Client]}
	if !c.Own {
		use.Most = monitor.HostMax
	}
	var last time.Time
	for _, v := range s.Checks {
		if v.Row == nil || v.Check.Host != c.Host || v.Check.Account != c.Account || v.Row.Last.Limit.Limit == 0 || v.Row.Last.At.Before(last) {
			continue
		}
		l := v.Row.Last.Limit
		last, use.Remaining, use.Limit, use.Reset = v.Row.Last.At, &l.Remaining, max(l.Limit, 0), l.Reset
	}
	if !counted && use.Remaining == nil {
		return nil
	}
	return use
}

// text is the consumption for people.
func (u *Consumption) text(now time.Time) string {
	if u == nil {
		return ""
	}
	text, says := fmt.Sprintf("%s: %s in the last minute", u.Host, count(u.Minute, "request")), "it says"
	if u.Most > 0 {
		text, says = text+fmt.Sprintf(" of at most %d while all is well", u.Most), "apaleo says"
	}
	if u.Tokens > 0 {
		text += fmt.Sprintf("; %s of its client since start", count(int(u.Tokens), "token request"))
	}
	if u.Remaining == nil {
		return text
	}
	text += "; " + says + " " + thousands(*u.Remaining)
	if u.Limit > 0 {
		text += " of " + thousands(u.Limit)
	}
	text += " left"
	if !u.Reset.IsZero() {
		text += " until " + clock(u.Reset, now)
	}
	return text
}

// thousands is a number as people read large ones: 3,412.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
