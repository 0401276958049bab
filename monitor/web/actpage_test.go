package web

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"bellhop/monitor"
)

// fill sends a form as a browser does that shows the page.
func fill(h http.Handler, addr net.Addr, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://localhost:8080"+path, strings.NewReader(form.Encode()))
	r = r.WithContext(withListener(r.Context(), addr))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const incidentPath = "/incidents/inc_0193a"

// TestQuietPages ensures that the pages look as they did when somebody last read them.
func TestQuietPages(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	s := d.site(Options{})
	h := protect(s.operatorRoutes())
	golden(t, "board-quiet.html", live(t, get(h, "/").Body.String()))
	golden(t, "incident-quiet.html", live(t, get(h, incidentPath).Body.String()))
	golden(t, "silences.html", live(t, get(h, "/silences").Body.String()))
	golden(t, "public-quiet.html", live(t, get(s.Public(), "/").Body.String()))
	for _, path := range []string{"/", incidentPath, "/silences"} {
		if err := wellFormed(get(h, path).Body.String()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestForms ensures that each button does what it says, and that who pressed it sees the page again.
func TestForms(t *testing.T) {
	for _, tt := range []struct {
		path, form string
		want       monitor.Act
		at         string
	}{
		{incidentPath, "act=acknowledge&by=Anna&for=1h", monitor.Act{Kind: monitor.ActAcknowledge, Until: at("11:05:00")}, "inc_0193a#act"},
		{incidentPath, "act=acknowledge&by=Anna&for=8h", monitor.Act{Kind: monitor.ActAcknowledge, Until: at("18:05:00")}, "inc_0193a#act"},
		{incidentPath, "act=silence&by=Anna&for=&why=known", monitor.Act{Kind: monitor.ActSilence, Why: "known"}, "inc_0193a#act"},
		{incidentPath, "act=note&by=Anna&for=1h&why=ticket", monitor.Act{Kind: monitor.ActNote, Why: "ticket"}, "inc_0193a#act"},
		{incidentPath, "act=unacknowledge&by=Anna&for=1h", monitor.Act{Kind: monitor.ActUnacknowledge}, "inc_0193a#act"},
		{incidentPath, "act=lift+sil_star12345b&by=Anna&for=1h", monitor.Act{Kind: monitor.ActLift, Lifts: "sil_star12345b"}, "inc_0193a#act"},
		{"/silences", "act=lift&id=pau_moon12345a&by=Anna", monitor.Act{Kind: monitor.ActLift, Lifts: "pau_moon12345a"}, "silences?done="},
		{
			"/silences", "act=make&kind=pause&checks=api-edge,+token-edge&by=Anna&name=&for=2h",
			monitor.Act{Kind: monitor.ActPause, Until: at("12:05:00"), Target: monitor.Target{Checks: []monitor.CheckID{"api-edge", "token-edge"}}},
			"silences?done=",
		},
		{
			"/silences", "act=make&kind=maintenance&labels=team%3Dweb&by=Anna&name=Upgrade&for=2h&from=2026-11-22T22%3A00",
			monitor.Act{Kind: monitor.ActMaintenance, Name: "Upgrade", From: at("22:00:00"), Until: at("22:00:00").Add(2 * 3600e9), Target: monitor.Target{Labels: map[string]string{"team": "web"}}},
			"silences?done=",
		},
		{"/silences", "act=make&kind=silence&accounts=alpine-hotels&by=Anna&why=moves", monitor.Act{Kind: monitor.ActSilence, Why: "moves", Until: at("11:05:00"), Target: monitor.Target{Accounts: []string{"alpine-hotels"}}}, "silences?done="},
	} {
		d := &clerk{s: worldQuiet()}
		form, _ := url.ParseQuery(tt.form)
		w := fill(d.site(Options{}).Operator(), loopback, tt.path, form)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), tt.at) || len(d.acts) != 1 {
			t.Errorf("%s: status %d, to %q, acts %v: %s", tt.form, w.Code, w.Header().Get("Location"), d.acts, w.Body)
			continue
		}
		got := d.acts[0]
		tt.want.At, tt.want.ID, tt.want.By = now, got.ID, "Anna"
		if tt.want.From.IsZero() {
			tt.want.From = now
		}
		if tt.path == incidentPath && tt.want.Lifts == "" {
			tt.want.Target.Incident = "inc_0193a"
		}
		if a, b := mustJSON(t, got), mustJSON(t, tt.want); a != b {
			t.Errorf("%s: the book gets\n%s, want\n%s", tt.form, a, b)
		}
	}
}

// TestFormsAskForTheToken ensures that where there is a token a form needs it, that it is never shown again, and that who
// brought it as a password need not write it.
func TestFormsAskForTheToken(t *testing.T) {
	form := url.Values{"act": {"acknowledge"}, "by": {`Anna "><script>alert(1)</script>`}, "why": {"'\"<b>x"}, "for": {"8h"}}
	for _, tt := range []struct {
		name, token string
		want        int
		headers     []string
	}{
		{"none", "", 403, nil},
		{"wrong", "let-me-out", 403, nil},
		{"right", token, 303, nil},
		{"as a password", "", 303, []string{"Authorization", "Basic YTpsZXQtbWUtaW4="}},
		{"from another site", token, 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"from a site beside it", token, 403, []string{"Sec-Fetch-Site", "same-site"}},
		{"as a password, from another site", token, 403, []string{"Authorization", "Basic YTpsZXQtbWUtaW4=", "Sec-Fetch-Site", "cross-site"}},
	} {
		for _, path := range []string{incidentPath, "/silences"} {
			d := &clerk{s: worldQuiet()}
			h := d.site(Options{Token: func() (string, error) { return token + "\n", nil }}).Operator()
			form.Set("token", tt.token)
			form.Set("kind", "pause")
			form.Set("checks", "api-edge")
			w := fill(h, loopback, path, form, tt.headers...)
			page := w.Body.String()
			if w.Code != tt.want || len(d.acts) != map[bool]int{true: 1}[tt.want == 303] {
				t.Errorf("%s, %s: status %d, want %d; acts %v", tt.name, path, w.Code, tt.want, d.acts)
			}
			if strings.Contains(page, "let-me") || strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>x") {
				t.Errorf("%s, %s: the page shows what it must not", tt.name, path)
			}
			shown := strings.Contains(page, `role="alert"`) && strings.Contains(page, `name="token"`) && strings.Contains(page, "Anna &#34;&gt;&lt;script")
			if own := tt.want == 403 && tt.headers == nil; own && (!shown || wellFormed(page) != nil) {
				t.Errorf("%s, %s: it is not said why, or what was written is lost:\n%.3000s", tt.name, path, page)
			}
		}
	}
	s := (&clerk{s: worldQuiet()}).site(Options{Token: func() (string, error) { return token, nil }})
	near, known := knock(s.Operator(), loopback, "localhost", incidentPath).Body.String(), knock(s.Operator(), lan, "192.0.2.1", incidentPath, "Authorization", "Bearer "+token).Body.String()
	if !strings.Contains(near, `name="token"`) || strings.Contains(known, `name="token"`) || !strings.Contains(known, `name="by"`) {
		t.Error("the token is asked for where it was shown, or is not where it was not")
	}
	if none := knock((&clerk{s: worldQuiet()}).site(Options{}).Operator(), loopback, "localhost", incidentPath).Body.String(); strings.Contains(none, `name="token"`) {
		t.Error("a token is asked for where there is none")
	}
}

// TestNothingActsOnReading ensures that an address alone does nothing, whatever is in it: machines follow links.
func TestNothingActsOnReading(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	for _, path := range []string{
		incidentPath + "?act=silence&by=Anna&why=x&for=1h", "/silences?act=lift&id=sil_star12345b&by=Anna", "/api/v1/silences?by=Anna",
		"/api/v1/silences/sil_star12345b?by=Anna", "/api/v1/checks/api-edge/pause?by=Anna",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			r := httptest.NewRequest(method, "http://localhost"+path, nil)
			r = r.WithContext(withListener(r.Context(), loopback))
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	if w := fill(h, loopback, incidentPath+"?act=silence&by=Anna&why=x&for=1h", url.Values{}); w.Code != http.StatusBadRequest {
		t.Errorf("an empty form with all in its address: status %d", w.Code)
	}
	if len(d.acts) > 0 {
		t.Errorf("acts %v", d.acts)
	}
}

// TestFormTwice ensures that a button pressed twice does what it says once, and that another page's does it again.
func TestFormTwice(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	form := url.Values{"act": {"note"}, "by": {"Anna"}, "why": {"x"}, "nonce": {"one"}}
	fill(h, loopback, incidentPath, form)
	fill(h, loopback, incidentPath, form)
	if len(d.acts) != 1 {
		t.Errorf("%d acts, want 1", len(d.acts))
	}
	form.Set("nonce", "two")
	fill(h, loopback, incidentPath, form)
	form.Set("why", "y")
	fill(h, loopback, incidentPath, form)
	if len(d.acts) != 3 {
		t.Errorf("%d acts, want 3", len(d.acts))
	}
}

// TestFormsOverPlainHTTP ensures that a form of our own page is taken where a browser says no more than where it comes
// from: it sends the origin only if the page lets it.
func TestFormsOverPlainHTTP(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	if policy := knock(h, loopback, "localhost:8080", incidentPath).Header().Get("Referrer-Policy"); policy != "same-origin" {
		t.Errorf("Referrer-Policy %q: with no-referrer browsers send Origin: null", policy)
	}
	form := url.Values{"act": {"acknowledge"}, "by": {"Anna"}}
	if w := fill(h, loopback, incidentPath, form, "Sec-Fetch-Site", "", "Origin", "http://localhost:8080"); w.Code != http.StatusSeeOther {
		t.Errorf("status %d", w.Code)
	}
	if w := fill(h, loopback, incidentPath, form, "Sec-Fetch-Site", "", "Origin", "http://evil.example.com"); w.Code != http.StatusForbidden {
		t.Errorf("from elsewhere: status %d", w.Code)
	}
}
