package apaleo

import (
	"fmt"
	"net/url"
	"strings"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// http is an entry's request as its line says it.
func (m maker) http(e Entry) probe.HTTPConfig {
	method, path, _ := strings.Cut(e.Ask, " ")
	return probe.HTTPConfig{Transport: m.Transport, Method: method, URL: m.Hosts.base(e.host) + path, Expect: e.Expect}
}

func request(m maker, e Entry) (monitor.Probe, error) { return probe.HTTP(m.http(e)) }

func authorized(m maker, e Entry) (monitor.Probe, error) {
	c := m.http(e)
	c.Token = m.account.Source
	return probe.HTTP(c)
}

// account asks for the account that the token stands for, and what state it is in.
func account(m maker, e Entry) (monitor.Probe, error) {
	c := m.http(e)
	c.Token, c.Read = m.account.Source, readAccount(m.account.Code)
	return probe.HTTP(c)
}

// readAccount reads accounts/current (docs/apaleo.md, section 1): code as configured, type not Suspended.
func readAccount(want string) func(any) (monitor.Fault, string) {
	return func(v any) (monitor.Fault, string) {
		doc, _ := v.(map[string]any)
		code, _ := doc["code"].(string)
		kind, _ := doc["type"].(string)
		switch {
		case want != "" && code != want:
			return monitor.FaultWrongAccount, "the client's account is not " + want
		case kind == "Suspended":
			return monitor.FaultSuspended, "the account's type is Suspended"
		}
		return monitor.FaultNone, ""
	}
}

// discovery expects the issuer to be the host that was asked.
func discovery(m maker, e Entry) (monitor.Probe, error) {
	c, want := m.http(e), m.Hosts.id(onIdentity)
	c.Read = func(v any) (monitor.Fault, string) {
		doc, _ := v.(map[string]any)
		issuer, _ := doc["issuer"].(string)
		if u, err := url.Parse(issuer); err != nil || !strings.EqualFold(u.Host, want) {
			return monitor.FaultBody, fmt.Sprintf("the issuer is not %s", want)
		}
		return monitor.FaultNone, ""
	}
	return probe.HTTP(c)
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

func newToken(m maker, _ Entry) (monitor.Probe, error) {
	return probe.TokenCheck(m.account.Source, m.account.Code), nil
}

func connect(m maker, _ Entry) (monitor.Probe, error) {
	return probe.Connect(m.account.Source, m.Hosts.Identity+"/connect/revocation")
}
