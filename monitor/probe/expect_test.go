package probe

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestExpectationHolds(t *testing.T) {
	for _, tt := range []struct {
		source, body string
		status       int
		want         bool
	}{
		{"", "", 204, true},
		{"", "", 302, false},
		{"status == 401", "", 401, true},
		{"status == 200 && json.count >= 1", `{"count":3}`, 200, true},
		{"status == 200 && json.count >= 1", `{"count":0}`, 200, false},
		{"json.count >= 1", `<html>`, 200, false},
		{"json.deep.er == 1", `{}`, 200, false},
		{"json == nil", `<html>`, 200, true},
		{`body contains "ok"`, "all ok", 200, true},
		{`headers["x-kind"] == "a, b"`, "", 200, true},
		{`all(json.items, .ok) && any(json.items, {.n > 1}) && count(json.items, .ok) == 2`, `{"items":[{"ok":true,"n":1},{"ok":true,"n":2}]}`, 200, true},
		{`len(filter(json.items, .n > 1)) == 1 && map(json.items, .n)[1] == 2`, `{"items":[{"n":1},{"n":2}]}`, 200, true},
		{`all(json, any(json, # == 2))`, `[1,2]`, 200, true},
		{`sum(json, #) == 3 && sortBy(json, -#)[0] == 2 && find(json, # > 1) == 2`, `[1,2]`, 200, true},
		{`json.ok`, `{"ok":true}`, 200, true},
		{`json.ok`, `{"ok":"true"}`, 200, false},
		{`(let n = json.n; n > 1) && status == 200`, `{"n":2}`, 200, true},
		{`not (status in 500..599)`, ``, 502, false},
	} {
		t.Run(tt.source+" "+tt.body, func(t *testing.T) {
			e, err := compileExpect(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			ans := answer{body: []byte(tt.body), header: http.Header{"X-Kind": {"a", "b"}}}
			ans.Status = tt.status
			ans.judge(e, false)
			if got := ans.Fault == ""; got != tt.want {
				t.Errorf("holds: %v (%s, %s), want %v", got, ans.Fault, ans.Detail, tt.want)
			}
		})
	}
}

func TestExpectationIsRefusedAtLoad(t *testing.T) {
	for source, want := range map[string]string{
		"status ==":                       "line 1 column",
		"status == 200 &&\nstatos == 1":   "line 2 column 1: unknown name statos",
		"status":                          "expected bool",
		"len(repeat(body, json.n)) > 0":   "unknown name repeat",
		"status + 1":                      "expected bool",
		`status == "200"`:                 "line 1 column",
		strings.Repeat("1+", 400) + "1>0": "maximum",
	} {
		if _, err := compileExpect(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want one with %q", source, err, want)
		}
	}
}

// TestExpectationIsBounded ensures that loops within loops over a large answer end.
func TestExpectationIsBounded(t *testing.T) {
	body := "[" + strings.Repeat("1,", 30_000) + "1]"
	e, err := compileExpect("all(json, all(json, all(json, # == 1)))")
	if err != nil {
		t.Fatal(err)
	}
	ans := answer{body: []byte(body)}
	ans.Status = 200
	began := time.Now()
	ans.judge(e, false)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
	if ans.Fault != "wrong_body" {
		t.Errorf("fault %q, want wrong_body: the loops should have been cut short", ans.Fault)
	}
}
