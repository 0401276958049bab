package command

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// appScopes are what the store app needs, and each of its hotels has consented to.
var appScopes = []string{"folios.read", "reservations.read"}

// appPaths are what it asks apaleo for, by module.
var appPaths = []struct{ module, path string }{
	{"booking", "/booking/v1/reservations/$count"},
	{"inventory", "/inventory/v1/properties/$count"},
}

// A demoApp is the store app of the story: an integration, as there are many. It keeps a token of each hotel, asks
// apaleo for a little, takes apaleo's webhooks, and reports once a minute what it saw of that. bellhop has none of
// its tokens.
type demoApp struct {
	apaleo apaleotest.URLs
	pace   monitor.Pace
	client *http.Client
	token  string // for reports

	mu    sync.Mutex // protects the hotels
	hotel []*appHotel
}

// An appHotel is what the app knows of one hotel.
type appHotel struct {
	demoHotel
	refresh, access string
	asked, expires  time.Time
	renew           time.Duration // its age at which a token is replaced
	result          string        // of the last refresh
	scopes          []string
	counts          map[string]map[string]int // since the last report, by module and status
	ping, event     time.Time
	events          int
}

func newDemoApp(s *apaleotest.Server, p monitor.Pace, token string) *demoApp {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CAPEM)
	app := &demoApp{
		apaleo: s.URLs, pace: p, token: token,
		client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}, Timeout: 2 * time.Second},
	}
	for i, h := range appHotels() {
		share := time.Duration(i) * p.Of(time.Hour) / time.Duration(2*len(appHotels()))
		app.hotel = append(app.hotel, &appHotel{demoHotel: h, refresh: s.Consent(storeApp, h.code), renew: p.Of(25*time.Minute) + share})
	}
	return app
}

// run works through the hotels again and again, a round a minute, and reports each round at an address. An error is
// that bellhop does not take a report.
func (app *demoApp) run(ctx context.Context, at string) error {
	defer app.client.CloseIdleConnections()
	tick := time.NewTicker(app.pace.Of(time.Minute) / time.Duration(len(app.hotel)))
	defer tick.Stop()
	for _, h := range app.hotel {
		app.serve(ctx, h)
	}
	for {
		if err := app.report(ctx, at); err != nil && ctx.Err() == nil {
			return fmt.Errorf("report: %w", err)
		}
		for _, h := range app.hotel {
			select {
			case <-tick.C:
				app.serve(ctx, h)
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// serve does the app's work for a hotel. A token that is refused is replaced once, as apaleo's own apps do.
func (app *demoApp) serve(ctx context.Context, h *appHotel) {
	now := time.Now()
	if h.access == "" || now.Sub(h.asked) > h.renew && h.result == "ok" || h.result != "ok" {
		app.exchange(ctx, h)
	}
	for _, p := range appPaths {
		status := app.get(ctx, p.path, h.access)
		if status == http.StatusUnauthorized {
			app.exchange(ctx, h)
			status = app.get(ctx, p.path, h.access)
		}
		app.mu.Lock()
		if h.counts == nil {
			h.counts = map[string]map[string]int{}
		}
		if h.counts[p.module] == nil {
			h.counts[p.module] = map[string]int{}
		}
		h.counts[p.module][statusWord(status)]++
		app.mu.Unlock()
	}
}

func statusWord(status int) string {
	if status == 0 {
		return "timeout"
	}
	return strconv.Itoa(status)
}

// get returns the status of an answer, or 0.
func (app *demoApp) get(ctx context.Context, path, token string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, app.apaleo.API+path, nil)
	if err != nil {
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+token)
	status, _ := app.do(req)
	return status
}

func (app *demoApp) do(req *http.Request) (status int, body []byte) {
	resp, err := app.client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, _ = io.ReadAll(io.LimitReader(resp.Body, hookMax))
	return resp.StatusCode, body
}

// exchange asks for another token, by the hotel's refresh token.
func (app *demoApp) exchange(ctx context.Context, h *appHotel) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {h.refresh}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, app.apaleo.Identity+"/connect/token", strings.NewReader(form.Encode()))
	if err != nil {
		return
	}
	req.SetBasicAuth(storeApp, storeSecret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	began := time.Now()
	status, body := app.do(req)
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int    `json:"expires_in"`
		Error        string `json:"error"`
	}
	_ = json.Unmarshal(body, &answer) // a gateway's page is none
	app.mu.Lock()
	defer app.mu.Unlock()
	h.asked, h.result = began, cmp.Or(answer.Error, statusWord(status))
	if status == http.StatusOK {
		h.result, h.access, h.refresh = "ok", answer.AccessToken, answer.RefreshToken
		h.expires, h.scopes = began.Add(time.Duration(answer.ExpiresIn)*time.Second), scopesIn(answer.AccessToken)
	}
}

// scopesIn reads the scopes that a token carries.
func scopesIn(token string) []string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct {
		Scope []string `json:"scope"`
	}
	_ = json.Unmarshal(raw, &claims)
	return claims.Scope
}

// ServeHTTP is where apaleo's webhooks arrive.
func (app *demoApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct{ Type, AccountID string }
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, hookMax)).Decode(&event) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	app.mu.Lock()
	defer app.mu.Unlock()
	for _, h := range app.hotel {
		switch {
		case h.code != event.AccountID:
		case event.Type == "healthcheck":
			h.ping = time.Now()
		default:
			h.event = time.Now()
			h.events++
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

var errNotTaken = errors.New("bellhop does not take it")

// report tells bellhop of the last minute.
func (app *demoApp) report(ctx context.Context, at string) error {
	body, err := json.Marshal(app.told())
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+app.token)
	req.Header.Set("Content-Type", "application/json")
	if status, answer := app.do(req); status/100 != 2 {
		return fmt.Errorf("%w: HTTP %d %s", errNotTaken, status, answer)
	}
	return nil
}

// told is the report, spelled out as docs/report.md has it.
func (app *demoApp) told() any {
	app.mu.Lock()
	defer app.mu.Unlock()
	var accounts []any
	for _, h := range app.hotel {
		account := map[string]any{
			"account": h.code, "name": h.name, "requests": h.counts,
			"token":    map[string]any{"at": h.asked, "result": h.result, "expires": h.expires, "scopes": h.scopes},
			"webhooks": map[string]any{"last_healthcheck": orNull(h.ping), "last_event": orNull(h.event), "events": h.events},
		}
		accounts = append(accounts, account)
		h.counts, h.events = map[string]map[string]int{}, 0
	}
	return map[string]any{"id": newSecret(), "covers": app.pace.Of(time.Minute).String(), "accounts": accounts}
}

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
