package command

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// What Gatus (08c46354, August 2026) was seen to do, on bellhop. The numbers are those of the experiments in which it
// was seen: the loss and the repetition of alerts are E1, E3, E5, E6, E7 and E14.

// E1: Gatus sets an alert to resolved and forgets it before it sends the end (watchdog/alerting.go), so that a
// receiver that answers 500 at that moment never hears of it.
func TestGatusE1LostRecovery(t *testing.T) {
	toAll(t, func(n *replay) {
		n.outage()
		n.receiversAnswer(http.StatusInternalServerError)
		n.mends("shop")
		n.pass(6 * time.Minute)
		n.hear("while it fails", monitor.EventOpened)
		n.receiversAnswer(0)
		n.pass(2 * time.Minute)
		n.hear("once it works again", monitor.EventOpened, monitor.EventResolved)
	})
}

// E3: Gatus sends inside the semaphore that its probes need (watchdog/watchdog.go): with ten endpoints every 2 s, three
// of which alert to a receiver that takes 9 s, all healthy endpoints went without a probe for 9.0 to 10.3 s.
func TestGatusE3SlowReceiverStopsProbes(t *testing.T) {
	toAll(t, func(n *replay) {
		var checks, all []string
		for i := range 10 {
			all = append(all, fmt.Sprint("shop-", i))
			checks = append(checks, fmt.Sprintf(`{name: %s, schedule: "@every 2s", http: {url: "https://%[1]s.example.com/"}}`, all[i]))
		}
		n.checks = "[" + strings.Join(checks, ", ") + "]"
		n.start()
		n.pass(time.Minute)
		for _, to := range n.rooms {
			to.takes(9 * time.Second)
		}
		n.breaks(all[:3]...)
		n.pass(2 * time.Minute)
		for _, to := range n.rooms {
			if len(to.taken()) < 3 {
				n.Errorf("%s took %d messages in the outage of three", to.name, len(to.taken()))
			}
		}
		for _, name := range all[3:] {
			last := n.attempts(name)[0]
			for _, at := range n.attempts(name)[1:] {
				if gap := at.Sub(last); gap != 2*time.Second {
					n.Errorf("%s was asked after %v", name, gap)
				}
				last = at
			}
		}
		if s := n.during.monitor.Snapshot().Engine; s.Skipped > 0 || s.Late > 0 {
			n.Errorf("%d skipped, %d late", s.Skipped, s.Late)
		}
	})
}

// E5: Gatus does not store when it last reminded (endpoint.LastReminderSent): a reminder that is due every hour is sent at
// each restart, three messages in 30 s after two of them.
func TestGatusE5ReminderAtRestart(t *testing.T) {
	var kinds []roomKind
	for _, k := range roomKinds() {
		if !k.unreminded {
			k.set = "remind: 1h, "
			kinds = append(kinds, k)
		}
	}
	toThese(t, kinds, func(n *replay) {
		n.outage()
		for range 5 {
			n.stop()
			n.start()
			n.pass(10 * time.Minute)
		}
		n.hear("after five restarts and 50 minutes", monitor.EventOpened)
		n.pass(15 * time.Minute)
		n.hear("after an hour", monitor.EventOpened, monitor.EventReminder)
		for range 4 {
			n.kill()
			n.start()
			n.pass(10 * time.Minute)
		}
		n.hear("after four kills", monitor.EventOpened, monitor.EventReminder)
		n.pass(20 * time.Minute)
		n.hear("after two hours", monitor.EventOpened, monitor.EventReminder, monitor.EventReminder)
		n.mends("shop")
		n.pass(70 * time.Minute)
		n.hear("after its end", monitor.EventOpened, monitor.EventReminder, monitor.EventReminder, monitor.EventResolved)
	})
}

// E6: Gatus knows an alert by a checksum of its configuration, description included (alerting/alert/alert.go): who edits
// it while it is open and restarts is told of the outage a second time, or, if it ended meanwhile, never of its end.
func TestGatusE6EditedDescription(t *testing.T) {
	edits := map[string]string{
		"description": `[{name: shop, schedule: "@every 60s", labels: {note: edited}, runbook: "https://wiki.example.com/new", http: {url: "https://shop.example.com/health"}}]`,
		"threshold":   `[{name: shop, schedule: "@every 60s", detection: {preset: quiet}, http: {url: "https://shop.example.com/health"}}]`,
		"schedule":    `[{name: shop, schedule: "@every 30s", http: {url: "https://shop.example.com/health"}}]`,
	}
	for edit, checks := range edits {
		t.Run(edit, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				n.stop()
				n.checks = checks
				n.start()
				n.pass(10 * time.Minute)
				n.hear("after the edit", monitor.EventOpened)
				n.checks = oneCheck
				n.reload()
				n.stop()
				n.mends("shop")
				n.checks = checks
				n.start()
				n.pass(10 * time.Minute)
				n.hear("after the second edit and the end", monitor.EventOpened, monitor.EventResolved)
			})
		})
	}
}

// E7: Gatus keeps its count of failures in memory: with a threshold of three and a restart after every two failures,
// eight failures were no alert.
func TestGatusE7RestartForgetsFailures(t *testing.T) {
	toAll(t, func(n *replay) {
		n.start()
		n.pass(3 * time.Minute)
		n.breaks("shop")
		for range 4 {
			for asked := len(n.attempts("shop")); len(n.attempts("shop")) < asked+2; {
				n.pass(time.Second)
			}
			n.kill()
			n.start()
		}
		n.pass(time.Minute)
		n.hear("after eight failures and four restarts", monitor.EventOpened)
	})
}

// E14: where Gatus hides conditions on its page (ui.hide-conditions), its alerts lose their evidence, too, and are sent
// with the text "[RESULT_CONDITIONS]" in place of it. bellhop's public page never shows evidence, its alerts always do.
func TestGatusE14HiddenEvidence(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops() + ", " + p.pager())
	p.write("config.yaml", strings.Replace(readFile(t, p.config()), `web: {`, `web: {public: "localhost:0", `, 1))
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" && p.state("inventory") == "up" })
	p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("both are told", func() bool { return len(p.hook.of("incident.opened")) > 0 && len(p.slack.Posts()) > 0 })
	public := pageAt(t, r.Public+"/") + pageAt(t, r.Public+"/public.json")
	for _, secret := range []string{"502", "alpine", "inc_"} {
		if strings.Contains(public, secret) {
			t.Errorf("the public page shows %q:\n%s", secret, public)
		}
	}
	for who, said := range map[string]string{"slack": p.slack.String(), "webhook": p.hook.of("incident.opened")[0].Data.Text} {
		if !strings.Contains(said, "HTTP 502") {
			t.Errorf("%s was told without evidence:\n%s", who, said)
		}
		for _, raw := range []string{"{{", "[RESULT", "%!", "<no value>"} {
			if strings.Contains(said, raw) {
				t.Errorf("%s was told %q:\n%s", who, raw, said)
			}
		}
	}
}

func pageAt(t *testing.T, url string) string {
	t.Helper()
	w := httptest.NewRecorder()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := w.Body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}
