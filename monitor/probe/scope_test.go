package probe

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

func TestLostScope(t *testing.T) {
	many := slices.Repeat([]string{"x"}, maxScopes)
	for _, tt := range []struct {
		needs, scopes []string
		want          string
	}{
		{nil, []string{}, ""},
		{[]string{"a.read"}, nil, ""}, // not known
		{[]string{"a.read"}, many, ""},
		{[]string{"a.read"}, []string{}, "a.read"},
		{[]string{"a.read"}, []string{"b.read", "a.read"}, ""},
		{[]string{"a.read"}, []string{"a.reader", "A.read"}, "a.read"},
		{[]string{"a.read a.manage"}, []string{"a.manage"}, ""},
		{[]string{"a.read", "b.read b.manage"}, []string{"a.read"}, "b.read b.manage"},
		{[]string{"", " "}, []string{}, ""},
	} {
		if got := LostScope(tt.needs, tt.scopes); got != tt.want {
			t.Errorf("%q of %q: %q, want %q", tt.needs, tt.scopes, got, tt.want)
		}
	}
}

// TestMoreScopesLoseNothing holds for any needs.
func TestMoreScopesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "a b", "b c"}), 0, 4)
		needs, scopes := some.Draw(t, "needs"), append([]string{}, some.Draw(t, "scopes")...)
		more := append(slices.Clone(scopes), some.Draw(t, "more")...)
		if LostScope(needs, scopes) == "" && LostScope(needs, more) != "" {
			t.Fatalf("%q is met by %q, and not by %q", needs, scopes, more)
		}
	})
}

// TestForbiddenWithoutItsScope tells a scope that is missing from another refusal.
func TestForbiddenWithoutItsScope(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for _, tt := range []struct {
		token string
		needs []string
		want  monitor.Fault
		text  string
	}{
		{jwtOf(`{"scope":["a.read"]}`), []string{"reservations.read"}, "scope_lost", "scope reservations.read is not in the token"},
		{jwtOf(`{"scope":"a.read"}`), []string{"b.read b.manage"}, "scope_lost", "none of the scopes b.read, b.manage is in the token"},
		{jwtOf(`{"scope":["a.read"]}`), []string{"a.read"}, "forbidden", "HTTP 403"},
		{jwtOf(`{"scope":["a.read"]}`), nil, "forbidden", "HTTP 403"},
		{jwtOf(`{"scope":7}`), []string{"a.read"}, "forbidden", "HTTP 403"},
		{"opaque", []string{"a.read"}, "forbidden", "HTTP 403"},
	} {
		s := keptSource(t, KeptConfig{File: keptFile(t, tt.token)})
		o := ask(t, get(t, HTTPConfig{URL: url, Token: s, Needs: tt.needs}), 5*time.Second, false)
		if o.Fault != tt.want || !strings.HasPrefix(o.Detail, tt.text) || o.Status != 403 {
			t.Errorf("%q: %q (%s), want %q (%s)", tt.needs, o.Fault, o.Detail, tt.want, tt.text)
		}
	}
}

// TestScopesOfOpaqueTokens come from the answer. Where it names none they are not known, whatever was asked for: a
// server may have left it out (oidc-provider does so with scopes that it does not know).
func TestScopesOfOpaqueTokens(t *testing.T) {
	for body, want := range map[string][]string{
		`{"access_token":"x","expires_in":60,"scope":"a.read b.read"}`:                                  {"a.read", "b.read"},
		`{"access_token":"x","expires_in":60}`:                                                          nil,
		`{"access_token":"x","expires_in":60,"scope":""}`:                                               {},
		`{"access_token":"` + jwtOf(`{"scope":["d.read","<b>"]}`) + `","expires_in":60,"scope":"nope"}`: {"d.read"},
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		s, err := NewSource(SourceConfig{
			Transport: transport(t, TransportConfig{}), ClientID: "c", TokenURL: url, Pace: monitor.RealPace(), Scopes: []string{"c.read"},
			Secret: func() (string, time.Time, error) { return "s", time.Time{}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != "" || (o.Token.Scopes == nil) != (want == nil) || !slices.Equal(o.Token.Scopes, want) {
			t.Errorf("%s: %q (%s), scopes %#v, want %q", body, o.Fault, o.Detail, o.Token.Scopes, want)
		}
	}
}

// TestRecordedHeaders reads the headers that apaleo sent with a 403 in 2021.
func TestRecordedHeaders(t *testing.T) {
	b, err := os.ReadFile("testdata/403-headers-2021.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Status  int
		Headers map[string]string
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range v.Headers {
			if name != "connection" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(v.Status)
	})
	o := ask(t, get(t, HTTPConfig{URL: url}), 5*time.Second, false)
	want := monitor.RateLimit{Limit: -1, Remaining: 299, Reset: time.Date(2021, 3, 8, 15, 56, 8, 268917600, time.UTC)}
	if o.Fault != "forbidden" || o.Limit != want || o.TrackingID != "a25f065f-0029-4745-9c0a-1e3127e12490" {
		t.Errorf("%q, limit %+v, tracking id %q", o.Fault, o.Limit, o.TrackingID)
	}
}

func TestRateLimit(t *testing.T) {
	at := "2026-11-22T10:00:00Z"
	reset := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		limit, remaining, reset string
		want                    monitor.RateLimit
	}{
		{"1m", "3400", at, monitor.RateLimit{Limit: -1, Remaining: 3400, Reset: reset}},
		{"3500", "0", at, monitor.RateLimit{Limit: 3500, Reset: reset}},
		{"", "12", "", monitor.RateLimit{Limit: -1, Remaining: 12}},
		{"1m", " 7 ", "soon", monitor.RateLimit{Limit: -1, Remaining: 7}},
		{"1m", "", at, monitor.RateLimit{}},
		{"1m", "-1", at, monitor.RateLimit{}},
	} {
		h := http.Header{}
		h.Set("X-Rate-Limit-Limit", tt.limit)
		h.Set("X-Rate-Limit-Remaining", tt.remaining)
		h.Set("X-Rate-Limit-Reset", tt.reset)
		if got := rateLimit(h); got != tt.want {
			t.Errorf("%+v, want %+v", got, tt.want)
		}
	}
}
