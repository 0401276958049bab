package command

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// What Alertmanager (68fb2d575), Cloudprober (321da494), Uptime Kuma (2.5.3) and Healthchecks (4.3) were seen to do, or
// say of themselves, on bellhop.

// AM1: Alertmanager writes what it told to disk every 15 minutes and at a good end (nflog): killed in between, it tells
// it again.
func TestAlertmanagerAM1RepeatAfterKill(t *testing.T) {
	toAll(t, func(n *replay) {
		n.outage()
		for _, after := range []time.Duration{0, time.Minute, 10 * time.Minute} {
			n.pass(after)
			n.kill()
			n.pass(10 * time.Second)
			n.start()
		}
		n.pass(20 * time.Minute)
		n.hear("after three kills", monitor.EventOpened)
		n.mends("shop")
		n.kill()
		n.start()
		n.pass(5 * time.Minute)
		n.kill()
		n.start()
		n.pass(20 * time.Minute)
		n.hear("after the end and five kills", monitor.EventOpened, monitor.EventResolved)
	})
}

// AM2: Alertmanager holds its alerts in memory (#2370, #2042): one that ends while it is down never ends for those who
// were told.
func TestAlertmanagerAM2EndedWhileDown(t *testing.T) {
	for name, away := range map[string]time.Duration{"a moment": 10 * time.Second, "a night": 9 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				n.kill()
				n.mends("shop")
				n.pass(away)
				n.start()
				n.pass(10 * time.Minute)
				n.hear("after "+name, monitor.EventOpened, monitor.EventResolved)
			})
		})
	}
}

// AM3: a 429 of Slack or of a webhook is the last word for Alertmanager (notify/util.go; #2111, #2205): if the alert ends
// before it would be grouped again, neither its beginning nor its end is ever delivered.
func TestAlertmanagerAM3GivesUpAt429(t *testing.T) {
	t.Run("over before the pause is", func(t *testing.T) {
		toAll(t, func(n *replay) {
			n.start()
			n.pass(3 * time.Minute)
			n.receiversAnswer(http.StatusTooManyRequests, "Retry-After", "600")
			n.breaks("shop")
			n.pass(3 * time.Minute)
			n.receiversAnswer(0)
			n.mends("shop")
			n.pass(5 * time.Minute)
			for _, to := range n.rooms {
				if tries := len(to.tried()); tries != 1 {
					n.Errorf("%s was tried %d times though it asked for a pause", to.name, tries)
				}
			}
			n.pass(10 * time.Minute)
			n.hearLate("after the pause")
		})
	})
	t.Run("still so after the pause", func(t *testing.T) {
		toAll(t, func(n *replay) {
			n.start()
			n.pass(3 * time.Minute)
			n.receiversAnswer(http.StatusTooManyRequests, "Retry-After", "300")
			n.breaks("shop")
			n.pass(3 * time.Minute)
			n.receiversAnswer(0)
			n.pass(5 * time.Minute)
			n.hear("after the pause", monitor.EventOpened)
			n.mends("shop")
			n.pass(5 * time.Minute)
			n.hear("at the end", monitor.EventOpened, monitor.EventResolved)
		})
	})
}

// CP1: Cloudprober tells the end of an alert to PagerDuty and Opsgenie only (internal/alerting/notifier/notifier.go):
// Slack, Teams, e-mail and HTTP hear nothing, against its FAQ.
func TestCloudproberCP1NoRecovery(t *testing.T) {
	toAll(t, func(n *replay) {
		n.outage()
		n.mends("shop")
		n.pass(5 * time.Minute)
		n.hear("at the end", monitor.EventOpened, monitor.EventResolved)
	})
}

// CP2: Cloudprober notes that it alerted before it sends, and drops the error (internal/alerting/alerting.go): a receiver
// that fails at that moment and works ten seconds later hears of it after an hour, or never.
func TestCloudproberCP2LostAtFiring(t *testing.T) {
	toAll(t, func(n *replay) {
		n.start()
		n.pass(3 * time.Minute)
		n.receiversAnswer(http.StatusInternalServerError)
		n.breaks("shop")
		for slices.ContainsFunc(n.rooms, func(to *room) bool { return len(to.tried()) == 0 }) {
			n.pass(time.Second)
		}
		n.pass(10 * time.Second)
		n.receiversAnswer(0)
		n.pass(time.Minute)
		n.hear("a minute later", monitor.EventOpened)
		n.pass(2 * time.Hour)
		n.hear("and not again", monitor.EventOpened)
	})
}

// #6046 of Uptime Kuma, open since 2025: a notification that fails is logged and forgotten.
func TestUptimeKuma6046NotifierErrorIsForgotten(t *testing.T) {
	for what, status := range map[string]int{
		"500": 500, "a wrong address": 404, "a lost connection": connectionLost, "nobody there": nobodyThere,
	} {
		t.Run(what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.start()
				n.pass(3 * time.Minute)
				n.receiversAnswer(status)
				n.breaks("shop")
				n.pass(3 * time.Minute)
				n.receiversAnswer(0)
				n.pass(12 * time.Minute)
				n.hear("after it failed at the beginning", monitor.EventOpened)
				n.receiversAnswer(status)
				n.mends("shop")
				n.pass(3 * time.Minute)
				n.receiversAnswer(0)
				n.pass(12 * time.Minute)
				n.hear("after it failed at the end", monitor.EventOpened, monitor.EventResolved)
			})
		})
	}
}

// maintenance is what is said to be worked on for half an hour: the shop.
func (n *replay) maintenance() {
	n.Helper()
	now := n.during.monitor.Now()
	n.submit(monitor.Act{
		At: now, ID: "act_1", Kind: monitor.ActMaintenance, By: "Anna", Why: "a new till", Target: monitor.Target{Checks: []monitor.CheckID{"shop"}},
		Until: now.Add(30 * time.Minute),
	})
}

// #4004 of Uptime Kuma, open since 2023: from DOWN to MAINTENANCE to UP, UP is never told.
func TestUptimeKuma4004RecoveryInMaintenance(t *testing.T) {
	for what, restarts := range map[string]bool{"": false, " through restarts": true} {
		t.Run("it ends in it"+what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				n.maintenance()
				n.pass(5 * time.Minute)
				n.restarts(restarts)
				n.mends("shop")
				n.pass(5 * time.Minute)
				n.hearOnce("in the maintenance", true)
				n.restarts(restarts)
				n.pass(time.Hour)
				n.hearOnce("after the maintenance", true)
			})
		})
		t.Run("it ends while nobody watches"+what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				n.maintenance()
				n.pass(5 * time.Minute)
				n.kill()
				n.mends("shop")
				n.pass(time.Hour)
				n.start()
				n.pass(10 * time.Minute)
				n.hearOnce("after the maintenance", true)
			})
		})
	}
}

func (n *replay) restarts(really bool) {
	n.Helper()
	if really {
		n.kill()
		n.start()
	}
}

// #7148 of Uptime Kuma (and #2846): from DOWN to MAINTENANCE to DOWN, DOWN is told a second time.
func TestUptimeKuma7148DownAgainAfterMaintenance(t *testing.T) {
	for what, restarts := range map[string]bool{"without a restart": false, "through restarts": true} {
		t.Run(what, func(t *testing.T) {
			toAll(t, func(n *replay) {
				n.outage()
				n.maintenance()
				n.pass(20 * time.Minute)
				n.restarts(restarts)
				n.pass(40 * time.Minute)
				n.hearOnce("after the maintenance", false)
				n.restarts(restarts)
				n.mends("shop")
				n.pass(10 * time.Minute)
				n.hearOnce("at the end", true)
			})
		})
	}
	t.Run("it began in it", func(t *testing.T) {
		toAll(t, func(n *replay) {
			n.start()
			n.pass(3 * time.Minute)
			n.maintenance()
			n.breaks("shop")
			n.pass(25 * time.Minute)
			n.hear("in the maintenance")
			n.pass(10 * time.Minute)
			n.hearOnce("after the maintenance", false)
			n.mends("shop")
			n.pass(10 * time.Minute)
			n.hearOnce("at the end", true)
		})
	})
}

// #212 of Healthchecks: what it has to send is marked as done before it is sent (hc/api/management/commands/
// sendalerts.py): interrupted in between, "no retries are made, and no error is logged".
func TestHealthchecks212InterruptedWhileSending(t *testing.T) {
	for what, arrives := range map[string]bool{"after it arrived": true, "before it arrived": false} {
		t.Run(what, func(t *testing.T) {
			eachKind(t, func(n *replay, to *room) {
				n.start()
				n.pass(3 * time.Minute)
				if !arrives {
					to.answers(nobodyThere)
				}
				to.atEach(func(notify.Letter) { n.dies() })
				n.breaks("shop")
				n.pass(5 * time.Minute)
				to.atEach(nil)
				to.answers(0)
				n.stop()
				first := to.tried()
				n.start()
				n.pass(3 * time.Minute)
				again := to.tried()[len(first):]
				if len(first) != 1 || len(again) != 1 || again[0].ID != first[0].ID || !slices.Equal(again[0].Body, first[0].Body) || again[0].err != nil {
					n.Fatalf("interrupted while %+v was sent, it then sent %+v", first, again)
				}
				n.mends("shop")
				n.pass(5 * time.Minute)
				if got := to.taken(); got[len(got)-1].Type != monitor.EventResolved {
					n.Errorf("the last it heard is %s", got[len(got)-1].Type)
				}
			})
		})
	}
}
