package command

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/traffic/transport"
	"bellhop/monitor/web"
)

// An integration that asks apaleo for one hotel, as ours would: with a client that counts.
type integration struct {
	*place
	reporter *transport.Reporter
	client   *http.Client
	bearer   string
}

func (p *place) integration(bellhop string) *integration {
	p.Helper()
	host := func(address string) []string { return []string{strings.TrimPrefix(address, "https://")} }
	r, err := transport.New(transport.Options{
		URL: bellhop, Token: "only-for-reports-of-this-test", APIs: host(p.apaleo.API), Identity: host(p.apaleo.Identity),
	})
	if err != nil {
		p.Fatal(err)
	}
	t := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.apaleo.CertPool()}}
	p.Cleanup(t.CloseIdleConnections)
	return &integration{place: p, reporter: r, client: &http.Client{Timeout: patience, Transport: r.Wrap(t, transport.Named("ALPN"))}}
}

// token asks for a token, and keeps it.
func (i *integration) token() {
	i.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"ALPN-SP-MON"}, "client_secret": {"s3cret"}}
	resp, err := i.client.PostForm(i.apaleo.Identity+"/connect/token", form)
	if err != nil {
		i.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Token == "" {
		i.Fatalf("no token: status %d, %v", resp.StatusCode, err)
	}
	i.bearer = got.Token
}

// work asks apaleo a few times, and reports at once what came of it.
func (i *integration) work() {
	i.Helper()
	for range 5 {
		req, err := http.NewRequestWithContext(i.Context(), http.MethodGet, i.apaleo.API+"/inventory/v1/properties/$count", nil)
		if err != nil {
			i.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+i.bearer)
		resp, err := i.client.Do(req)
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	ctx, cancel := context.WithTimeout(i.Context(), patience)
	defer cancel()
	if err := i.reporter.Flush(ctx); err != nil {
		i.Fatal(err)
	}
}

// TestTransportTellsTheDaemon ensures that a client that is wrapped is all that it takes: its requests and its tokens
// are seen, an outage by what it meets, and nobody has lost anything.
func TestTransportTellsTheDaemon(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.more = `report: {token: "only-for-reports-of-this-test"}`
	p.configure("")
	r := p.start()
	i := p.integration(r.Page)
	i.token()
	p.until("its requests are fine", func() bool { i.work(); return p.state("traffic@alpine-hotels") == "up" })
	p.until("its tokens are fine", func() bool { i.work(); return p.state("consent@alpine-hotels") == "up" })
	var got web.Hotels
	if err := json.Unmarshal([]byte(r.get("/api/v1/hotels?q=alpn")), &got); err != nil || len(got.Hotels) != 1 || got.Hotels[0].TokenExpires == nil || time.Until(*got.Hotels[0].TokenExpires) < time.Minute {
		t.Errorf("the book has %+v, %v", got.Hotels, err)
	}
	outage := p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("its requests fail", func() bool {
		i.work()
		s := p.state("traffic@alpine-hotels")
		return s == "down" || s == "degraded"
	})
	if text, _ := p.says("explain", "traffic@alpine-hotels"); !strings.Contains(text, "502") {
		t.Errorf("explain says\n%s", text)
	}
	outage.Clear()
	p.until("its requests are fine again", func() bool { i.work(); return p.state("traffic@alpine-hotels") == "up" })
	s := i.reporter.Stats()
	if s.Counted == 0 || s.Lost+s.Dropped+s.Refused+s.Expired+s.Unclear != 0 || s.Pending != 0 {
		t.Errorf("%+v", s)
	}
	if text := r.get("/metrics"); !strings.Contains(text, "bellhop_report_late_requests_total 0") || !strings.Contains(text, `bellhop_report_totals_total{what="reset"} 0`) {
		t.Error("the metrics lack what is reported")
	}
}

// TestReportThroughTheSocket ensures that reports may come through the control socket, and need their token there, too.
func TestReportThroughTheSocket(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.more = `report: {token: "only-for-reports-of-this-test"}`
	p.configure("")
	p.start()
	path := socketPath(p.dir + "/bellhop.db")
	if len(path) > sunPath {
		t.Skip("the folder's name is too long for a socket")
	}
	i := p.integration("unix://" + path)
	i.reporter.Serve("SEAS", "Seaside Inn")
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := i.reporter.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if text, _ := p.says("hotels"); !strings.Contains(text, "Seaside Inn") {
		t.Errorf("hotels:\n%s", text)
	}
	wrong, err := transport.New(transport.Options{URL: "unix://" + path, Token: "another one"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := wrong.Flush(ctx); err == nil || !strings.Contains(err.Error(), "HTTP 401: this needs the token of report.token") {
		t.Errorf("with another token: %v", err)
	}
}
