package web

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

const mark = "PRIVATE·"

// texts rewrites every free text below v. Words of the domain are types of their own and stay as they are.
func texts(v reflect.Value, field string, rewrite func(field, text string) string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			texts(v.Elem(), field, rewrite)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			texts(v.Index(i), field, rewrite)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				texts(v.Field(i), f.Name, rewrite)
			}
		}
	case reflect.String:
		if t := v.Type(); v.CanSet() && (t == reflect.TypeFor[string]() || t == reflect.TypeFor[monitor.CheckID]()) {
			v.SetString(rewrite(field, v.String()))
		}
	default:
	}
}

// private marks every text but those made for the public.
func private(s *monitor.Snapshot) {
	texts(reflect.ValueOf(s), "", func(field, text string) string {
		if field == "Public" {
			return text
		}
		return mark + text
	})
}

func oneOf[T any](t *rapid.T, of ...T) T { return rapid.SampledFrom(of).Draw(t, "one") }

func anyTime(t *rapid.T) time.Time {
	return oneOf(t, time.Time{}, now.Add(-time.Duration(rapid.IntRange(0, 1e6).Draw(t, "seconds"))*time.Second))
}

// anySnapshot is any at all, every free text of it private but for those made for the public.
func anySnapshot(t *rapid.T) *monitor.Snapshot {
	s := &monitor.Snapshot{At: now, Instance: "fra1", StoreDown: anyTime(t)}
	s.Blind = monitor.Blindness{Since: oneOf(t, time.Time{}, time.Time{}, now), Never: rapid.Bool().Draw(t, "never")}
	n := rapid.IntRange(0, 4).Draw(t, "incidents")
	for i := range n {
		s.Open = append(s.Open, anyIncident(t, i, monitor.IncidentOpen))
		s.Recent = append(s.Recent, anyIncident(t, 10+i, monitor.IncidentResolved))
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "checks") {
		s.Checks = append(s.Checks, anyCheck(t, i, n))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "hotels") {
		h := &monitor.Hotel{Account: fmt.Sprintf("h%d", i), Code: "c", Name: "n", Key: fmt.Sprintf("k%d", i), Seen: now, Silent: rapid.Bool().Draw(t, "silent")}
		v := anyCheck(t, 100+i, n)
		v.Check.Reported, v.Check.Account, v.Check.Kind = true, h.Account, oneOf(t, monitor.KindConsent, monitor.KindTraffic)
		s.Hotels, s.Checks = append(s.Hotels, h), append(s.Checks, v)
	}
	s.Notices = []*monitor.Notice{{ID: "n", Key: "k", Text: "t", NextStep: "s", At: now}}
	s.Owed = []*monitor.Delivery{{DeliveryID: monitor.DeliveryID{Receiver: "ops", Incident: "i"}, LastErr: "e", Dead: "d", Failing: anyTime(t)}}
	s.OldestOwed = anyTime(t)
	for range rapid.IntRange(0, 2).Draw(t, "silences") {
		s.Silences = append(s.Silences, anySilence(t))
	}
	private(s)
	return s
}

func anySilence(t *rapid.T) *monitor.Silence {
	return &monitor.Silence{
		ID: "s", Kind: oneOf(t, monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause), Name: "n", By: "b", Why: "w", From: anyTime(t), Until: anyTime(t),
		Target: monitor.Target{Incident: oneOf(t, "", "inc0"), Checks: []monitor.CheckID{"c"}, Accounts: []string{"a"}, Labels: map[string]string{"l": "v"}},
	}
}

func anyIncident(t *rapid.T, i int, st monitor.IncidentState) *monitor.Incident {
	return &monitor.Incident{
		ID: fmt.Sprintf("inc%d", i), State: st, Since: anyTime(t), Ended: anyTime(t),
		Severity: oneOf(t, monitor.Down, monitor.Degraded, monitor.AuthLost, monitor.QuotaOut, monitor.Warning),
		Side: oneOf(t, monitor.SideApaleo, monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest, monitor.SideHotel,
			monitor.SideNetwork, monitor.SideIntegration, monitor.SideUnclear),
		Public: oneOf(t, "", "For everybody."), Title: "t", Text: "x", NextStep: "n", Doc: "https://d", Acks: []string{"a"},
		Cause: monitor.Cause{Kind: oneOf(t, monitor.NodeEdge, monitor.NodeAccount, monitor.NodeHotels), ID: "c"},
		Ack:   oneOf(t, nil, &monitor.Ack{By: "b", Why: "w"}), Remarks: []monitor.Remark{{By: "b", What: monitor.ActNote, Text: "t"}},
		Muted: rapid.Bool().Draw(t, "muted"), MutedBy: oneOf(t, "", "in maintenance", "silenced"), Affected: []monitor.Affected{{Check: "c", TrackingID: "t", Runbook: "https://r"}},
	}
}

func anyCheck(t *rapid.T, i, incidents int) monitor.CheckView {
	c := &monitor.Check{
		Name: fmt.Sprintf("check%d", i), Account: oneOf(t, "", "a", "b"), Title: "t", Kind: "http", Host: "h", Client: "c",
		Public: oneOf(t, "", "One", "Two"), Runbook: "https://r", Spec: "@every 60s", Labels: map[string]string{},
	}
	v := monitor.CheckView{Check: c, Why: "w", Badges: []string{"auth"}, Next: anyTime(t)}
	v.State = oneOf(t, monitor.StateUp, monitor.StateDegraded, monitor.StateDown, monitor.StateUnknown, monitor.StatePaused, monitor.StateMaintenance)
	if rapid.Bool().Draw(t, "silenced") {
		v.Silence = anySilence(t)
	}
	if rapid.Bool().Draw(t, "asked") {
		v.Row = &monitor.Row{SetUp: "s", Last: monitor.Outcome{
			At: now, Detail: "d", IP: "192.0.2.1", TrackingID: "t", Code: "c", Messages: []string{"m"}, Acks: []string{"a"},
			Token: monitor.TokenFacts{Account: "a", Scopes: []string{"s"}}, Fault: oneOf(t, monitor.FaultNone, monitor.FaultServer),
		}}
		for k := range v.Row.Signals {
			v.Row.Signals[k] = monitor.Signal{Phase: oneOf(t, monitor.Clean, monitor.Open), Since: anyTime(t), Closed: anyTime(t)}
			v.Row.Incident[k] = fmt.Sprintf("inc%d", rapid.IntRange(0, max(incidents, 1)).Draw(t, "incident"))
		}
	}
	return v
}

// TestNothingPrivateIsPublic ensures, for any snapshot, that nobody without the right reads a word of it that
// was not made for the public.
func TestNothingPrivateIsPublic(t *testing.T) {
	s := New(Options{Version: mark, Instance: mark, PublicURL: "https://" + mark})
	public, operator, full := s.Public(), s.Operator(), protect(s.operatorRoutes())
	rapid.Check(t, func(t *rapid.T) {
		s.Reader = fixed{anySnapshot(t)}
		for _, path := range []string{"/", "/public.json", "/public.json?hotel=" + url.QueryEscape(mark+"k0"), "/public.json?hotel=k", "/livez?verbose", "/readyz?verbose"} {
			for side, body := range map[string]string{
				"public": get(public, path).Body.String(), "operator": knock(operator, lan, "192.0.2.1", path).Body.String(),
			} {
				if at := strings.Index(body, mark); at >= 0 {
					t.Fatalf("%s %s tells %q", side, path, body[max(0, at-80):min(len(body), at+80)])
				}
			}
		}
		for _, path := range []string{"/metrics", "/api/v1/status", "/api/v1/incidents", "/api/v1/deliveries", "/incidents/x", "/silences", "/api/v1/silences", "/hotels", "/api/v1/hotels", "/ledger"} {
			if w := knock(operator, lan, "192.0.2.1", path); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), mark) {
				t.Fatalf("%s: status %d", path, w.Code)
			}
		}
		if !strings.Contains(get(full, "/").Body.String(), mark) {
			t.Fatal("even the operator's page has nothing private: the test sees nothing")
		}
	})
}

// TestOthersTroubleIsNotPublic ensures that what is wrong with our credentials, our network or one hotel
// colours neither the public sentence nor a component.
func TestOthersTroubleIsNotPublic(t *testing.T) {
	for _, side := range []monitor.Side{
		monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest, monitor.SideHotel, monitor.SideNetwork,
	} {
		s := worldDown()
		s.Open[0].Side = side
		v := publish(s, now)
		if v.State == monitor.StateDown || v.State == monitor.StateDegraded || len(v.Incidents) != 1 {
			t.Errorf("%s: public state %s, incidents %v", side, v.State, v.Incidents)
		}
		if got := v.Components[0].State; got != monitor.StateUnknown {
			t.Errorf("%s: the component whose checks all fail is %s, want unknown", side, got)
		}
	}
	for _, side := range []monitor.Side{monitor.SideApaleo, monitor.SideIntegration, monitor.SideUnclear} {
		s := worldDown()
		s.Open[0].Side = side
		if v := publish(s, now); v.State != monitor.StateDown || v.Components[0].State != monitor.StateDown {
			t.Errorf("%s: public state %s", side, v.State)
		}
	}
}

// TestHostileText ensures that no text of a snapshot becomes markup, an address to run, or broken JSON.
func TestHostileText(t *testing.T) {
	hostile := `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}` + "\u202e\x00\xff"
	s := worldMixed()
	quiet := worldQuiet()
	s.Open, s.Silences = append(quiet.Open, s.Open...), quiet.Silences
	few := reported(43)
	s.Hotels, s.Checks = few.Hotels, append(s.Checks, few.Checks...)
	s.Owed = worldDown().Owed
	texts(reflect.ValueOf(s), "", func(string, string) string { return hostile })
	s.Silences[2].Target.Incident = "inc"
	s.Open[0].ID, s.Open[0].Doc, s.Open[0].State, s.Open[0].Cause.ID = "inc", "javascript:alert(1)", monitor.IncidentOpen, hostile
	for _, c := range s.Checks {
		c.Check.Runbook = "javascript:alert(1)"
	}
	for _, path := range []string{"/", "/silences", "/hotels", "/hotels?q=" + url.QueryEscape(hostile), "/incidents/inc", "/incidents/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E"} {
		page := get(own(s), path).Body.String()
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img") || strings.Contains(page, `href="javascript:`) {
			t.Errorf("%s: text became markup", path)
		}
		if n := strings.Count(page, "<script>"); n > 1 {
			t.Errorf("%s: %d scripts", path, n)
		}
		if err := wellFormed(strings.NewReplacer("\x00", "", "\xff", "").Replace(page)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if page := get(site(s).Public(), "/").Body.String(); strings.Contains(page, "<script>alert") || wellFormed(strings.ToValidUTF8(page, "")) != nil {
		t.Error("public page: text became markup")
	}
	if w := get(own(s), "/metrics"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "\n<script") {
		t.Errorf("metrics: status %d", w.Code)
	}
}

// TestOnlyOutagesArePublic ensures that lost access, a spent quota and a warning are no outage to others,
// whoever's side they are on.
func TestOnlyOutagesArePublic(t *testing.T) {
	for _, severity := range []monitor.Severity{monitor.AuthLost, monitor.QuotaOut, monitor.Warning} {
		s := world("alpine-hotels")
		i := apiDown()
		i.Severity = severity
		s.Open = []*monitor.Incident{&i}
		for _, c := range s.Checks {
			failing(s, string(c.Check.ID()), monitor.Auth, monitor.StateDegraded, "HTTP 403", monitor.Outcome{Status: 403, Fault: monitor.FaultForbidden}, i.ID)
		}
		if v := publish(s, now); v.State != monitor.StateUp || len(v.Incidents) != 0 || v.Components[0].State != monitor.StateUp {
			t.Errorf("%s: %+v", severity, v)
		}
	}
}

// TestUnshownChecksAreNotPublic ensures that a check of the operator's own which belongs to no component is no trouble of
// the public page, neither while it lasts nor after, and that one which belongs to a component is.
func TestUnshownChecksAreNotPublic(t *testing.T) {
	for _, component := range []string{"", "Bookings"} {
		s := world("alpine-hotels")
		s.Checks = append(s.Checks, monitor.CheckView{Check: &monitor.Check{Name: "export", Own: true, Public: component}, State: monitor.StateDown})
		i := monitor.Incident{
			ID: "inc_1", State: monitor.IncidentOpen, Severity: monitor.Down, Side: monitor.SideIntegration, Public: "One of our own services fails.",
			Cause: monitor.Cause{Kind: monitor.NodeCheck, ID: "export"}, Affected: []monitor.Affected{{Check: "export", Fault: monitor.FaultOverdue}},
		}
		over := i
		over.ID, over.State = "inc_0", monitor.IncidentResolved
		s.Open, s.Recent = []*monitor.Incident{&i}, []*monitor.Incident{&over}
		if v, shown := publish(s, now), component != ""; (len(v.Incidents) == 2) != shown || (v.State == monitor.StateDown) != shown {
			t.Errorf("component %q: %+v", component, v)
		}
	}
}

// TestMaintenanceIsPublic ensures that the public reads of maintenance that it is, and nothing of who, why, or of what fails
// in it; and that a silence hides nothing from it.
func TestMaintenanceIsPublic(t *testing.T) {
	s := worldDown()
	i := *s.Open[0]
	i.Muted, i.MutedBy, i.Members = true, `in maintenance "Secret project" by Bob`, nil
	by := &monitor.Silence{ID: "mnt_x", Kind: monitor.ActMaintenance, Name: "Secret project", By: "Bob", Why: "new owners"}
	for _, c := range s.Checks {
		if c.Check.Public == "apaleo API" {
			i.Members = append(i.Members, monitor.SignalID{Check: c.Check.ID(), Signal: monitor.Availability})
			hold(s, string(c.Check.ID()), monitor.StateMaintenance, by)
		}
	}
	s.Open, s.Silences, s.Recent = []*monitor.Incident{&i}, []*monitor.Silence{by}, nil
	v := publish(s, now)
	if v.State != monitor.StateUp || len(v.Incidents) != 0 || v.Components[0].State != monitor.StateMaintenance ||
		v.Sentence != "Everything works that is being watched; apaleo API is in maintenance." {
		t.Errorf("in maintenance: %+v", v)
	}
	over := i
	over.State = monitor.IncidentResolved
	s.Open, s.Recent = nil, []*monitor.Incident{&over}
	if v := publish(s, now); len(v.Incidents) != 0 {
		t.Errorf("after it: %+v", v)
	}
	page := get(site(s).Public(), "/").Body.String() + get(site(s).Public(), "/public.json").Body.String()
	for _, word := range []string{"Bob", "Secret", "new owners"} {
		if strings.Contains(page, word) {
			t.Errorf("the public reads %q", word)
		}
	}
	silenced := worldQuiet()
	if v := publish(silenced, now); v.State != monitor.StateDown || len(v.Incidents) == 0 {
		t.Errorf("silenced: %+v", v)
	}
}
