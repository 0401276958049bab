package web

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const reporter = "only-for-reports"

// desk is a site that takes reports and beats, and counts those that came through.
func desk(token func() (string, error), came *int) *Site {
	s := doorkeeper()
	count := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != reportPath && r.PathValue("key") != "known-key" {
			http.NotFound(w, r)
			return
		}
		*came++
	})
	s.Intake = Intake{Report: count, Beat: count, Failed: count, Token: token}
	return s
}

func send(h http.Handler, method string, addr net.Addr, host, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+host+path, strings.NewReader("{}"))
	r = r.WithContext(withListener(r.Context(), addr))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestWhoMayReport is the matrix of who gets a report in: who brings the report token, from loopback too and
// through proxies, and nobody else.
func TestWhoMayReport(t *testing.T) {
	given := func() (string, error) { return reporter + "\n", nil }
	none := func() (string, error) { return "", nil }
	broken := func() (string, error) { return "", errors.New("permission denied: secret-path") }
	bearer, operator := "Bearer "+reporter, "Bearer "+token
	for _, tt := range []struct {
		name    string
		token   func() (string, error)
		addr    net.Addr
		host    string
		headers []string
		want    int
	}{
		{"loopback, no token set", none, loopback, "127.0.0.1:8080", nil, 403},
		{"loopback, nobody asks", nil, loopback, "localhost", nil, 403},
		{"no token set, empty token", none, loopback, "localhost", []string{"Authorization", "Bearer "}, 403},
		{"off loopback, no token set, operator's", none, lan, "192.0.2.1", []string{"Authorization", operator}, 403},
		{"loopback, token set", given, loopback, "127.0.0.1:8080", nil, 401},
		{"loopback, token", given, loopback, "127.0.0.1:8080", []string{"Authorization", bearer}, 200},
		{"off loopback, token", given, lan, "192.0.2.1", []string{"Authorization", bearer}, 200},
		{"off loopback, token, other case", given, lan, "192.0.2.1", []string{"Authorization", "bearer  " + reporter}, 200},
		{"through a proxy under its name, token", given, loopback, "bellhop.example.com", []string{"Authorization", bearer, "X-Forwarded-For", "203.0.113.7"}, 200},
		{"operator's token", given, lan, "192.0.2.1", []string{"Authorization", operator}, 401},
		{"operator's token on loopback", given, loopback, "127.0.0.1", []string{"Authorization", operator}, 401},
		{"empty token", given, lan, "192.0.2.1", []string{"Authorization", "Bearer "}, 401},
		{"as a password", given, lan, "192.0.2.1", []string{"Authorization", "Basic " + reporter}, 401},
		{"unreadable", broken, loopback, "127.0.0.1", []string{"Authorization", bearer}, 503},
		{"unreadable, empty token", broken, loopback, "127.0.0.1", []string{"Authorization", "Bearer "}, 503},
		{"a page of another site", given, loopback, "127.0.0.1", []string{"Authorization", bearer, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a page of another site, no token set", none, loopback, "127.0.0.1", []string{"Origin", "https://evil.example.com"}, 403},
	} {
		came := 0
		w := send(desk(tt.token, &came).Operator(), http.MethodPost, tt.addr, tt.host, reportPath, tt.headers...)
		if w.Code != tt.want || (came == 1) != (tt.want == 200) || strings.Contains(w.Body.String(), "secret-path") {
			t.Errorf("%s: status %d, want %d: %s", tt.name, w.Code, tt.want, w.Body)
		}
	}
}

// TestReportTokenOpensNothingElse ensures that who may report sees nothing and orders nothing.
func TestReportTokenOpensNothingElse(t *testing.T) {
	came := 0
	h := desk(func() (string, error) { return reporter, nil }, &came).Operator()
	for path, method := range map[string]string{
		"/metrics": "GET", "/api/v1/status": "GET", "/api/v1/hotels": "GET", "/hotels": "GET", "/api/v1/hotels/A/forget": "POST", "/api/v1/incidents": "GET",
	} {
		if w := send(h, method, lan, "192.0.2.1", path, "Authorization", "Bearer "+reporter); w.Code != 403 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if w := send(h, http.MethodGet, loopback, "127.0.0.1", reportPath, "Authorization", "Bearer "+reporter); w.Code != 405 {
		t.Errorf("GET: status %d", w.Code)
	}
	for _, path := range []string{reportPath, beatPath + "known-key"} {
		if w := send(desk(nil, &came).Public(), http.MethodPost, loopback, "127.0.0.1", path); w.Code != 404 {
			t.Errorf("%s on the public address: status %d", path, w.Code)
		}
	}
}

// TestBeats ensures that who knows a push key brings a beat from anywhere, by GET or POST, and that who does not
// gets the answer of an address that does not exist.
func TestBeats(t *testing.T) {
	came := 0
	h := desk(func() (string, error) { return reporter, nil }, &came).Operator()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, path := range []string{"known-key", "known-key/fail"} {
			came = 0
			if w := send(h, method, lan, "bellhop.example.com", beatPath+path, "X-Forwarded-For", "203.0.113.7"); w.Code != 200 || came != 1 {
				t.Errorf("%s %s: status %d, %d came", method, path, w.Code, came)
			}
		}
	}
	nowhere := send(h, http.MethodGet, lan, "192.0.2.1", beatPath+"known-key/nonsense").Body.String()
	for _, path := range []string{"unknown-key", "unknown-key/fail", "", "known-key/fail/x"} {
		if w := send(h, http.MethodGet, lan, "192.0.2.1", beatPath+path); w.Code != 404 || w.Body.String() != nowhere {
			t.Errorf("%q: status %d: %s", path, w.Code, w.Body)
		}
	}
}
