package apaleo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// http is an entry's request as its line says it, at a time.
func (m maker) http(e Entry, at time.Time) probe.HTTPConfig {
	var properties []string
	if m.account != nil {
		properties = m.account.Properties
	}
	method, path, _ := strings.Cut(e.Ask, " ")
	c := probe.HTTPConfig{
		Transport: m.Transport, Method: method, URL: m.Hosts.base(e.host) + filled(path, properties, at), Expect: e.Expect,
	}
	if m.account != nil {
		c.Token, c.Needs = m.account.Source, m.needsOf(e)
	}
	return c
}

var ofDay = regexp.MustCompile(`\{day(?:\+(\d+))?\}`)

// filled puts properties and days (in UTC) into a path. A parameter for which there is no property is left out.
func filled(path string, properties []string, at time.Time) string {
	path = ofDay.ReplaceAllStringFunc(path, func(s string) string {
		more, _ := strconv.Atoi(ofDay.FindStringSubmatch(s)[1])
		return at.UTC().AddDate(0, 0, more).Format(time.DateOnly)
	})
	path, query, ok := strings.Cut(path, "?")
	if !ok {
		return path
	}
	var escaped, kept []string
	for _, p := range properties {
		escaped = append(escaped, url.QueryEscape(p))
	}
	for part := range strings.SplitSeq(query, "&") {
		if strings.Contains(part, "{propert") {
			if len(escaped) == 0 {
				continue
			}
			part = strings.NewReplacer("{property}", escaped[0], "{properties}", strings.Join(escaped, ",")).Replace(part)
		}
		kept = append(kept, part)
	}
	return strings.TrimSuffix(path+"?"+strings.Join(kept, "&"), "?")
}

// request asks as the line says. What has a day in it is made anew for each attempt.
func request(m maker, e Entry) (monitor.Probe, error) {
	ask, err := probe.HTTP(m.http(e, time.Time{}))
	if err != nil || !ofDay.MatchString(e.Ask) {
		return m.explained(e, ask), err
	}
	return m.explained(e, func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		today, err := probe.HTTP(m.http(e, a.At))
		if err != nil {
			return unmade()
		}
		return today(ctx, a)
	}), nil
}

// authorized is a request with an account's token.
func authorized(m maker, e Entry) (monitor.Probe, error) { return request(m, e) }

// reading is a request whose answer is looked at by more than an expression.
func (m maker) reading(e Entry, read func(any) (monitor.Fault, string)) (monitor.Probe, error) {
	c := m.http(e, time.Time{})
	c.Read = read
	ask, err := probe.HTTP(c)
	return m.explained(e, ask), err
}

// explained names what an answer means by what was asked: a page instead of JSON, a property that is gone.
func (m maker) explained(e Entry, ask monitor.Probe) monitor.Probe {
	if ask == nil {
		return nil
	}
	return func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		o := ask(ctx, a)
		switch {
		case o.Fault == monitor.FaultBody && o.Body.Type == "text/html":
			o.Code, o.Detail = codePage, "an HTML page came instead of JSON"
		case e.namesProperties() && m.account != nil && len(m.account.Properties) > 0 && noSuchProperty(e, o):
			o.Fault, o.Detail = monitor.FaultArchived, fmt.Sprintf("HTTP %d for the property %s", o.Status, strings.Join(m.account.Properties, ", "))
		}
		return o
	}
}

// noSuchProperty is what apaleo answers for a property that is archived or deleted: 404 (docs/apaleo.md, section B), or
// a 422 that says so (#292).
func noSuchProperty(e Entry, o monitor.Outcome) bool {
	said := strings.ToLower(strings.Join(o.Messages, " "))
	return e.ofProperty() && (o.Status == 404 || o.Status == 410) ||
		o.Fault == monitor.FaultInvalid && strings.Contains(said, "propert") && strings.Contains(said, "not exist")
}

// account asks for the account that the token stands for, and what state it is in.
func account(m maker, e Entry) (monitor.Probe, error) {
	return m.reading(e, readAccount(m.account.Code, m.account.Type))
}

// readAccount reads accounts/current (docs/apaleo.md, section 1): code and type as configured, and not Suspended.
func readAccount(code, kind string) func(any) (monitor.Fault, string) {
	return func(v any) (monitor.Fault, string) {
		doc, _ := v.(map[string]any)
		saysCode, _ := doc["code"].(string)
		says, _ := doc["type"].(string)
		switch {
		case code != "" && saysCode != code:
			return monitor.FaultWrongAccount, "the client's account is not " + code
		case says == "Suspended":
			return monitor.FaultSuspended, "the account's type is Suspended"
		case kind == "Live" && (says == "Development" || says == "Trial"):
			return monitor.FaultDevelopment, "the account's type is " + says + ", not Live"
		}
		return monitor.FaultNone, ""
	}
}

// discovery expects the issuer to be the host that was asked.
func discovery(m maker, e Entry) (monitor.Probe, error) {
	want := m.Hosts.id(onIdentity)
	return m.reading(e, func(v any) (monitor.Fault, string) {
		doc, _ := v.(map[string]any)
		issuer, _ := doc["issuer"].(string)
		if u, err := url.Parse(issuer); err != nil || !strings.EqualFold(u.Host, want) {
			return monitor.FaultBody, fmt.Sprintf("the issuer is not %s", want)
		}
		return monitor.FaultNone, ""
	})
}

func keys(m maker, _ Entry) (monitor.Probe, error) {
	return probe.JWKS(m.Hosts.Identity+"/.well-known/openid-configuration", m.Transport)
}

func tokenEdge(m maker, _ Entry) (monitor.Probe, error) {
	return probe.TokenEdge(m.Hosts.TokenURL(), m.Transport)
}

func tlsExpiry(m maker, e Entry) (monitor.Probe, error) {
	return probe.TLS(probe.TLSConfig{Transport: m.Transport, Host: m.Hosts.id(e.host)})
}

func statusPage(m maker, _ Entry) (monitor.Probe, error) {
	return probe.StatusPage(m.Hosts.StatusPage, m.Transport)
}

func newToken(m maker, e Entry) (monitor.Probe, error) {
	return probe.TokenCheck(m.account.Source, m.account.Code, m.needsOf(e)...), nil
}

func connect(m maker, _ Entry) (monitor.Probe, error) {
	return probe.Connect(m.account.Source, m.Hosts.Identity+"/connect/revocation")
}

// nightAudit reads the latest night audit of each property.
func nightAudit(m maker, e Entry) (monitor.Probe, error) { return m.reading(e, readNightAudit) }

// readNightAudit looks for a property whose newest entry tells of a failure. The names of the fields are not
// known (docs/apaleo.md, section C): any that is called a state, type or status counts.
func readNightAudit(v any) (monitor.Fault, string) {
	doc, _ := v.(map[string]any)
	entries, ok := v.([]any)
	if !ok {
		entries, _ = doc["logEntries"].([]any)
	}
	seen := map[string]bool{}
	for _, item := range entries {
		entry, _ := item.(map[string]any)
		property, _ := entry["propertyId"].(string)
		if !seen[property] && failedEntry(entry) {
			return monitor.FaultBody, strings.TrimSpace("the last night audit failed " + ofProperty(property))
		}
		seen[property] = true
	}
	return monitor.FaultNone, ""
}

func failedEntry(entry map[string]any) bool {
	for key, value := range entry {
		word, _ := value.(string)
		key = strings.ToLower(key)
		if strings.EqualFold(word, "failed") && (strings.HasSuffix(key, "type") || strings.HasSuffix(key, "status") || strings.HasSuffix(key, "state")) {
			return true
		}
	}
	return false
}

// propertyID is what an id looks like; what does not is not shown.
var propertyID = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)

func ofProperty(id string) string {
	if !propertyID.MatchString(id) {
		return ""
	}
	return "at property " + id
}
