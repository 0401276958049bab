package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor/traffic/transport"
)

// An integration that serves two hotels with one client each, and reports how its requests fare. Both bellhop and
// apaleo are stand-ins here.
func Example() {
	bellhop, apaleo := standIns()
	defer bellhop.Close()
	defer apaleo.Close()

	r, err := transport.New(transport.Options{
		URL:   bellhop.URL,                                         // http://bellhop:8080
		Token: "the report token",                                  // better: TokenFile
		APIs:  []string{strings.TrimPrefix(apaleo.URL, "http://")}, // leave it out: it is api.apaleo.com
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Serve("ALPN", "Hotel Alpenrose") // so that it is known before its first request
	r.Serve("SEAS", "Seaside Inn")

	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()

	alpenrose := &http.Client{Timeout: 10 * time.Second, Transport: r.Wrap(nil, transport.Named("ALPN"))}
	get(ctx, alpenrose, apaleo.URL+"/booking/v1/reservations")
	get(ctx, alpenrose, apaleo.URL+"/inventory/v1/units")

	anybody := &http.Client{Timeout: 10 * time.Second, Transport: r.Wrap(nil, nil)}
	get(transport.WithAccount(ctx, "SEAS"), anybody, apaleo.URL+"/booking/v1/reservations")

	stop() // Run sends what is left
	<-done
	fmt.Println(r.Stats().Taken, "report taken")
	// Output:
	// ALPN (Hotel Alpenrose): map[booking:map[200:1] inventory:map[502:1]]
	// SEAS (Seaside Inn): map[booking:map[200:1]]
	// 1 report taken
}

func get(ctx context.Context, client *http.Client, address string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close() // a request is counted when its body has ended
	_, _ = io.Copy(io.Discard, resp.Body)
}

func standIns() (bellhop, apaleo *httptest.Server) {
	bellhop = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var report struct {
			Accounts []struct {
				Account, Name string
				Requests      map[string]map[string]int
			}
		}
		_ = json.NewDecoder(r.Body).Decode(&report)
		for _, a := range report.Accounts {
			fmt.Printf("%s (%s): %v\n", a.Account, a.Name, a.Requests)
		}
		_, _ = io.WriteString(w, `{"accepted":2,"new":[]}`)
	}))
	apaleo = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/inventory/") {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	return bellhop, apaleo
}

// start is what docs/report.md shows: see TestDocument.
func start(ctx context.Context) error {
	reporter, err := transport.New(transport.Options{
		URL:       "http://bellhop:8080", // or unix:///var/lib/bellhop/bellhop.db.sock
		TokenFile: "/run/secrets/bellhop_report_token",
	})
	if err != nil {
		return err
	}
	reporter.Serve("ALPN", "Hotel Alpenrose") // each hotel that you serve; Gone when you do not any more
	var running sync.WaitGroup
	running.Go(func() { reporter.Run(ctx) }) // until ctx ends; then it sends what is left, for five seconds at most
	defer running.Wait()

	client := &http.Client{Timeout: 30 * time.Second}
	client.Transport = reporter.Wrap(client.Transport, transport.Named("ALPN"))
	return nil
}

var _ = start

// TestDocument ensures that what docs/report.md shows is code that compiles.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile("../../../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(page), "```go\n")
	shown, _, _ = strings.Cut(shown, "```\n")
	indented := strings.ReplaceAll("\t"+strings.ReplaceAll(strings.TrimSpace(shown), "\n", "\n\t"), "\n\t\n", "\n\n")
	if shown == "" || !strings.Contains(string(source), indented) {
		t.Errorf("docs/report.md shows what is not run:\n%s", shown)
	}
}
