package rehearse_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
	"bellhop/monitor/rehearse"
)

// cast is the watchlist that ships, with two accounts, a shop and a nightly job.
func cast(t *testing.T, reports bool) rehearse.Cast {
	t.Helper()
	pace := monitor.RealPace()
	transport, err := probe.NewTransport(probe.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	config := apaleo.Config{Hosts: apaleo.RealHosts(), Pace: pace, Transport: transport, Modules: []string{"booking"}}
	for _, name := range []string{"alpine", "seaside"} {
		source, err := probe.NewSource(probe.SourceConfig{
			Transport: transport, ClientID: strings.ToUpper(name[:4]) + "-SP-BELLHOP", TokenURL: config.Hosts.TokenURL(), Pace: pace,
			Secret: func() (string, time.Time, error) { return "", time.Time{}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		config.Accounts = append(config.Accounts, apaleo.Account{Name: name, Code: strings.ToUpper(name[:4]), Source: source})
	}
	checks, err := apaleo.Watchlist(config)
	if err != nil {
		t.Fatal(err)
	}
	job := check("nightly", "")
	job.Kind, job.Reported, job.Every, job.Grace, job.Schedule = monitor.KindBeat, true, time.Hour, 10*time.Minute, monitor.AfterSchedule(time.Hour)
	c := rehearse.Cast{
		Pace: pace, Seed: 1, Hosts: map[string]string{"api": "api.apaleo.com", "identity": "identity.apaleo.com", "webhook": "webhook.apaleo.com"},
		Config: monitor.Reconfigure{
			Checks: append(checks, check("shop", "shop.example.com:443"), job), Names: config.Names(), Controls: 3, Advise: apaleo.Advise,
			Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}},
		},
	}
	if reports {
		c.Config.Reported = config.Reported()
	}
	return c
}

func perform(t *testing.T, c rehearse.Cast, text string) rehearse.Performance {
	t.Helper()
	s, err := rehearse.Parse("test", text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Perform(t.Context(), c)
}

// Each fault is told of, or not, with the cause that it has.
func TestFaultsAreTold(t *testing.T) {
	for _, tt := range []struct{ begin, cause, fault string }{ // cause "" is that nobody is told of an incident
		{"api 502", "host api.apaleo.com", "http_5xx"},
		{"api timeout", "host api.apaleo.com", "timeout"},
		{"api refused", "host api.apaleo.com", "connect"},
		{"api slow", "host api.apaleo.com", ""},
		{"api 429", "", ""},
		{"identity 503", "identity identity.apaleo.com", "http_5xx"},
		{"webhook 500", "host webhook.apaleo.com", "http_5xx"},
		{"webhook expiring", "check tls-webhook", "expiring"},
		{"net dns", "", ""},
		{"hotel 403", "account alpine", "forbidden"},
		{"account:seaside 403", "account seaside", "forbidden"},
		{"client invalid_client", "client ALPI-SP-BELLHOP", "invalid_client"},
		{"client:seaside invalid_grant", "client SEAS-SP-BELLHOP", "invalid_grant"},
		{"module:booking 503", "module booking", "http_5xx"},
		{"host:shop.example.com reset", "check shop", "reset"},
		{"check:shop 404", "check shop", "not_found"},
		{"check:nightly silent", "check nightly", "overdue"},
	} {
		t.Run(tt.begin, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(tt.begin)
			lasts := map[string]string{"429": "10m", "expiring": "25h"}[words[1]]
			p := perform(t, cast(t, false), "+0s begin "+tt.begin+"\n+"+cmp.Or(lasts, "1h")+" end "+words[0])
			var got []string
			for _, m := range p.Messages {
				if m.About != nil && m.Type == monitor.EventOpened {
					got = append(got, string(m.About.Cause.Kind)+" "+m.About.Cause.ID)
					if a := m.About.Affected; len(a) > 0 && string(a[0].Fault) != tt.fault {
						t.Errorf("told of %s, want %s", a[0].Fault, tt.fault)
					}
				}
			}
			if tt.cause == "" && len(got) > 0 || tt.cause != "" && !slices.Contains(got, tt.cause) {
				t.Errorf("told of %q, want %q", got, tt.cause)
			}
			if f := p.Fates[0]; f.Unseen || f.Told.IsZero() != (tt.begin == "api 429") {
				t.Errorf("its fate is %+v", f)
			}
		})
	}
}

// An integration asks more than one module, so that what it reports of one tells which it is.
func TestReportsOfAModule(t *testing.T) {
	c := cast(t, true)
	c.Config.Checks = slices.DeleteFunc(c.Config.Checks, func(c *monitor.Check) bool { return c.Module == "booking" })
	p := perform(t, c, "+0s begin module:booking 500 40%\n+30m end module:booking")
	if len(p.Messages) == 0 || p.Messages[0].About.Cause.Node() != (monitor.Node{Kind: monitor.NodeModule, ID: "booking"}) {
		t.Errorf("told: %v", p.Messages)
	}
}

// What is told of a check that others need is its own fault, and not what they meet with for its sake.
func TestOwnFaultOfWhatIsNeeded(t *testing.T) {
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} { // which is asked first differs
		c := cast(t, false)
		db, api := check("db", "db.example.com:5432"), check("backend-"+name, "backend.example.com:443")
		api.Path = append([]monitor.Node{{Kind: monitor.NodeCheck, ID: "db"}}, api.Path...)
		c.Config.Checks = append(c.Config.Checks, db, api)
		p := perform(t, c, "+0s begin check:db refused\n+0s begin host:backend.example.com 500\n+30m end check:db\n+30m end host:backend.example.com")
		if len(p.Messages) == 0 || p.Messages[0].About.Cause.ID != "db" || !strings.Contains(p.Messages[0].Text, "connection refused") {
			t.Errorf("%s: told: %v", name, p.Messages)
		}
	}
}

// The first client is one that an account has, and not what stands for all of them where many accounts take turns.
func TestFirstClientIsOfAnAccount(t *testing.T) {
	c := cast(t, false)
	turns := check("booking-in-turn", "api.apaleo.com:443")
	turns.Client = "all clients in turn"
	c.Config.Checks = slices.Insert(c.Config.Checks, 0, turns)
	p := perform(t, c, "+0s begin client invalid_client\n+1h end client")
	if len(p.Messages) == 0 || p.Messages[0].About.Cause.ID != "ALPI-SP-BELLHOP" {
		t.Errorf("told: %v", p.Messages)
	}
}

// What bellhop's own scenarios are about comes of them, whether the integration reports or not.
func TestScenarios(t *testing.T) {
	quiet := []string{"throttled", "our-network", "quiet-day"}
	for _, s := range rehearse.Scenarios() {
		for name, reports := range map[string]bool{"probed": false, "reported": true} {
			if reports && (s.Name == "worst-night" || s.Name == "quiet-day") {
				continue // a day of reports takes its time
			}
			t.Run(s.Name+" "+name, func(t *testing.T) {
				t.Parallel()
				p := s.Perform(t.Context(), cast(t, reports))
				told := slices.ContainsFunc(p.Messages, func(m rehearse.Message) bool { return m.About != nil })
				if told == slices.Contains(quiet, s.Name) {
					t.Errorf("told: %v", told)
				}
				for _, m := range p.Messages {
					if m.At.Before(p.Zero) {
						t.Errorf("told %v before it began: %s", p.Zero.Sub(m.At), m.Text)
					}
				}
				for _, f := range p.Fates {
					if f.Unseen {
						t.Errorf("nothing sees %s", f.On)
					}
				}
				if len(p.Open) > 0 && s.Name != "worst-night" {
					t.Errorf("still open: %s", p.Open[0].Title)
				}
			})
		}
	}
}

// The same scenario gives the same messages; another seed another brown-out.
func TestSameSeedSameMessages(t *testing.T) {
	told := func(seed uint64) (all []string) {
		c := cast(t, true)
		c.Seed = seed
		for _, m := range perform(t, c, "+0s begin api 502 40%\n+20m end api").Messages {
			all = append(all, m.At.String()+m.Text)
		}
		return all
	}
	if a, b := told(1), told(1); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("%q\n%q", a, b)
	}
	if slices.Equal(told(1), told(2)) {
		t.Error("the seed changes nothing")
	}
}

// An hotel whose token ends in an outage of identity is not asked, and that is no outage of its own.
func TestTokensEndInALongOutage(t *testing.T) {
	p := perform(t, cast(t, false), "+0s begin identity 503\n+90m end identity")
	for _, m := range p.Messages {
		if m.About == nil || m.About.Cause.ID != "identity.apaleo.com" {
			t.Errorf("told of %s", m.Text)
		}
	}
	if last := p.Messages[len(p.Messages)-1]; last.Type != monitor.EventResolved || len(p.Messages) < 2 {
		t.Errorf("the last message is %s", last.Text)
	}
}

// What is recorded of a scenario, and replayed, tells the same.
func TestReplayTellsTheSame(t *testing.T) {
	c := cast(t, false)
	s, err := rehearse.Parse("test", "+0s begin api 502\n+10m end api\n+30m begin net dns\n+33m end net\n+50m suspend 10m\n+70m begin check:nightly silent\n+4h end check:nightly")
	if err != nil {
		t.Fatal(err)
	}
	records := rehearse.Records{}
	p := s.Record(t.Context(), c, func(sample monitor.Sample) { records[sample.Check] = append(records[sample.Check], sample) })
	again := records.Replay(t.Context(), c, p.Zero, p.End)
	types := func(all []rehearse.Message) (list []string) {
		for _, m := range all {
			list = append(list, string(m.Type)+" "+m.At.Truncate(2*time.Minute).Format("15:04"))
		}
		return list
	}
	if want, got := types(p.Messages), types(again.Messages); !slices.Equal(want, got) || len(want) < 5 {
		t.Errorf("replayed %q\nwant     %q", got, want)
	}
}
