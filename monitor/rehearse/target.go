package rehearse

import (
	"net"
	"slices"
	"strings"

	"bellhop/monitor"
)

// A Target is what is troubled: a word, or a kind and a name.
type Target struct{ Kind, Name string }

// String is the target as scenarios name it.
func (t Target) String() string {
	if t.Name == "" {
		return t.Kind
	}
	return t.Kind + ":" + t.Name
}

// targets are the words for what can be troubled, with whether a name follows.
var targets = []struct {
	kind  string
	named bool
	about string
}{
	{"api", false, "apaleo's API"},
	{"identity", false, "apaleo's identity server, tokens included"},
	{"webhook", false, "apaleo's webhook API"},
	{"net", false, "the network between bellhop and the internet"},
	{"hotel", false, "the first of your accounts"},
	{"client", false, "the first of your OAuth clients"},
	{"integration", false, "your integration, as far as it reports"},
	{"host", true, "a host: host:example.com"},
	{"check", true, "a check: check:booking-engine or check:inventory@alpine"},
	{"account", true, "an account: account:alpine"},
	{"module", true, "a module of apaleo's API: module:booking"},
	{"client", true, "an OAuth client, by its id or its account: client:alpine"},
}

// TargetWords are the words for what can be troubled.
func TargetWords() []string {
	var words []string
	for _, t := range targets {
		word := t.kind
		if t.named {
			word += ":NAME"
		}
		words = append(words, word)
	}
	return words
}

// Targets says each word with what it is.
func Targets() [][2]string {
	var all [][2]string
	for i, word := range TargetWords() {
		all = append(all, [2]string{word, targets[i].about})
	}
	return all
}

// ParseTarget reads api or host:example.com.
func ParseTarget(word string) (Target, bool) {
	kind, name, named := strings.Cut(word, ":")
	for _, t := range targets {
		if t.kind == kind && t.named == named && (!named || name != "") {
			return Target{kind, name}, true
		}
	}
	return Target{}, false
}

// A Cast is who plays in a scenario.
type Cast struct {
	Config monitor.Reconfigure
	Pace   monitor.Pace
	Hosts  map[string]string // apaleo's hosts as checks name them, by "api", "identity" and "webhook"
	Seed   uint64            // of what is left to chance
}

// meant is a target with the words for the first one put in terms of the cast. ok is false where there is none.
func (c Cast) meant(t Target) (Target, bool) {
	if t.Name != "" || t.Kind != "hotel" && t.Kind != "client" {
		return t, true
	}
	for _, check := range c.Config.Checks {
		switch {
		case t.Kind == "client" && check.Client != "" && check.Account != "": // not one that asks with all clients in turn
			return Target{t.Kind, check.Client}, true
		case t.Kind == "hotel" && check.Account != "" && check.Kind != monitor.KindConnect:
			return Target{"account", check.Account}, true
		}
	}
	if hotels := c.hotels(); len(hotels) > 0 && t.Kind == "hotel" {
		return Target{"account", hotels[0].account}, true
	}
	return t, false
}

// concerns says whether a check can see a trouble of a target, put in terms of the cast.
func (c Cast) concerns(t Target, check *monitor.Check) bool {
	switch t.Kind {
	case "net":
		return check.Host != "" && !check.Reported
	case "integration":
		return check.Reported && check.Kind != monitor.KindBeat
	case "host":
		host, _, err := net.SplitHostPort(check.Host)
		return check.Host == t.Name || err == nil && host == t.Name
	case "check":
		return string(check.ID()) == t.Name || check.Name == t.Name
	case "account":
		return check.Account == t.Name
	case "client":
		return check.Client != "" && (check.Client == t.Name || check.Account == t.Name)
	case "module":
		return check.Module == t.Name
	}
	return check.Host != "" && check.Host == c.Hosts[t.Kind]
}

// Unseen lists the places of lines whose trouble no check can see, so that nobody can be told of it.
func (c Cast) Unseen(s Scenario) []int {
	var places []int
	checks := c.everything()
	for i, l := range s.Lines {
		if l.Do != Begin {
			continue
		}
		t, ok := c.meant(l.On)
		seen := func(check *monitor.Check) bool { return c.concerns(t, check) && sees(t, l.Fault, check) }
		if !ok || !slices.ContainsFunc(checks, seen) {
			places = append(places, i)
		}
	}
	return places
}

// everything are all checks there can be, those of reported hotels included.
func (c Cast) everything() []*monitor.Check {
	all := slices.Clone(c.Config.Checks)
	if c.Config.Reported.Hotel == nil {
		return all
	}
	all = append(all, c.Config.Reported.Pooled...)
	for _, h := range c.hotels() {
		all = append(all, c.Config.Reported.Hotel(h.account)...)
	}
	return all
}
