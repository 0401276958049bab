package command

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
	"bellhop/monitor/watchlist"
)

// A night is a world in which a day goes by well before something happens.
type night func(c *monitor.Check, at time.Duration) (took time.Duration, status int, f monitor.Fault)

var midnight = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// Ask answers; times are those since midnight before the night.
func (n night) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	o := monitor.Outcome{Took: 210 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	o.Token.Expires = a.At.Add(time.Hour)
	if took, status, f := n(c, a.At.Sub(midnight.AddDate(0, 0, 1))); f != "" || took > 0 {
		o.Took, o.Status, o.Fault = cmp.Or(took, o.Took), cmp.Or(status, o.Status), f
	}
	return o
}

// asking is an integration that reports what comes of its requests each minute.
type asking struct {
	at    time.Time
	until time.Duration // it reports until then, since midnight before the night
	n     int
	acts  []monitor.Act // what people do meanwhile, with the next report
}

func (r *asking) Next() (time.Time, rehearse.Step, bool) {
	r.at, r.n = r.at.Add(time.Minute), r.n+1
	in := r.at.Sub(midnight.AddDate(0, 0, 1))
	bad := 0
	switch {
	case in >= 10*time.Hour:
		bad = 12
	case r.n%8 == 0:
		bad = 1
	}
	report := monitor.Report{
		At: r.at, ID: fmt.Sprint("r", r.n), Covers: time.Minute, Random: bytes.Repeat([]byte{byte(r.n)}, 32),
		Accounts: []monitor.AccountReport{{Code: "ALPN", Requests: []monitor.Count{
			{Module: "booking", Status: 200, N: 40 - bad}, {Module: "booking", Status: 503, N: bad},
		}}},
	}
	step := rehearse.Step{Inputs: []monitor.Input{report}}
	for len(r.acts) > 0 && r.acts[0].At.Before(r.at) {
		step.Inputs, r.acts = append(step.Inputs, r.acts[0]), r.acts[1:]
	}
	return r.at, step, in < r.until
}

const nightConfig = `
accounts: [{name: alpine-hotels, code: ALPN, client_id: ALPN-SP-MON, client_secret: s3cret}]
watchlist:
  include: [apaleo]
  checks: [{name: shop, http: {url: "https://shop.example.com/"}}]
report: {token: 0123456789abcdef}
receivers: [{name: ops, webhook: {url: "https://hooks.example.com/", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}}]
maintenance: [{name: Key rotation, why: twice a year, checks: [identity-jwks], schedule: "0 10 23 11 *", for: 1h}]
`

// api fails all that asks a host, from one time of the night to another.
func api(from, to time.Duration, fault monitor.Fault, status int, took time.Duration) night {
	return func(c *monitor.Check, at time.Duration) (time.Duration, int, monitor.Fault) {
		if c.Host == "api.apaleo.com" && c.Kind != "tls" && at >= from && at < to {
			return took, status, fault
		}
		return 0, 0, ""
	}
}

// people pause one check and silence another.
func people() []monitor.Act {
	at := func(in time.Duration) time.Time { return midnight.AddDate(0, 0, 1).Add(in) }
	return []monitor.Act{
		{At: at(9*time.Hour + 30*time.Minute), ID: "pau_k3j5x9q2ab", Kind: monitor.ActPause, By: "Anna", Why: "moving to another host", Until: at(12 * time.Hour), Target: monitor.Target{Checks: []monitor.CheckID{"token-edge"}}},
		{At: at(9*time.Hour + 30*time.Minute), ID: "sil_m4p2r7s3cd", Kind: monitor.ActSilence, By: "Bob", Why: "not ours to mend", Until: at(11 * time.Hour), Target: monitor.Target{Checks: []monitor.CheckID{"tls-webhook"}}},
	}
}

// explained plays a night until a time, and explains a check.
func explained(t *testing.T, n night, until time.Duration, check string) Explanation {
	t.Helper()
	list, err := watchlist.Parse("config.yaml", []byte(nightConfig), watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var receivers []monitor.Receiver
	for _, r := range list.Receivers {
		receivers = append(receivers, r.Receiver)
	}
	var last *monitor.Book
	known := map[monitor.DeliveryID]*monitor.Delivery{}
	end := midnight.AddDate(0, 0, 1).Add(until)
	rehearse.Play{
		Pace: list.Pace, Config: reconfigure(list, receivers), World: n, Start: midnight, End: end,
		Script: &asking{at: midnight.Add(20 * time.Second), until: 11 * time.Hour, acts: people()},
		Watch: func(_ time.Time, c monitor.Change, b *monitor.Book) {
			maps.Copy(known, c.Deliveries)
			last = b
		},
	}.Run(t.Context())
	all := slices.SortedFunc(maps.Values(known), func(a, b *monitor.Delivery) int { return cmp.Compare(a.Incident, b.Incident) })
	e, err := explain(last.Snapshot(end), all, check, list.Pace)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestExplain keeps what people read of a check in the states that matter. BELLHOP_UPDATE=1 rewrites it.
func TestExplain(t *testing.T) {
	const ten = 10 * time.Hour
	outage := api(ten, ten+10*time.Minute, monitor.FaultServer, 502, 0)
	slow := api(ten, ten+time.Hour, "", 0, 1600*time.Millisecond)
	for name, tt := range map[string]struct {
		n     night
		until time.Duration
		check string
	}{
		"well":      {outage, 9 * time.Hour, "inventory@alpine-hotels"},
		"own":       {outage, 9 * time.Hour, "shop"},
		"fresh":     {outage, -23 * time.Hour, "shop"},
		"doubt":     {outage, ten + 30*time.Second, "apaleo-health"},
		"down":      {outage, ten + 5*time.Minute, "inventory@alpine-hotels"},
		"ending":    {outage, ten + 10*time.Minute + 45*time.Second, "apaleo-health"},
		"over":      {outage, ten + 30*time.Minute, "apaleo-health"},
		"slow":      {slow, ten + 10*time.Minute, "api-edge"},
		"requests":  {api(0, 0, "", 0, 0), ten + 10*time.Minute, "traffic@alpine-hotels"},
		"quiet":     {api(0, 0, "", 0, 0), 11*time.Hour + 20*time.Minute, "traffic@alpine-hotels"},
		"spared":    {outage, ten + 2*time.Minute, "account@alpine-hotels"},
		"paused":    {outage, ten + 5*time.Minute, "token-edge"},
		"silenced":  {outage, ten + 5*time.Minute, "tls-webhook"},
		"planned":   {outage, ten + 5*time.Minute, "identity-jwks"},
		"elsewhere": {outage, ten + 5*time.Minute, "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := explained(t, tt.n, tt.until, tt.check)
			var b bytes.Buffer
			if err := printJSON(&b, e); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "explain", name+".txt"), e.String())
			golden(t, filepath.Join("testdata", "explain", name+".json"), b.String())
			for line := range strings.Lines(e.String()) {
				if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > width {
					t.Errorf("wider than a terminal: %s", line)
				}
			}
		})
	}
}

// TestWaits ensures that nobody is told to wait for what is there: a signal in doubt that has all that an alarm takes waits
// for something else.
func TestWaits(t *testing.T) {
	since := midnight
	for _, tt := range []struct {
		suspicion, alarm float64
		last             time.Duration
		want             string
	}{
		{28, 56, time.Minute, "opens when its suspicion reaches 56 and its failures span 40s"},
		{60, 56, 20 * time.Second, "opens when its suspicion reaches 56 and its failures span 40s"},
		{70, 56, time.Minute, "that is enough to open with a failure; before it does, those that can tell why are heard"},
		{0, 0, time.Minute, "as many of the requests below fail as alarm, still do, and not in a burst or two alone"},
	} {
		v := SignalView{Signal: monitor.Availability, Phase: monitor.Suspect, Suspicion: tt.suspicion, AlarmAt: tt.alarm, Span: "40s", Since: since, LastAt: since.Add(tt.last)}
		if got := v.waits(since.Add(time.Hour)); !strings.Contains(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt, got, tt.want)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("BELLHOP_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != got {
		t.Errorf("%s differs (%v), got:\n%s", file, err, got)
	}
}
