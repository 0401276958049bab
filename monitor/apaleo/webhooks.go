package apaleo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// The kinds of checks that watch the way from apaleo to the integration, in Check.Kind.
const (
	KindSubscription = "subscription"
	KindReceiver     = "receiver"
)

// A WebhookConfig is the integration's own endpoint for apaleo's webhooks, and what it should be sent.
type WebhookConfig struct {
	Name     string // of its checks: NAME-subscription and NAME-receiver; "" is webhook
	Endpoint string // an http or https address; a secret, as apaleo signs nothing (docs/apaleo.md, section 4)

	// Account is the one whose subscription is looked for, with the integration's own client: apaleo lists the
	// subscriptions of that client and account, and no other's. Nil looks for none.
	Account    *Account
	Events     []string // as in reservation/* or folio/created; nil is whatever is subscribed
	Properties []string // ids; nil is whatever is subscribed
	Ping       bool     // ask the endpoint, too, as apaleo's healthcheck does
}

// pingCode is the account code in bellhop's own healthchecks. It is nobody's, so that an integration that notes
// when it was pinged for whom does not take bellhop's for apaleo's.
const pingCode = "BELLHOP"

// Webhook makes the checks of one endpoint: its subscription, a warning as long as nothing else fails, and the
// receiver itself. An error says what in the settings cannot be; it does not repeat the endpoint.
func (c Config) Webhook(w WebhookConfig) ([]*monitor.Check, error) {
	if c.Transport == nil || c.Pace.By == 0 {
		return nil, errors.New("apaleo webhook: no transport, or no pace")
	}
	if w.Name == "" {
		w.Name = "webhook"
	}
	if err := w.valid(); err != nil {
		return nil, fmt.Errorf("webhook %s: %w", w.Name, err)
	}
	var checks []*monitor.Check
	if w.Account != nil {
		check, err := c.subscription(w)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", w.Name, err)
		}
		checks = append(checks, check)
	}
	if w.Ping {
		check, err := c.receiver(w)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", w.Name, err)
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// host of the endpoint, in lower case, with its port if that is given.
func (w WebhookConfig) host() string {
	u, err := url.Parse(w.Endpoint)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

func (w WebhookConfig) valid() error {
	u, err := url.Parse(w.Endpoint)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return errors.New("the endpoint must begin with http:// or https:// and name a host")
	case w.Account != nil && (w.Account.Name == "" || w.Account.Source == nil):
		return errors.New("an account without a name or a client")
	case w.Account != nil && w.Account.Connect:
		return errors.New("the account has no token of its own")
	}
	for _, e := range w.Events {
		if topic, kind, ok := strings.Cut(e, "/"); !ok || topic == "" || kind == "" {
			return fmt.Errorf("event %q is not of the form topic/type or topic/*", e)
		}
		if len(w.Properties) > 0 && ofAccounts(e) {
			return fmt.Errorf("event %q is never sent to a subscription of certain properties", e)
		}
	}
	return nil
}

// ofAccounts tells whether an event is about an account as a whole (docs/apaleo.md, section 4; #382).
func ofAccounts(event string) bool {
	event = strings.ToLower(event)
	return strings.HasPrefix(event, "account/") || strings.HasPrefix(event, "booking/") || event == "property/created"
}

// subscription looks every five minutes whether apaleo still lists the endpoint.
func (c Config) subscription(w WebhookConfig) (*monitor.Check, error) {
	at := c.Hosts.Webhook + "/v1/subscriptions"
	ask, err := probe.HTTP(probe.HTTPConfig{
		Transport: c.Transport, URL: at, Token: w.Account.Source, Read: w.read,
		Expect: `status in [204, 404] || status == 200 && type(json) == "array"`, // 404 has been seen for none
	})
	if err != nil {
		return nil, err
	}
	hotel, client := w.Account.Name, w.Account.Source.ClientID()
	edge := monitor.Node{Kind: monitor.NodeEdge, ID: c.Hosts.id(onWebhook)}
	check := &monitor.Check{
		Name: w.Name + "-subscription", Account: hotel, Client: client, Kind: KindSubscription,
		Title: "Webhook subscription of " + hotel, Request: "GET " + at, Public: notifications,
		Host: edge.ID, Warning: true, Rule: c.Rule, Ask: ask,
		Path: []monitor.Node{edge, {Kind: monitor.NodeClient, ID: client}, {Kind: monitor.NodeAccount, ID: hotel}},
		Asks: hashOf(KindSubscription, at, w.host(), w.Account.Code, client, strings.Join(w.Events, " "), strings.Join(w.Properties, " ")),
	}
	c.every(check, 5*minute)
	return check, nil
}

// receiver calls the endpoint each minute as apaleo does: a POST, an answer of 2xx within ten seconds, a
// certificate that holds, no redirect (docs/apaleo.md, section 4).
func (c Config) receiver(w WebhookConfig) (*monitor.Check, error) {
	if _, err := probe.HTTP(c.ping(w, time.Time{})); err != nil {
		return nil, err
	}
	scheme, _, _ := strings.Cut(w.Endpoint, ":")
	check := &monitor.Check{
		Name: w.Name + "-receiver", Kind: KindReceiver, Title: "Webhook receiver " + w.host(), Public: notifications,
		Request: "POST " + scheme + "://" + w.host() + "/…", Host: w.host(), Rule: c.Rule,
		Own:       true, // whatever it answers other than 2xx, apaleo takes for a failure
		Anonymous: true,
		Path:      []monitor.Node{ReceiverNode()}, Direct: []monitor.Node{ReceiverNode()},
		Asks: hashOf(KindReceiver, w.host()),
		Ask: func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
			ask, err := probe.HTTP(c.ping(w, a.At))
			if err != nil {
				return monitor.Outcome{At: a.At, Started: a.At, Fault: monitor.FaultPanic, Detail: "the endpoint could be asked when this check was made"}
			}
			return ask(ctx, a)
		},
	}
	c.every(check, minute)
	check.Slow = check.Timeout / 2
	return check, nil
}

// ping is a healthcheck as apaleo sends it, with an id and a time of its own.
func (c Config) ping(w WebhookConfig, at time.Time) probe.HTTPConfig {
	return probe.HTTPConfig{
		Transport: c.Transport, Method: "POST", URL: w.Endpoint, Body: healthcheck(at),
		Headers: map[string]string{"Content-Type": "application/json; charset=utf-8"},
		Expect:  "status in 200..299",
	}
}

// healthcheck is the body of a system/healthcheck (docs/apaleo.md, section 4). Its id is made of its time.
func healthcheck(at time.Time) string {
	sum := sha256.Sum256([]byte(at.UTC().Format(time.RFC3339Nano)))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	body, err := json.Marshal(struct {
		ID          string   `json:"id"`
		Topic       string   `json:"topic"`
		Type        string   `json:"type"`
		AccountID   string   `json:"accountId"`
		PropertyIDs []string `json:"propertyIds"`
		Timestamp   int64    `json:"timestamp"`
	}{fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]), "system", "healthcheck", pingCode, []string{}, at.UnixMilli()})
	if err != nil {
		panic("a healthcheck is plain values: " + err.Error())
	}
	return string(body)
}

// every sets how often a check is asked, and how long it may take.
func (c Config) every(check *monitor.Check, every time.Duration) {
	check.Every = c.Pace.Of(every)
	check.Spec, check.Schedule = "@every "+short(check.Every), monitor.EverySchedule(check.ID(), check.Every)
	check.Timeout = min(longestWait, check.Every*8/10)
}

func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// A subscription is what apaleo lists of one, in its form of today and in the one before (docs/apaleo.md, section 4).
type subscription struct{ endpoint, events, properties []string }

// read looks for the endpoint, its events and its properties in the list. No list is none: apaleo answers 204.
func (w WebhookConfig) read(v any) (monitor.Fault, string) {
	list, _ := v.([]any)
	if len(list) == 0 {
		return monitor.FaultUnsubscribed, "apaleo lists no subscription of this client for this account"
	}
	var ours []subscription
	for _, item := range list {
		if s := readSubscription(item); slices.ContainsFunc(s.endpoint, w.isEndpoint) {
			ours = append(ours, s)
		}
	}
	if len(ours) == 0 {
		return monitor.FaultUnsubscribed, fmt.Sprintf("apaleo lists %d of this client for this account, none of them with our endpoint", len(list))
	}
	if missing := w.missing(ours); missing != "" {
		return monitor.FaultUnsubscribed, "the subscription lacks " + missing
	}
	return monitor.FaultNone, ""
}

func readSubscription(v any) subscription {
	doc, _ := v.(map[string]any)
	s := subscription{endpoint: stringsIn(doc["endpointUrl"]), properties: stringsIn(doc["propertyIds"])}
	for _, key := range []string{"events", "topics", "topic"} {
		for _, e := range stringsIn(doc[key]) {
			if !strings.Contains(e, "/") {
				e += "/*" // the form before named topics alone
			}
			s.events = append(s.events, strings.ToLower(e))
		}
	}
	return s
}

// stringsIn is a text, or a list of them.
func stringsIn(v any) (all []string) {
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, item := range v {
			if s, ok := item.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// isEndpoint compares addresses; scheme and host may be written in any case, and with their usual port.
func (w WebhookConfig) isEndpoint(other string) bool { return plainURL(other) == plainURL(w.Endpoint) }

func plainURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	if usual != "" {
		u.Host = strings.TrimSuffix(u.Host, usual)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
