package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzParse ensures that whatever comes in, what is believed is within bounds, what is refused is refused with
// mistakes, and nothing breaks.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		whole1, "", "{}", "[]", `{"id":"1","accounts":[{}]}`, `{"id":"1","accounts":[[[[{"a":[1,{"b":"]}"}]}]]]]}`,
		report1(`"name":"\ud800\u0000\"\\"`), report1(`"token":{"result":-0,"at":1e400,"scopes":[null,{}]}`), `{"id":"\u0031","accounts":null}`, total1,
		`{"counts":"\u0074otals","id":"1","accounts":[]}`, `{"id":"1","accounts":[],"counts":"totals","until":1795341600,"source":"a","started":1}`, `"}"`, `7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Parse(body, now)
		if err != nil {
			wrong, ok := errors.AsType[*Mistakes](err)
			if !ok || len(wrong.First) == 0 || len(wrong.First) > 10 {
				t.Fatalf("refused with %v", err)
			}
			if r.ID != "" || r.Accounts != nil {
				t.Fatal("believed in part")
			}
			return
		}
		if !json.Valid(slices.Clone(bytesOf(body))) {
			t.Fatal("took what is no JSON")
		}
		bounded(t, r)
	})
}

func bytesOf(body []byte) []byte { return []byte(strings.TrimPrefix(string(body), "\uFEFF")) }

func bounded(t *testing.T, r Sent) {
	t.Helper()
	if len(r.ID) < 1 || len(r.ID) > 128 || r.Covers < 0 || r.Covers > 24*time.Hour || len(r.Accounts) > 10_000 || !r.At.Equal(now) {
		t.Fatalf("report %q of %d accounts covers %s", r.ID, len(r.Accounts), r.Covers)
	}
	timely(t, r.Until, now)
	timely(t, r.Stood, now.Add(skewMax))
	timely(t, r.Started, r.Stood)
	if (r.Source != "") != !r.Stood.IsZero() && r.Source != "" || len(r.Source) > 128 || r.Source == "" && !r.Started.IsZero() {
		t.Fatalf("totals of %q, started %s, until %s", r.Source, r.Started, r.Stood)
	}
	codes := map[string]bool{}
	for _, a := range r.Accounts {
		if codes[a.Code] || a.Code == "" || len(a.Code) > 64 || len(a.Name) > 110 || !utf8.ValidString(a.Name) || strings.ContainsFunc(a.Name, unicode.IsControl) {
			t.Fatalf("account %q called %q", a.Code, a.Name)
		}
		codes[a.Code] = true
		for _, c := range a.Requests {
			if c.N < 0 || c.N > totalMax || r.Source == "" && (c.N < 1 || c.N > countMax) || c.Module == "" || (c.Status == 0) == (c.Fault == "") || c.Status != 0 && (c.Status < 100 || c.Status > 599) {
				t.Fatalf("count %+v", c)
			}
		}
		if k := a.Token; k != nil {
			timely(t, k.At, now)
			timely(t, k.Expires, now.Add(aheadMax))
			if len(k.Code) > 64 || strings.Trim(k.Code, letters+"_") != "" || !slices.IsSorted(k.Scopes) || len(k.Scopes) > 256 {
				t.Fatalf("token %+v", k)
			}
		}
		if h := a.Webhooks; h != nil {
			timely(t, h.LastPing, now)
			timely(t, h.LastEvent, now)
		}
	}
}

func timely(t *testing.T, at, latest time.Time) {
	t.Helper()
	if !at.IsZero() && (at.Before(epoch) || at.After(latest) || at.Location() != time.UTC) {
		t.Fatalf("time %s", at)
	}
}

// many is a report of n accounts, each with what a busy one reports.
func many(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"id":"1","covers":"60s","accounts":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"account":"H%05d","name":"Hotel %d","requests":{"booking":{"200":41,"502":3,"timeout":1},"inventory":{"200":12},"finance":{"200":4,"422":1}},`, i, i)
		fmt.Fprintf(&b, `"token":{"at":"2026-11-22T10:04:11Z","result":"ok","expires":"2026-11-22T11:04:11Z","scopes":["reservations.read","reservations.manage","setup.read","folios.read","offline_access"]},`)
		b.WriteString(`"webhooks":{"last_healthcheck":"2026-11-22T10:04:11Z","last_event":"2026-11-22T10:04:11Z","events":17}}`)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// BenchmarkParse is a report of 5,000 accounts.
func BenchmarkParse(b *testing.B) {
	body := many(5000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if r, err := Parse(body, now); err != nil || len(r.Accounts) != 5000 {
			b.Fatal(err)
		}
	}
}
