package apaleo_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/probe"
)

// many is a stand-in with so many hotels, each with a client of its own, and the watchlist for them.
func many(t *testing.T, hotels int, modules ...string) *world {
	t.Helper()
	var accounts []apaleotest.Account
	for n := range hotels {
		code := fmt.Sprintf("H%03d", n)
		accounts = append(accounts, apaleotest.Account{
			Code: code, ClientID: code + "-SP-MON", ClientSecret: "s3cret",
			Scopes: []string{"reservations.read", "folios.read", "setup.read", "availability.read", "offers.read", "logs.read"},
		})
	}
	srv, err := apaleotest.Start(apaleotest.Config{Plain: true, Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	tr, err := probe.NewTransport(probe.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	w := &world{Server: srv, secret: "s3cret"}
	w.config = apaleo.Config{
		Hosts: apaleo.Hosts{API: srv.API, Identity: srv.Identity, Webhook: srv.Webhook, Distribution: srv.Distribution, Integration: srv.Integration},
		Pace:  monitor.RealPace(), Transport: tr, Modules: modules,
	}
	for _, a := range accounts {
		w.config.Accounts = append(w.config.Accounts, apaleo.Account{Name: strings.ToLower(a.Code), Code: a.Code, Source: w.source(t, a.ClientID)})
	}
	w.load(t)
	return w
}

// TestFewHotelsAreAskedAsTheTableSays ensures that each hotel's modules are asked at the table's pace as long as
// that fits, and in rotation from then on.
func TestFewHotelsAreAskedAsTheTableSays(t *testing.T) {
	few, lots := specs(many(t, 3, "booking", "offers")), specs(many(t, 40, "booking", "offers"))
	for id, want := range map[string]string{"booking@h002": "@every 1m", "inventory@h002": "@every 1m", "auth-token@h002": "@every 15m", "booking": ""} {
		if few[id] != want {
			t.Errorf("of three, %s is asked %q, want %q", id, few[id], want)
		}
	}
	for id, want := range map[string]string{
		"booking@h002": "", "booking": "@every 1m", "account": "@every 1m", "inventory": "@every 1m",
		"inventory@h002": "@every 2m", "account@h002": "@every 2m", "auth-token@h002": "@every 15m",
	} {
		if lots[id] != want {
			t.Errorf("of forty, %s is asked %q, want %q", id, lots[id], want)
		}
	}
	if _, ok := lots["offers"]; ok {
		t.Error("offers are asked, though no property is known")
	}
}

func specs(w *world) map[string]string {
	all := map[string]string{}
	for _, c := range w.checks {
		all[string(c.ID())] = c.Spec
	}
	return all
}

// TestScheduleOfThreeHundredHotels runs through two hours of schedules, and ensures that no minute of them asks a
// host more than sixty times.
func TestScheduleOfThreeHundredHotels(t *testing.T) {
	w := many(t, 300, apaleo.ModuleNames()...)
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	asked := map[string][]time.Time{}
	for _, c := range w.checks {
		for at := c.Schedule.Next(start); at.Before(start.Add(2 * time.Hour)); at = c.Schedule.Next(at) {
			asked[c.Host] = append(asked[c.Host], at)
		}
	}
	for host, times := range asked {
		slices.SortFunc(times, time.Time.Compare)
		first, most := 0, 0
		for i := range times {
			for times[i].Sub(times[first]) >= time.Minute {
				first++
			}
			most = max(most, i-first+1)
		}
		if most > 60 {
			t.Errorf("%s is asked %d times within a minute", host, most)
		}
	}
}

// TestRotationAsksOneAfterTheOther ensures that a module's check asks every hotel in turn, whoever asks and when,
// and says which it was.
func TestRotationAsksOneAfterTheOther(t *testing.T) {
	w := many(t, 30, "booking")
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for range 10 {
				if o := w.ask(t, "booking"); o.Fault != "" || !strings.HasPrefix(o.Detail, "asked for h0") {
					t.Errorf("fault %q, detail %q", o.Fault, o.Detail)
				}
			}
		})
	}
	wait.Wait()
	asked := map[string]int{}
	for _, r := range w.Requests().At("/booking") {
		asked[r.Account]++
	}
	if len(asked) != 30 {
		t.Errorf("%d of 30 hotels were asked: %v", len(asked), asked)
	}
}

// TestRotationIsNoHotelsMatter ensures that a hotel which fails alone does not make its module fail, and that a
// module which fails does.
func TestRotationIsNoHotelsMatter(t *testing.T) {
	w := many(t, 30, "booking")
	w.Fault(apaleotest.Status(500).On(apaleotest.API).For("H007"))
	w.Change("H011", func(a *apaleotest.Account) { a.AccessRevoked = true })
	w.Change("H012", func(a *apaleotest.Account) { a.ClientSecret = "another" })
	faults := map[monitor.Fault]int{}
	for range 30 {
		faults[w.ask(t, "booking").Fault]++
	}
	if faults[""] != 27 || faults[monitor.FaultServer] != 1 || faults[monitor.FaultForbidden] != 1 || faults[monitor.FaultNoToken]+faults[monitor.FaultClient] != 1 {
		t.Errorf("faults %v", faults)
	}
	w.Fault(apaleotest.Status(500).On(apaleotest.API).At("/booking"))
	for range 4 {
		if o := w.ask(t, "booking"); o.Fault != monitor.FaultServer || !strings.Contains(o.Detail, "asked for") {
			t.Errorf("fault %q, detail %q", o.Fault, o.Detail)
		}
	}
}
