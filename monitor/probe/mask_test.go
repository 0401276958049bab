package probe

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
)

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"Source is required for ChannelManager channel and should be configured.": "Source is required for ChannelManager channel and should be configured.",
		`The guest "Ada" isn't there`:           `The guest "…" isn't there`,
		"The guest 'Ada O'Neill' is not there":  "The guest '…' is not there",
		"Mail ada@example.com or bob@x.y!":      "Mail …@… or …@…",
		"Folio 12345-1 of 2026-11-22, room 101": "Folio …-1 of …-11-22, room 101",
		"not closed 'Ada Lovelace, born 10":     "not closed '…",
		"„Ada“ «Ada» `Ada` “Ada”":               "„…“ «…» `…` “…”",
		"a\nb\x00c\u200bd":                      "a bcd",
		"the guests' names":                     "the guests' names",
		"":                                      "",
	} {
		got := strings.Join(Mask([]string{in}), "|")
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if n := len(Mask(make([]string, 9))); n != 0 {
		t.Errorf("%d empty messages kept", n)
	}
}

var (
	leftNumber = regexp.MustCompile(`\p{Nd}{4}`)
	leftMail   = regexp.MustCompile(`[^\s…@]@|@[^\s…@]`)
	leftQuoted = regexp.MustCompile(`"[^"…]+"`)
)

func FuzzMask(f *testing.F) {
	for _, s := range []string{"", `a "b" c`, "a@b", "12345", "'", "''", `"'"`, "„a", "a'b'c", strings.Repeat("x@y ", 2000), "\xff\xfe", "٠١٢٣٤٥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Mask([]string{s, s, s, s, s, s, s})
		if len(got) > 5 {
			t.Fatalf("%d messages", len(got))
		}
		for _, m := range got {
			if len(m) > 200 || !utf8.ValidString(m) || strings.ContainsAny(m, "\r\n\x00") {
				t.Fatalf("%q", m)
			}
			if leftNumber.MatchString(m) || leftMail.MatchString(m) || leftQuoted.MatchString(strings.ReplaceAll(m, `"…"`, "")) {
				t.Fatalf("%q left of %q", m, s)
			}
		}
	})
}

// FuzzClassify lets a server send anything at all, and anything as a body.
func FuzzClassify(f *testing.F) {
	for _, s := range []string{
		"", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", "HTTP/1.1 422 X\r\n\r\n{\"messages\":[\"a\"]}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 302 F\r\nLocation: ::\r\n\r\n",
		"HTTP/1.1 400 X\r\n\r\n{\"error\":\"invalid_client\"}", "HTTP/1.1 200 X\r\n\r\n{\"access_token\":\"a.e30.c\",\"expires_in\":1}", "HTTP/9 \x00",
	} {
		f.Add([]byte(s))
	}
	var sent []byte
	tr, err := NewTransport(TransportConfig{Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		data := sent
		go func() {
			defer far.Close()
			buf := make([]byte, 4096)
			for n := 0; n < len(buf) && !strings.Contains(string(buf[:n]), "\r\n\r\n"); {
				m, err := far.Read(buf[n:])
				if n += m; err != nil {
					return
				}
			}
			_, _ = far.Write(data)
		}()
		return near, nil
	}})
	if err != nil {
		f.Fatal(err)
	}
	p, err := HTTP(HTTPConfig{Transport: tr, URL: "http://fuzz.example/", Expect: `status == 200 && json.ok && body contains "a"`})
	if err != nil {
		f.Fatal(err)
	}
	s, err := NewSource(SourceConfig{Transport: tr, ClientID: "a", TokenURL: "http://fuzz.example/", Pace: monitor.RealPace(), Secret: func() (string, time.Time, error) { return "b", time.Time{}, nil }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sent = data
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		shown(t, p(ctx, monitor.Attempt{At: time.Now(), Fresh: true}))
		ans := s.grant(ctx, monitor.Attempt{At: time.Now(), Fresh: true}, "b")
		shown(t, ans.Outcome)
	})
}
