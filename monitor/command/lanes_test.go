package command

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/watchlist"
	"bellhop/monitor/web"
	"bellhop/notify"
)

// A receiver's secret files are read at each message: one that was rotated serves the next one. Headers go
// along, and an unreadable secret is told without its path or its value.
func TestReceiversFollowTheirSecrets(t *testing.T) {
	type heard struct{ signature, team string }
	got := make(chan heard, 10)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- heard{r.Header.Get("Webhook-Signature"), r.Header.Get("X-Team")}
	}))
	defer s.Close()
	path := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	list := &watchlist.Watchlist{Pace: monitor.RealPace(), Receivers: []watchlist.Receiver{{
		Receiver: monitor.Receiver{Name: "pager", Kind: "webhook"},
		URL:      watchlist.NewSecret(s.URL), Secret: watchlist.SecretFile(path),
		Headers: map[string]watchlist.Secret{"X-Team": watchlist.NewSecret("web")},
	}}}
	all, err := lanes(list, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	send := func() error {
		_, err := notify.Try(t.Context(), all[0], notify.Sender{Instance: "here"}.Test(time.Now()))
		return err
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	first := <-got
	write("whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA= whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if second := <-got; first.team != "web" || len(strings.Fields(first.signature)) != 1 || len(strings.Fields(second.signature)) != 2 {
		t.Errorf("got %+v, then %+v, want one signature, then two", first, second)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := send(); err == nil || strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "cannot be used") {
		t.Errorf("without its secret: %v", err)
	}
}

// Without receivers, alerts go to the log.
func TestNoReceiversMeansTheLog(t *testing.T) {
	out := &ledger{}
	all, err := lanes(&watchlist.Watchlist{Pace: monitor.RealPace()}, zerolog.New(out))
	if err != nil || len(all) != 1 {
		t.Fatalf("got %d lanes, %v", len(all), err)
	}
	if _, err := notify.Try(t.Context(), all[0], notify.Sender{}.Test(time.Now())); err != nil || !strings.Contains(out.String(), "TEST") {
		t.Errorf("the log has %q, %v", out, err)
	}
}

// People's names of what can fail: apaleo's hosts, hotels, and our clients by the end of their id.
func TestNames(t *testing.T) {
	node := func(k monitor.NodeKind, id string) monitor.Node { return monitor.Node{Kind: k, ID: id} }
	list := &watchlist.Watchlist{
		Apaleo: watchlist.Apaleo{Hosts: apaleo.RealHosts()},
		Checks: []*monitor.Check{{
			Name: "inventory", Account: "alpine",
			Path: []monitor.Node{node(monitor.NodeEdge, "api.apaleo.com"), node(monitor.NodeClient, "ALPN-SP-MON"), node(monitor.NodeAccount, "alpine")},
		}},
	}
	got := names(list)
	for n, want := range map[monitor.Node]string{
		node(monitor.NodeEdge, "api.apaleo.com"):          "apaleo API",
		node(monitor.NodeEdge, "webhook.apaleo.com"):      "apaleo webhook API",
		node(monitor.NodeIdentity, "identity.apaleo.com"): "apaleo identity",
		node(monitor.NodeToken, "identity.apaleo.com"):    "apaleo token endpoint",
		node(monitor.NodeAccount, "alpine"):               "Hotel alpine",
		node(monitor.NodeClient, "ALPN-SP-MON"):           "Our OAuth client …-MON of alpine",
	} {
		if got[n] != want {
			t.Errorf("%v is called %q, want %q", n, got[n], want)
		}
	}
}

// A page that a token would open, and none is set, is told of at start: nobody could use it.
func TestOffLoopback(t *testing.T) {
	for _, tt := range []struct {
		operator, public string
		want             bool
	}{
		{"127.0.0.1:0", "", false}, {"[::1]:0", "", false}, {"127.0.0.1:0", "0.0.0.0:0", false}, {"0.0.0.0:0", "", true},
	} {
		doors, err := web.Listen(t.Context(), tt.operator, tt.public)
		if err != nil {
			t.Skipf("cannot listen at %s here: %v", tt.operator, err)
		}
		if got := slices.ContainsFunc(doors, offLoopback); got != tt.want {
			t.Errorf("%s and %s: off loopback %v, want %v", tt.operator, tt.public, got, tt.want)
		}
		for _, d := range doors {
			d.Close()
		}
	}
}
