package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

const (
	tokenServes = 50 * time.Minute // a token is replaced five to ten minutes before its hour ends
	hostsShown  = 12               // in a table; the rest is summed up
)

// manners is how many requests each host gets in a minute at most while all is well, as the schedules say: the
// fullest of the next sixty minutes. What was stored of the last runs may move the first of them.
func manners(checks []*monitor.Check, p monitor.Pace) map[string]int {
	const minutes = 60
	from, minute := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), p.Of(time.Minute)
	full, clients, identity := map[string]*[minutes]int{}, map[string]bool{}, ""
	for _, c := range checks {
		if c.Reported || c.Host == "" {
			continue
		}
		host := strings.TrimSuffix(c.Host, ":443")
		if full[host] == nil {
			full[host] = &[minutes]int{}
		}
		for at := c.Schedule.Next(from); !at.IsZero() && at.Before(from.Add(minutes*minute)); at = c.Schedule.Next(at) {
			full[host][at.Sub(from)/minute] += requests(c)
		}
		if c.Forced {
			identity, clients[c.Client+"@"+c.Account] = host, true
		}
	}
	most := map[string]int{}
	for host, counts := range full {
		most[host] = max(1, slices.Max(counts[:])) // what comes once a day comes, too
	}
	if perMinute := p.Of(tokenServes) / minute; len(clients) > 0 {
		most[identity] += (len(clients) + int(perMinute) - 1) / int(perMinute)
	}
	return most
}

// requests are how many one run of a check takes.
func requests(c *monitor.Check) int {
	if c.Name == "identity-jwks" && !c.Own {
		return 2 // the address of the keys, and the keys
	}
	return 1
}

// String is what a person wants to know of a good configuration.
func (v Validation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is good: %s, %s.\n", v.File, count(v.Checks, "check"), count(v.Receivers, "receiver"))
	if len(v.Requests) > 0 {
		fmt.Fprintf(&b, "\n%s", v.hosts())
	}
	if len(v.Scopes) > 0 {
		fmt.Fprintf(&b, "\n%s\n", wrap("The clients need scopes for the chosen modules: "+scopes(v.Scopes)+".", ""))
	}
	for _, r := range v.Remarks {
		fmt.Fprintf(&b, "\n%s\n", wrap(r, ""))
	}
	return b.String()
}

// hosts is a table of the busiest hosts.
func (v Validation) hosts() table {
	names := sortedKeys(v.Requests)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(v.Requests[b], v.Requests[a]) })
	t := table{{"HOST", "REQUESTS A MINUTE, AT MOST, WHILE ALL IS WELL"}}
	for i, host := range names {
		if i == hostsShown {
			t = append(t, []string{fmt.Sprintf("%d more", len(names)-i), fmt.Sprintf("%d each, or less", v.Requests[host])})
			break
		}
		n := fmt.Sprint(v.Requests[host])
		if v.Requests[host] > monitor.HostMax {
			n += fmt.Sprintf(": more than the %d that are good manners, ask less often", monitor.HostMax)
		}
		t = append(t, []string{host, n})
	}
	return t
}

// scopes says of which each module needs one.
func scopes(needs []string) string {
	var all []string
	for _, need := range needs {
		var modules []string
		for _, e := range apaleo.Entries() {
			if e.Scope == need {
				modules = append(modules, e.Name)
			}
		}
		all = append(all, fmt.Sprintf("%s (%s)", strings.Join(strings.Fields(need), " or "), strings.Join(modules, ", ")))
	}
	return strings.Join(all, "; ")
}
