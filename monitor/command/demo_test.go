package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"bellhop/monitor"
)

var firstTold = regexp.MustCompile(`(?m)^ *([0-9.]+) +(?:Slack|webhook): `)

// demoSays is what of it a person has to read besides the first words: why, what follows, and what to do.
var demoSays = []string{
	"1 hotel still has to consent to scope folios.read (the hotel's side): city-rooms (CITY). The token lacks it since",
	"Nothing has been refused for it yet. Next: Ask the hotel's administrator to consent to the app again",
	"apaleo's webhook delivery is DOWN (apaleo's side): pings arrive, but no event has since",
	"Next: Nothing to fix here: your receiver takes apaleo's pings, and for several hotels no event comes.",
	"checks fail (HTTP 503) since",
	"hotels lose access by",
	"Nothing on apaleo's own status page yet. Next: Nothing to fix here. Keep the tokens you have",
	"Change: status_page. apaleo identity is DOWN",
	"apaleo says: Login problems (investigating); Identity: partial outage.",
}

// TestDemo ensures that the demo shows what it promises: exactly the expected messages, the first of them within
// 15 s, all within 3 min, on a terminal of 80 columns.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes nearly two minutes")
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), demoAtMost)
	defer cancel()
	var out, log bytes.Buffer
	status := Run(ctx, World{
		Args: []string{"demo"}, Stdout: &out, Stderr: &log, Pace: monitor.RealPace().Divide(20), Hangups: make(chan os.Signal),
	})
	if status != exitGood || !strings.Contains(out.String(), "GOOD: exactly the expected messages arrived, 10 at Slack and 12 at") || log.Len() > 0 {
		t.Fatalf("status %d\n%s\n%s", status, out.String(), log.String())
	}
	if m := firstTold.FindStringSubmatch(out.String()); m == nil {
		t.Errorf("nothing told:\n%s", out.String())
	} else if at, err := strconv.ParseFloat(m[1], 64); err != nil || at > 15 {
		t.Errorf("the first message came after %s s", m[1])
	}
	said := strings.Join(strings.Fields(out.String()), " ") // as it is read, not as it is laid out
	for _, want := range demoSays {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	for line := range strings.Lines(out.String()) {
		if places(strings.TrimRight(line, "\n")) > width {
			t.Errorf("wider than %d: %s", width, line)
		}
	}
	if strings.Count(out.String(), "(nobody is told)") != 2 {
		t.Errorf("the quiet parts are not shown:\n%s", out.String())
	}
}

// TestDemoStops ensures that a demo that is stopped says so, ends at once, and leaves nothing behind.
func TestDemoStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	st, err := openStage(ctx, monitor.RealPace().Divide(testPace))
	if err != nil {
		t.Fatal(err)
	}
	out := &trigger{on: "checks are up", do: cancel}
	s := &shell{World: World{Stdout: out, Stderr: io.Discard, Hangups: make(chan os.Signal)}.complete()}
	err = newShow(st, monitor.RealPace().Divide(testPace), newDemoPage(out, false)).run(ctx, s, demoFlags{})
	if err == nil || !strings.Contains(out.String(), "Stopped before the end") || strings.Contains(out.String(), "NOT AS EXPECTED") {
		t.Errorf("%v\n%s", err, out.String())
	}
	st.close()
	if _, err := os.Stat(st.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", st.dir, err)
	}
	if resp, err := http.DefaultTransport.RoundTrip(httptest.NewRequest(http.MethodGet, st.pages.slack, nil)); err == nil {
		resp.Body.Close()
		t.Errorf("%s is still served", st.pages.slack)
	}
}

// A trigger is a writer that does something once it has been written certain words.
type trigger struct {
	on string
	do func()

	mu  sync.Mutex // protects all below
	all strings.Builder
}

func (w *trigger) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if bytes.Contains(p, []byte(w.on)) {
		w.do()
	}
	return w.all.Write(p)
}

func (w *trigger) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// TestDemoVerdict ensures that the demo fails whenever a receiver got anything but what was expected, and says
// what it was.
func TestDemoVerdict(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(map[string][]string)
		want []string // "" is good
	}{
		{"as expected", func(map[string][]string) {}, []string{"GOOD"}},
		{"missing at the end", func(h map[string][]string) { h[bySlack] = h[bySlack][:9] }, []string{"AS EXPECTED: Slack", "- MISSING     RESOLVED city-rooms (CITY) has"}},
		{"missing in the middle", func(h map[string][]string) { h[byHook] = append(h[byHook][:2], h[byHook][3:]...) }, []string{"AS EXPECTED: webhook", "- MISSING     incident.opened, side credentials"}},
		{"twice", func(h map[string][]string) { h[bySlack] = append(h[bySlack][:1], h[bySlack]...) }, []string{"+ TOO MUCH    apaleo API is DOWN"}},
		{"out of order", func(h map[string][]string) { s := h[bySlack]; s[0], s[1] = s[1], s[0] }, []string{"- MISSING", "+ TOO MUCH"}},
		{"wrong side", func(h map[string][]string) {
			h[byHook][0] = strings.Replace(h[byHook][0], "side apaleo", "side network", 1)
		}, []string{"+ TOO MUCH    incident.opened, side network", "- MISSING     incident.opened, side apaleo"}},
		{"nothing", func(h map[string][]string) { clear(h) }, []string{"AS EXPECTED: Slack", "AS EXPECTED: webhook"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			heard := map[string][]string{}
			for _, r := range receiversShown {
				for _, line := range lines(tales(), r) {
					heard[r] = append(heard[r], line+": and so on")
				}
			}
			tt.edit(heard)
			var out bytes.Buffer
			w := &show{page: newDemoPage(&out, false), changed: make(chan struct{})}
			for _, r := range receiversShown {
				for _, line := range heard[r] {
					w.letters = append(w.letters, letter{by: r, line: line})
				}
			}
			good := w.verdict(nil)
			if good != (tt.want[0] == "GOOD") || good && strings.Contains(out.String(), "NOT AS EXPECTED") {
				t.Errorf("good is %v\n%s", good, out.String())
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
		})
	}
}

// TestDemoHookBelievesWhatIsSigned ensures that the demo's webhook receiver takes each message once, and none that
// is not signed.
func TestDemoHookBelievesWhatIsSigned(t *testing.T) {
	secret := newSecret()
	h, err := newDemoHook(secret)
	if err != nil {
		t.Fatal(err)
	}
	var got []letter
	h.deliver = func(l letter) { got = append(got, l) }
	body := `{"type":"incident.opened","data":{"text":"apaleo API is DOWN.","incident":{"side":"apaleo","cause":{"kind":"host"}}}}`
	post := func(id, key string) int {
		signer, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		signature, err := signer.Sign(id, now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set(standardwebhooks.HeaderWebhookID, id)
		r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
		r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	if a, b, c := post("msg_1", secret), post("msg_1", secret), post("msg_2", newSecret()); a != 204 || b != 204 || c != 401 {
		t.Errorf("answers %d, %d, %d; want 204, 204, 401", a, b, c)
	}
	if len(got) != 2 || got[0].line != "incident.opened, side apaleo, cause host: apaleo API is DOWN." || !strings.HasPrefix(got[1].line, "not to be believed") {
		t.Errorf("%d letters: %+v", len(got), got)
	}
}
