package rehearse

import (
	"fmt"
	"slices"
	"strings"
)

// Scenarios are those that have a name.
func Scenarios() []Scenario {
	var all []Scenario
	for _, one := range named {
		s, err := Parse(one.name, one.text)
		if err != nil {
			panic(err) // the text is part of the program, and a test reads it
		}
		s.Name, s.About = one.name, one.about
		all = append(all, s)
	}
	return all
}

// Named is the scenario of that name.
func Named(name string) (Scenario, bool) {
	all := Scenarios()
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return all[i], true
}

var named = []struct{ name, about, text string }{
	{"worst-night", "identity fails, then the API; a hotel is locked out, a certificate ends soon, we are cut off", `
+0s    begin identity 503
+20m   end identity
+22m   begin hotel 403
+40m   begin api 502 30%
+42m   begin api 502
+50m   begin api 502 30%
+52m   end api
+1h10m begin api 429
+1h20m end api
+1h30m begin net dns
+1h33m end net
+2h    begin webhook expiring
+3h    end hotel
`},
	{"outage", "apaleo's API answers 502 for ten minutes", `
+0s  begin api 502
+10m end api
`},
	{"brown-out", "every third request to apaleo's API fails for half an hour", `
+0s  begin api 503 30%
+30m end api
`},
	{"flapping", "apaleo's API is gone for three minutes and back for three, ten times over", flaps(10)},
	{"identity", "no new tokens for twenty minutes", `
+0s  begin identity 503
+20m end identity
`},
	{"credentials", "the secret of your first OAuth client is refused, until somebody mends it an hour later", `
+0s begin client invalid_client
+1h end client
`},
	{"one-hotel", "your first hotel locks the app out for an hour", `
+0s begin hotel 403
+1h end hotel
`},
	{"throttled", "apaleo answers 429 for ten minutes: nobody should be woken", `
+0s  begin api 429
+10m end api
`},
	{"our-network", "bellhop itself is cut off for three minutes: nobody should be blamed", `
+0s begin net dns
+3m end net
`},
	{"quiet-day", "a day on which nothing happens but two blips of ten seconds and a restart", `
+2h     begin api 502
+2h10s  end api
+9h     begin identity timeout
+9h10s  end identity
+12h    restart 20s
+24h    stop
`},
}

// flaps is so many times down for three minutes and up for three.
func flaps(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+%dm begin api 502\n+%dm end api\n", 6*i, 6*i+3)
	}
	return b.String()
}
