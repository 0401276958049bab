package web

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"bellhop/monitor"
)

// A useMetrics is what bellhop itself costs those whom it asks.
type useMetrics struct {
	requests, minute, tokens, left, limit *prometheus.Desc
	accounts                              bool
}

func newUseMetrics(accounts bool) useMetrics {
	of := []string{"host"}
	if accounts {
		of = append(of, "account")
	}
	return useMetrics{
		requests: desc("bellhop_requests_total", "Attempts at the host, each counted once when it begins; token requests besides are in bellhop_token_requests_total.", "host"),
		minute:   desc("bellhop_requests_last_minute", "Attempts at the host in the last minute.", "host"),
		tokens:   desc("bellhop_token_requests_total", "Token requests of the OAuth client.", "client"),
		left:     desc("bellhop_rate_limit_remaining", "Requests that the host says it will still take: the fewest that any last answer said.", of...),
		limit:    desc("bellhop_rate_limit", "Requests that the host says it takes at all, beside the fewest that remain; absent where it does not say.", of...),
		accounts: accounts,
	}
}

func (u useMetrics) all() []*prometheus.Desc {
	return []*prometheus.Desc{u.requests, u.minute, u.tokens, u.left, u.limit}
}

func (u useMetrics) collect(ch chan<- prometheus.Metric, s *monitor.Snapshot) {
	for host, n := range s.Engine.Hosts {
		ch <- metric(u.requests, prometheus.CounterValue, float64(n.Total), host)
		ch <- metric(u.minute, prometheus.GaugeValue, float64(n.Minute), host)
	}
	for client, n := range s.Engine.Tokens {
		ch <- metric(u.tokens, prometheus.CounterValue, float64(n), client)
	}
	for at, l := range tightest(s, u.accounts) {
		labels := []string{at.host}
		if u.accounts {
			labels = append(labels, at.account)
		}
		ch <- metric(u.left, prometheus.GaugeValue, float64(l.Remaining), slices.Clone(labels)...)
		if l.Limit > 0 {
			ch <- metric(u.limit, prometheus.GaugeValue, float64(l.Limit), labels...)
		}
	}
}

// A limited is whom a rate limit holds for.
type limited struct{ host, account string }

// tightest is the rate limit with the fewest requests left by host, and by account if wanted: as the last answers
// said, as long as they hold.
func tightest(s *monitor.Snapshot, accounts bool) map[limited]monitor.RateLimit {
	all := map[limited]monitor.RateLimit{}
	for _, v := range s.Checks {
		if v.Row == nil || v.Row.Last.Limit.Limit == 0 {
			continue
		}
		l, at := v.Row.Last.Limit, limited{v.Check.Host, v.Check.Account}
		if !l.Reset.IsZero() && l.Reset.Before(s.At) {
			continue
		}
		if !accounts {
			at.account = ""
		}
		if old, ok := all[at]; !ok || l.Remaining < old.Remaining {
			all[at] = l
		}
	}
	return all
}
