package monitor_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// letters writes evidence as g, f and -, in the order availability, latency, auth, quota.
func letters(evidence [4]monitor.Evidence) string {
	var b strings.Builder
	for _, e := range evidence {
		b.WriteString(map[monitor.Evidence]string{monitor.Good: "g", monitor.Fail: "f", monitor.None: "-"}[e])
	}
	return b.String()
}

// evidenceCells holds every fault, as a built-in check and as a user's own reads it, with a way out and
// without one. All of them have a client and answer in time.
var evidenceCells = []struct {
	fault             monitor.Fault
	status            int
	builtIn, cut, own string
}{
	{"", 200, "gggg", "gggg", "gggg"},
	{"", 401, "gggg", "gggg", "gggg"}, // an anonymous probe's good answer

	{"dns", 0, "f---", "----", "f---"},
	{"connect", 0, "f---", "----", "f---"},
	{"reset", 0, "f---", "----", "f---"},
	{"timeout", 0, "f---", "----", "f---"},
	{"tls_authority", 0, "f---", "----", "f---"},
	{"proxy", 407, "f---", "----", "f---"},

	{"tls_expired", 0, "f---", "f---", "f---"},
	{"tls_name", 0, "f---", "f---", "f---"},
	{"tls", 0, "f---", "f---", "f---"},
	{"expiring", 0, "f---", "f---", "f---"},
	{"cut", 200, "f--g", "f--g", "f--g"},
	{"malformed", 0, "f---", "f---", "f---"},
	{"too_large", 200, "f--g", "f--g", "f--g"},
	{"wrong_body", 200, "f--g", "f--g", "f--g"},
	{"http_5xx", 502, "f--g", "f--g", "f--g"},
	{"http_unexpected", 302, "f--g", "f--g", "f--g"},

	{"unauthorized", 401, "ggfg", "ggfg", "f--g"},
	{"forbidden", 403, "ggfg", "ggfg", "f--g"},
	{"suspended", 403, "ggfg", "ggfg", "f--g"},
	{"invalid_client", 400, "ggfg", "ggfg", "--f-"},
	{"invalid_grant", 400, "ggfg", "ggfg", "--f-"},
	{"invalid_scope", 400, "ggfg", "ggfg", "--f-"},
	{"invalid_request", 400, "ggfg", "ggfg", "--f-"},
	{"wrong_account", 200, "ggfg", "ggfg", "--f-"},

	{"scope_lost", 200, "ggfg", "ggfg", "ggfg"},
	{"development", 200, "ggfg", "ggfg", "ggfg"},
	{"archived", 200, "ggfg", "ggfg", "ggfg"},

	{"webhooks_stalled", 0, "f---", "f---", "f---"},
	{"events_stalled", 0, "f---", "f---", "f---"},
	{"overdue", 0, "f---", "f---", "f---"},
	{"failed", 0, "f---", "f---", "f---"},
	{"unsubscribed", 200, "f--g", "f--g", "f--g"},

	{"rate_limited", 429, "---f", "---f", "---f"},
	{"not_found", 404, "---g", "---g", "f--g"},
	{"http_4xx", 400, "---g", "---g", "f--g"},
	{"invalid", 422, "---g", "---g", "f--g"},

	{"unauthorized_unconfirmed", 401, "----", "----", "----"},
	{"no_token", 0, "----", "----", "----"},
	{"secret", 0, "----", "----", "----"},
	{"canceled", 0, "----", "----", "----"},
	{"panic", 0, "----", "----", "----"},
	{"never heard of", 500, "----", "----", "----"},
}

func TestClassify(t *testing.T) {
	builtIn := &monitor.Check{Client: "ALPN-1", Slow: 3 * time.Second}
	own := &monitor.Check{Client: "ALPN-1", Slow: 3 * time.Second, Own: true}
	info := &monitor.Check{Client: "ALPN-1", Slow: 3 * time.Second, Info: true}
	for _, cell := range evidenceCells {
		o := monitor.Outcome{Fault: cell.fault, Status: cell.status, Took: time.Second}
		for _, tt := range []struct {
			name  string
			check *monitor.Check
			way   monitor.Way
			want  string
		}{
			{"built-in, way out seen", builtIn, monitor.WaySeen, cell.builtIn},
			{"built-in, way out unknown", builtIn, monitor.WayUnknown, cell.builtIn},
			{"built-in, not asked", builtIn, monitor.WayNotAsked, cell.builtIn},
			{"built-in, cut off", builtIn, monitor.WayCut, cell.cut},
			{"own", own, monitor.WaySeen, cell.own},
			{"info", info, monitor.WaySeen, "----"},
		} {
			if got := letters(monitor.Classify(tt.check, o, tt.way, monitor.RealPace())); got != tt.want {
				t.Errorf("%q %d, %s: read as %s, want %s", cell.fault, cell.status, tt.name, got, tt.want)
			}
		}
	}
}

// TestClassifyDetails takes what a reading depends on besides the fault.
func TestClassifyDetails(t *testing.T) {
	p := monitor.RealPace()
	settling, settled := p.SecretSettle-1, p.SecretSettle
	for _, tt := range []struct {
		name    string
		check   monitor.Check
		outcome monitor.Outcome
		want    string
	}{
		{"without a client", monitor.Check{}, monitor.Outcome{Status: 200}, "g--g"},
		{"no HTTP", monitor.Check{Slow: time.Second}, monitor.Outcome{}, "gg--"},
		{"as slow as may be", monitor.Check{Slow: time.Second}, monitor.Outcome{Status: 200, Took: time.Second}, "gg-g"},
		{"slow", monitor.Check{Slow: time.Second}, monitor.Outcome{Status: 200, Took: time.Second + 1}, "gf-g"},
		{"slow refusal", monitor.Check{Slow: time.Second, Client: "x"}, monitor.Outcome{Fault: monitor.FaultForbidden, Status: 403, Took: time.Minute}, "gffg"},
		{"slow failure", monitor.Check{Slow: time.Second}, monitor.Outcome{Fault: monitor.FaultServer, Status: 500, Took: time.Minute}, "f--g"},
		{"no slowness known", monitor.Check{}, monitor.Outcome{Status: 200, Took: time.Hour}, "g--g"},
		{"expected 429", monitor.Check{Own: true}, monitor.Outcome{Status: 429}, "g---"},
		{"new secret", monitor.Check{Client: "x"}, monitor.Outcome{Fault: monitor.FaultClient, Status: 400, SecretAge: settling}, "g--g"},
		{"new secret, own check", monitor.Check{Client: "x", Own: true}, monitor.Outcome{Fault: monitor.FaultClient, Status: 400, SecretAge: settling}, "----"},
		{"settled secret", monitor.Check{Client: "x"}, monitor.Outcome{Fault: monitor.FaultClient, Status: 400, SecretAge: settled}, "g-fg"},
		{"new secret, other fault", monitor.Check{Client: "x"}, monitor.Outcome{Fault: monitor.FaultScope, Status: 400, SecretAge: settling}, "g-fg"},
	} {
		if got := letters(monitor.Classify(&tt.check, tt.outcome, monitor.WaySeen, p)); got != tt.want {
			t.Errorf("%s: read as %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestClassifyKnowsEveryFault ensures that a fault added to outcome.go is given a reading here.
func TestClassifyKnowsEveryFault(t *testing.T) {
	known := map[monitor.Fault]bool{}
	for _, cell := range evidenceCells {
		known[cell.fault] = true
	}
	faults := declaredFaults(t)
	for name, fault := range faults {
		if !known[fault] {
			t.Errorf("%s is not in the table of this test", name)
		}
	}
	if len(faults) < 30 {
		t.Errorf("found %d faults in outcome.go, want all of them", len(faults))
	}
}

// declaredFaults are outcome.go's constants of type Fault by name.
func declaredFaults(t *testing.T) map[string]monitor.Fault {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "outcome.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	faults := map[string]monitor.Fault{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Fault" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			faults[spec.Names[0].Name] = monitor.Fault(value)
		}
		return true
	})
	return faults
}

// TestFaultConnection ensures that exactly what may be our own network's fault asks the control hosts.
func TestFaultConnection(t *testing.T) {
	for _, cell := range evidenceCells {
		if want := cell.cut != cell.builtIn; cell.fault.Connection() != want {
			t.Errorf("%q is of the connection: %t, want %t", cell.fault, !want, want)
		}
	}
}

// TestSetUpAndConfigNotice takes what is told as a notice: to a check that was never good, and to one that was.
func TestSetUpAndConfigNotice(t *testing.T) {
	setUp := map[monitor.Fault]bool{}
	for _, f := range []monitor.Fault{
		"http_4xx", "unauthorized", "forbidden", "not_found", "invalid", "suspended", "wrong_body", "too_large", "http_unexpected",
		"invalid_client", "invalid_grant", "invalid_scope", "invalid_request", "wrong_account",
	} {
		setUp[f] = true
	}
	request := map[monitor.Fault]bool{"not_found": true, "invalid": true, "http_4xx": true}
	for _, cell := range evidenceCells {
		o := monitor.Outcome{Fault: cell.fault, Status: cell.status}
		for _, c := range []*monitor.Check{{}, {Own: true}, {Info: true}} {
			if got, want := monitor.SetUp(c, false, o), setUp[cell.fault] && !c.Info; got != want {
				t.Errorf("%q, own %t, info %t, never good: set-up notice %t, want %t", cell.fault, c.Own, c.Info, got, want)
			}
			if monitor.SetUp(c, true, o) {
				t.Errorf("%q, own %t: a check that was good is told as set up wrongly", cell.fault, c.Own)
			}
			if got, want := monitor.ConfigNotice(c, o), request[cell.fault] && !c.Own && !c.Info; got != want {
				t.Errorf("%q, own %t, info %t: config notice %t, want %t", cell.fault, c.Own, c.Info, got, want)
			}
		}
	}
}

// TestControl writes control hosts as letters: y answered now, n did not but has before, x never has.
func TestControl(t *testing.T) {
	for _, tt := range []struct {
		name        string
		answers     string
		outsideEver bool
		configured  int
		want        monitor.Way
	}{
		{"all answer", "yyy", true, 3, monitor.WaySeen},
		{"one fails", "yyn", true, 3, monitor.WaySeen},
		{"two fail", "ynn", true, 3, monitor.WayCut},
		{"all fail", "nnn", true, 3, monitor.WayCut},
		{"half fail", "yn", true, 2, monitor.WaySeen},
		{"half of four fail", "yynn", true, 4, monitor.WaySeen},
		{"one of three is walled off", "yyx", true, 3, monitor.WaySeen},
		{"one is walled off, the others fail", "nnx", true, 3, monitor.WayCut},
		{"one is walled off, one of the others fails", "ynx", true, 3, monitor.WaySeen},
		{"all but one are walled off", "yxx", true, 3, monitor.WayUnknown},
		{"all but one are walled off, and that fails", "nxx", true, 3, monitor.WayUnknown},
		{"all are walled off, apaleo has answered", "xxx", true, 3, monitor.WayUnknown},
		{"nothing has ever answered", "xxx", false, 3, monitor.WayCut},
		{"nothing has ever answered the one control", "x", false, 1, monitor.WayCut},
		{"the first answer since start", "yxx", false, 3, monitor.WayUnknown},
		{"the first answers since start", "yyx", false, 3, monitor.WaySeen},
		{"one control", "n", true, 1, monitor.WayUnknown},
		{"none configured", "", true, 0, monitor.WayUnknown},
		{"none configured, nothing seen", "", false, 0, monitor.WayUnknown},
		{"not asked", "", true, 3, monitor.WayNotAsked},
	} {
		var answers []monitor.ControlAnswer
		ever := map[string]bool{}
		for i, letter := range tt.answers {
			name := strconv.Itoa(i)
			answers = append(answers, monitor.ControlAnswer{Name: name, OK: letter == 'y'})
			ever[name] = letter == 'n'
		}
		if got := monitor.Control(answers, ever, tt.outsideEver, tt.configured); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
