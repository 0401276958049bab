package command

import (
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// Who was told down is told up, whatever people and configurations do in between, or is told that bellhop will not tell
// here any more: at each kind of receiver, by the daemon's own wiring and reloads.
func TestToldDownToldUpWhateverPeopleDo(t *testing.T) {
	shop := monitor.Target{Checks: []monitor.CheckID{"shop"}}
	for what, do := range map[string]func(n *replay){
		"a silence until it ends":  func(n *replay) { n.acts(monitor.ActSilence, n.incident(), 0) },
		"a silence of an hour":     func(n *replay) { n.acts(monitor.ActSilence, n.incident(), time.Hour) },
		"a silence of a minute":    func(n *replay) { n.acts(monitor.ActSilence, n.incident(), time.Minute) },
		"a silence of the check":   func(n *replay) { n.acts(monitor.ActSilence, shop, time.Hour) },
		"a maintenance":            func(n *replay) { n.acts(monitor.ActMaintenance, shop, time.Hour) },
		"a planned maintenance":    func(n *replay) { n.plan(); n.reload() },
		"an acknowledgement":       func(n *replay) { n.acts(monitor.ActAcknowledge, n.incident(), 0) },
		"an acknowledgement, kept": func(n *replay) { n.acts(monitor.ActAcknowledge, n.incident(), 8*time.Hour) },
		"all of it": func(n *replay) {
			n.acts(monitor.ActAcknowledge, n.incident(), 0)
			n.acts(monitor.ActSilence, n.incident(), 0)
			n.acts(monitor.ActMaintenance, shop, time.Hour)
			n.plan()
			n.reload()
		},
	} {
		t.Run(what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				do(n)
				n.pass(5 * time.Minute)
				n.kill()
				n.start()
				n.pass(5 * time.Minute)
				n.hearOnce("before the end", false)
				n.mends("shop")
				n.pass(10 * time.Minute)
				n.hearOnce("at the end", true)
			})
		})
	}
}

// What is not watched any more is over for those who were told: by a pause, or since its check is gone or asks
// something else.
func TestToldDownToldThatItIsNotWatched(t *testing.T) {
	other := strings.Replace(oneCheck, "/health", "/other", 1)
	for what, do := range map[string]func(n *replay){
		"a pause": func(n *replay) {
			n.acts(monitor.ActPause, monitor.Target{Checks: []monitor.CheckID{"shop"}}, time.Hour)
		},
		"a pause in the file": func(n *replay) {
			n.checks = strings.Replace(oneCheck, "name: shop", "name: shop, paused: true", 1)
			n.reload()
		},
		"the check is gone": func(n *replay) { n.checks = strings.Replace(oneCheck, "name: shop", "name: desk", 1); n.reload() },
		"the check asks other things": func(n *replay) {
			n.mends("shop")
			n.checks = other
			n.reload()
		},
		"the check is gone after a restart": func(n *replay) {
			n.stop()
			n.checks = strings.Replace(oneCheck, "name: shop", "name: desk", 1)
			n.start()
		},
	} {
		t.Run(what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				do(n)
				n.pass(10 * time.Minute)
				n.hearOnce("afterwards", true)
			})
		})
	}
}

// A receiver that is removed is told that it is told nothing here any more, those that stay are told the end, and one
// that is new is told what is open.
func TestToldDownRemovedReceiver(t *testing.T) {
	t.Parallel()
	gone, stay := roomsOfEach(t), roomsOfEach(t)
	for _, r := range stay {
		r.name, r.config = "new-"+r.name, strings.Replace(r.config, "{name: ", "{name: new-", 1)
	}
	replayed(t, gone, func(n *replay) {
		n.outage()
		n.rooms = stay
		n.reload()
		n.pass(5 * time.Minute)
		for _, r := range gone {
			if last := r.sent()[len(r.sent())-1]; !strings.Contains(strings.ToLower(strings.ReplaceAll(last, "+", " ")), "no longer told here") {
				n.Errorf("%s was sent last: %s", r.name, last)
			}
		}
		n.mends("shop")
		n.pass(10 * time.Minute)
		n.hear("in place of others", monitor.EventOpened, monitor.EventResolved)
	})
}

// A receiver that is replaced under its name: those at the old place are told that they are told nothing here any more,
// those at the new one what is open, and its end.
func TestToldDownReplacedReceiver(t *testing.T) {
	t.Parallel()
	before, after := roomsOfEach(t), roomsOfEach(t)
	replayed(t, before, func(n *replay) {
		n.outage()
		n.rooms = after
		n.reload()
		n.pass(5 * time.Minute)
		for _, r := range before {
			if last := r.sent()[len(r.sent())-1]; !strings.Contains(strings.ToLower(strings.ReplaceAll(last, "+", " ")), "no longer told here") {
				n.Errorf("%s, as it was before, was sent last: %s", r.name, last)
			}
		}
		n.kill()
		n.start()
		n.mends("shop")
		n.pass(10 * time.Minute)
		n.hear("at its new place", monitor.EventOpened, monitor.EventResolved)
	})
}

// One that was replaced while bellhop was stopped cannot be said goodbye to: the others are told so. Those at the new
// place are told what is open, and its end.
func TestToldDownReplacedWhileStopped(t *testing.T) {
	t.Parallel()
	before, after := roomsOfEach(t), roomsOfEach(t)
	replayed(t, before, func(n *replay) {
		n.outage()
		n.stop()
		n.rooms = after
		n.start()
		n.pass(5 * time.Minute)
		if said := strings.Join(after[0].sent(), "\n"); !strings.Contains(said, "Receiver slack-bot was given another address while bellhop was stopped") {
			n.Errorf("%s was sent\n%s", after[0].name, said)
		}
		n.kill()
		n.start()
		n.mends("shop")
		n.pass(10 * time.Minute)
		n.hear("at its new place", monitor.EventOpened, monitor.EventResolved)
	})
}

// A secret that is replaced in its file is a receiver at its old place.
func TestToldDownRotatedSecret(t *testing.T) {
	t.Parallel()
	to := newRoom(t, "ops", roomKinds()[0])
	replayed(t, []*room{to}, func(n *replay) {
		n.outage()
		to.config = strings.Replace(to.config, roomSecret, "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=", 1)
		n.reload()
		n.mends("shop")
		n.pass(10 * time.Minute)
		n.hear("under another secret", monitor.EventOpened, monitor.EventResolved)
	})
}

func roomsOfEach(t *testing.T) []*room {
	t.Helper()
	var rooms []*room
	for _, kind := range roomKinds() {
		rooms = append(rooms, newRoom(t, strings.ReplaceAll(kind.name, " ", "-"), kind))
	}
	return rooms
}

// acts lets a person do something, for so long; 0 is until the incident ends.
func (n *replay) acts(what monitor.ActKind, to monitor.Target, lasts time.Duration) {
	n.Helper()
	now := n.during.monitor.Now()
	a := monitor.Act{At: now, ID: "act_" + string(what), Kind: what, By: "Anna", Why: "I know", Target: to}
	if lasts > 0 {
		a.Until = now.Add(lasts)
	}
	n.submit(a)
}

// incident is the one that is open.
func (n *replay) incident() monitor.Target {
	n.Helper()
	open := n.during.monitor.Snapshot().Open
	if len(open) != 1 {
		n.Fatalf("%d incidents are open", len(open))
	}
	return monitor.Target{Incident: open[0].ID}
}

// plan writes an hour of maintenance into the configuration.
func (n *replay) plan() {
	now := time.Now().UTC()
	n.more = "maintenance: [{name: till, checks: [shop], from: " + now.Format(time.RFC3339) + ", until: " + now.Add(time.Hour).Format(time.RFC3339) + "}]\n"
}
