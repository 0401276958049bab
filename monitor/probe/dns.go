package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"bellhop/monitor"
)

// DNSConfig is one question to a name server.
type DNSConfig struct {
	Name   string // absolute, the last dot may be left out
	Type   string // A, AAAA, CNAME, MX, TXT or NS; A if empty
	Server string // host, or host:port, that is asked; 53 if there is no port, the system's resolver if empty

	// Expect is what has to be among the answers, each of it: addresses, names (case and last dot do not
	// matter), "host" or "10 host" of an MX, the whole text of a TXT. Empty is any answer. A CNAME is the name
	// that a chain of them ends at.
	Expect []string
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$`)

// DNS asks for a name's records. That the name does not exist, or has none of that type, is an answer, and not the
// expected one; that the server fails is FaultDNS. An error says what in the settings cannot be.
func DNS(c DNSConfig) (monitor.Probe, error) {
	l := &lookup{name: strings.TrimSuffix(c.Name, "."), kind: strings.ToUpper(cmp.Or(c.Type, "A"))}
	if _, err := netip.ParseAddr(l.name); err == nil || !plainName.MatchString(l.name) || len(l.name) > 253 {
		return nil, errors.New("name is none that can be looked up")
	}
	if l.find = records[l.kind]; l.find == nil {
		return nil, errors.New("type must be A, AAAA, CNAME, MX, TXT or NS")
	}
	if c.Server != "" {
		host, port, err := net.SplitHostPort(c.Server)
		if err != nil {
			host, port = strings.Trim(c.Server, "[]"), "53"
		}
		l.server, l.host = net.JoinHostPort(host, port), host
	}
	for _, want := range c.Expect {
		if _, err := netip.ParseAddr(want); err != nil && (l.kind == "A" || l.kind == "AAAA") {
			return nil, errors.New("expect must hold addresses")
		}
		l.expect = append(l.expect, l.canonical(want))
	}
	return l.ask, nil
}

// A lookup is one question.
type lookup struct {
	name, kind   string
	find         finder
	server, host string // "" is the system's
	expect       []string
}

// A finder looks up the records of one type.
type finder func(ctx context.Context, r *net.Resolver, name string) ([]string, error)

var records = map[string]finder{
	"A": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		return ips(ctx, r, "ip4", name)
	},
	"AAAA": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		return ips(ctx, r, "ip6", name)
	},
	"CNAME": alias,
	"TXT": func(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
		return r.LookupTXT(ctx, name)
	},
	"MX": func(ctx context.Context, r *net.Resolver, name string) (all []string, err error) {
		found, err := r.LookupMX(ctx, name)
		for _, mx := range found {
			all = append(all, fmt.Sprintf("%d %s", mx.Pref, mx.Host))
		}
		return all, err //nolint:wrapcheck // it is classified
	},
	"NS": func(ctx context.Context, r *net.Resolver, name string) (all []string, err error) {
		found, err := r.LookupNS(ctx, name)
		for _, ns := range found {
			all = append(all, ns.Host)
		}
		return all, err //nolint:wrapcheck // it is classified
	},
}

func ips(ctx context.Context, r *net.Resolver, network, name string) (all []string, err error) {
	found, err := r.LookupNetIP(ctx, network, name)
	for _, ip := range found {
		all = append(all, ip.Unmap().String())
	}
	return all, err //nolint:wrapcheck // it is classified
}

// alias is the name at the end of the chain, none if it does not begin.
func alias(ctx context.Context, r *net.Resolver, name string) ([]string, error) {
	end, err := r.LookupCNAME(ctx, name)
	if err != nil || strings.EqualFold(end, name) {
		return nil, err //nolint:wrapcheck // it is classified
	}
	return []string{end}, nil
}

func (l *lookup) ask(ctx context.Context, a monitor.Attempt) monitor.Outcome {
	began, t := now(a), &exchanged{server: l.server}
	answers, err := l.find(ctx, t.resolver(), l.name+".")
	for i := range answers {
		answers[i] = l.canonical(answers[i])
	}
	slices.Sort(answers)
	var ans answer
	ans.IP = t.spoken()
	if l.kind == "A" || l.kind == "AAAA" {
		ans.Addrs = answers[:min(len(answers), maxAddrs)]
	}
	if err != nil {
		ans.Fault, ans.Detail = l.explain(ctx, err, t.read())
	} else {
		ans.Fault, ans.Detail = l.judge(answers, l.server != "" && t.read().dials == 0)
	}
	ans = began.stamp(ans)
	ans.Phases.DNS = ans.Took
	return ans.Outcome
}

// judge compares answers with what is expected. A file of this machine answers before the server does.
func (l *lookup) judge(answers []string, byFile bool) (monitor.Fault, string) {
	if byFile {
		return monitor.FaultBody, fmt.Sprintf("this machine's hosts file answers for %s: %s was not asked", l.name, l.host)
	}
	if len(answers) == 0 {
		return monitor.FaultBody, fmt.Sprintf("%s has no %s record", l.name, l.kind)
	}
	for _, want := range l.expect {
		same := func(got string) bool { return got == want || l.kind == "MX" && strings.HasSuffix(got, " "+want) }
		if !slices.ContainsFunc(answers, same) {
			return monitor.FaultBody, oneLine(want, maxTermShown) + " is not among the answers" + l.shown(answers)
		}
	}
	return monitor.FaultNone, ""
}

// shown are the first answers, where they are names or addresses: other text is not ours to repeat.
func (l *lookup) shown(answers []string) string {
	if l.kind == "TXT" {
		return ""
	}
	return " (" + foreign(strings.Join(answers[:min(len(answers), 3)], ", "), maxTermShown) + ")"
}

// canonical makes answers and expectations comparable.
func (l *lookup) canonical(s string) string {
	if l.kind == "TXT" {
		return s
	}
	s = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.Unmap().String()
	}
	return s
}
