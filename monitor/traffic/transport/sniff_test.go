package transport

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestSniff ensures what is picked from answers of a token endpoint.
func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		body string
		want answer
	}{
		{`{"access_token":"eyJhbGciOi","expires_in":3600,"token_type":"Bearer","scope":"reservations.read setup.read"}`, answer{"", "reservations.read setup.read", 3600}},
		{"\uFEFF\r\n{ \"expires_in\" : \"59\" , \"refresh_token\":\"a\\\"b\\\\\" }", answer{"", "", 59}},
		{`{"error":"invalid_grant","error_description":"the consent, {it} \"error\":\"x\", is gone"}`, answer{"invalid_grant", "", 0}},
		{`{"a":{"error":"inner","b":[1,{"scope":"x"}]},"scope":"a\u002fb"}`, answer{"", "a/b", 0}},
		{`{"expires_in":3599.7,"scope":7,"error":{"error":"x"}}`, answer{"", "", 3599}},
		{`{"expires_in":-1,"scope":null}`, answer{}},
		{`{"scope":"` + strings.Repeat("x", valueMax) + `","expires_in":5}`, answer{"", "", 5}},
		{`<html>error</html>`, answer{}},
		{`["error"]`, answer{}},
		{`{"expires_in":3600`, answer{}},
		{`{"expires_in":36} {"expires_in":37}`, answer{"", "", 36}},
		{"", answer{}},
	} {
		for size := 1; size < 8; size++ {
			if got := sniffed([]byte(tt.body), size); got != tt.want {
				t.Errorf("%.80s in pieces of %d: %+v", tt.body, size, got)
			}
		}
	}
}

func sniffed(body []byte, size int) answer {
	var s sniffer
	for len(body) > 0 {
		n := min(size, len(body))
		s.write(body[:n])
		body = body[n:]
	}
	return s.answer
}

// FuzzSniff ensures that the pieces make no difference, that nothing breaks, that no more is kept than is meant, and
// that what is picked is what encoding/json reads.
func FuzzSniff(f *testing.F) {
	for _, seed := range []string{
		`{"error":"invalid_grant","scope":"a b","expires_in":3600}`, `{"a":[{"error":"x"}],"error":"\"\\"}`, `{"scope":"\ud800`, `{{`, `{"expires_in":1e3}`, `{"error":,}`,
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		var s sniffer
		s.write(body)
		if s.answer != sniffed(body, max(1, size)) {
			t.Fatal("the pieces make a difference")
		}
		if cap(s.key) > 2*keyMax || cap(s.value) > 2*valueMax {
			t.Fatalf("keeps %d and %d bytes", cap(s.key), cap(s.value))
		}
		var keys map[string]json.RawMessage
		if len(body) > sniffMax || json.Unmarshal(body, &keys) != nil || keys == nil || strings.Count(string(body), `"`)%2 != 0 || strings.Contains(string(body), `\`) {
			return
		}
		if n := strings.Count(string(body), `"error"`) + strings.Count(string(body), `"scope"`); n > len(keys) {
			return // one of them twice: which one counts is not said
		}
		if want := word(keys["error"]); len(keys["error"]) < valueMax && s.code != want {
			t.Fatalf("error %q, want %q", s.code, want)
		}
		if want := word(keys["scope"]); len(keys["scope"]) < valueMax && s.scope != want {
			t.Fatalf("scope %q, want %q", s.scope, want)
		}
	})
}

// TestTokens ensures what is told of token requests: the result of the last one, when the token ends, its scopes, and
// nothing of the token, also if it stands where it should not.
func TestTokens(t *testing.T) {
	const secret = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxfQ.c2ln"
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string // result, seconds to its end, scopes
	}{
		{"given", 200, `{"access_token":"` + secret + `","expires_in":3600,"scope":"setup.read reservations.read setup.read"}`, "ok 3600 [reservations.read setup.read]"},
		{"nothing said", 200, `{"access_token":"` + secret + `"}`, "ok 0 []"},
		{"in the wrong place", 200, `{"scope":"` + secret + secret + `","expires_in":999999999999}`, "ok 0 []"},
		{"consent gone", 400, `{"error":"invalid_grant","error_description":"` + secret + `"}`, "invalid_grant 0 []"},
		{"strange code", 400, `{"error":"` + secret + `"}`, "400 0 []"},
		{"identity down", 502, `<html>Bad Gateway</html>`, "502 0 []"},
		{"a success that says error", 200, `{"error":"invalid_grant"}`, "ok 0 []"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReporter(t, "identity.apaleo.com")
			rt := r.Wrap(answering(tt.status, io.NopCloser(strings.NewReader(tt.body))), Named("ALPN"))
			if err := use(rt, request(t, "https://identity.apaleo.com/connect/token")); err != nil {
				t.Fatal(err)
			}
			all, _ := r.ledger.collect(time.Now())
			if len(all) != 1 || all[0].Token == nil || all[0].Requests != nil {
				t.Fatalf("told %+v", all)
			}
			got := all[0].Token
			lives := 0.0
			if !got.Expires.IsZero() {
				lives = got.Expires.Sub(got.At).Seconds()
			}
			if said := fmt.Sprint(got.Result, " ", lives, " ", got.Scopes); said != tt.want {
				t.Errorf("told %q, want %q", said, tt.want)
			}
			text, _ := json.Marshal(all)
			if strings.Contains(string(text), "eyJ") {
				t.Errorf("told %s", text)
			}
		})
	}
}

// TestTokenIsNotKept ensures that no byte of a token stays behind once it has gone past, in what is kept of it.
func TestTokenIsNotKept(t *testing.T) {
	var s sniffer
	s.write([]byte(`{"access_token":"` + strings.Repeat("S", 4096) + `","expires_in":3600,"refresh_token":"SSSS","scope":"a"}`))
	if held := fmt.Sprintf("%q %q %v", s.key[:cap(s.key)], s.value[:cap(s.value)], s.answer); strings.Contains(held, "S") {
		t.Errorf("holds %s", held)
	}
}

// TestLaterTokenCounts ensures that of two token requests at once the one that was asked later is told, whichever is
// answered first.
func TestLaterTokenCounts(t *testing.T) {
	first, second := time.Now(), time.Now().Add(time.Second)
	a, b := concluded(first, 200, answer{}), concluded(second, timedOut, answer{})
	if !b.newer(a) || a.newer(b) || !a.newer(nil) || b.report().Result != "timeout" {
		t.Errorf("%+v %+v", a, b)
	}
}

// TestBigTokenAnswer ensures that an endless answer costs no more memory than a short one.
func TestBigTokenAnswer(t *testing.T) {
	var before, after runtime.MemStats
	r := newReporter(t, "identity.apaleo.com")
	rt := r.Wrap(answering(200, io.NopCloser(io.LimitReader(endless{}, 8<<20))), Named("ALPN"))
	runtime.ReadMemStats(&before)
	if err := use(rt, request(t, "https://identity.apaleo.com/connect/token")); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were needed", n)
	}
	if all, _ := r.ledger.collect(time.Now()); !reflect.DeepEqual(all[0].Token.Result, "ok") {
		t.Errorf("%+v", all[0].Token)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	copy(p, `{"scope":"`)
	for i := 10; i < len(p); i++ {
		p[i] = 'x'
	}
	return len(p), nil
}
