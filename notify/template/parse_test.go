package template

import (
	"errors"
	"strings"
	"testing"

	"bellhop/notify"
)

// TestFaults ensures that a mistake in a template is found before it is used, in its place and with what to do.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		body, contentType string
		line, col         int
		what, fix         string
	}{
		{"{\n  \"a\": {{.Titel | json}}\n}", "", 2, 10, "there is no .Titel", "did you mean .Title?"},
		{"{\"a\": {{.Nonsense | json}}}", "", 1, 9, "there is no .Nonsense", "docs/receivers.md"},
		{"{\n\n \"a\": {{.Title | jsn}}}", "", 3, 7, `there is no function "jsn"`, "did you mean json?"},
		{"{\"a\": {{.Title | readFile}}}", "", 1, 7, `there is no function "readFile"`, "docs/receivers.md"},
		{"{\"a\": {{if .Over}}1}", "", 1, 7, "unexpected EOF", "docs/receivers.md"},
		{"{\"a\": \"{{.Text}}\"}", "", 1, 1, "it makes no JSON", "{{.Text | json}}"},
		{"{\"a\": {{range .Affected}}{{.Title}}{{end}}}", "", 1, 28, "there is no .Title of string", "$.Title"},
		{"{{range $i, $c := printf \"%080000d\" 1}}{{end}}{{printf \"%080000d\" 1}}", "text/plain", 1, 0, "", ""},
		{"{{.Text | truncate 0}}", "text/plain", 1, 11, "truncate: want at least 1 character", ""},
		{"{{template \"other\" .}}", "text/plain", 1, 12, `template "other" not defined`, ""},
		{"{{index .Affected 99}}", "text/plain", 1, 3, "out of range", ""},
		{"{\"a\": 1}{{define \"plain\"}}x{{end}}", "", 1, 1, "it makes no JSON", ""},
	} {
		_, err := Parse(Source{Body: tt.body, ContentType: tt.contentType})
		f, ok := errors.AsType[*Fault](err)
		if !ok {
			t.Errorf("%q: error %v, want a fault", tt.body, err)
			continue
		}
		if f.Line != tt.line || tt.col > 0 && f.Col != tt.col || !strings.Contains(f.What, tt.what) || !strings.Contains(f.Fix, tt.fix) {
			t.Errorf("%q: %d:%d %s: %s", tt.body, f.Line, f.Col, f.What, f.Fix)
		}
	}
}

// TestRenderFallsBack ensures that a template that fails at a message says so, and that its plain form goes out
// whatever the template does.
func TestRenderFallsBack(t *testing.T) {
	const body = `{"text": {{if eq .Cause "surprise"}}{{index .Affected 99 | json}}{{else}}{{.Text | json}}{{end}}}`
	for _, tt := range []struct{ body, contentType, want string }{
		{body, "", `"text":"[DOWN] apaleo API is DOWN`},
		{body, "text/plain", "[DOWN] apaleo API is DOWN"},
		{body + `{{define "plain"}}{"mine": {{.Text | json}}}{{end}}`, "", `{"mine": "apaleo API is DOWN`},
		{body + `{{define "plain"}}{"mine": {{if eq .Cause "surprise"}}{{index .Affected 99 | json}}{{else}}1{{end}}}{{end}}`, "", `"text":"[DOWN] apaleo API is DOWN`},
	} {
		tmpl := parsed(t, Source{Body: tt.body, ContentType: tt.contentType})
		m := notify.Samples(at)[0].Message
		i := *m.Incident
		i.Cause.ID = "surprise"
		m.Incident = &i
		if raw, err := tmpl.Render(m); err == nil {
			t.Errorf("rendered %s", raw)
		}
		m.Plain = true
		if got := rendered(t, tmpl, m); !strings.Contains(got.Body, tt.want) || got.Repeat == "" || !strings.Contains(got.Repeat, "REPEAT") {
			t.Errorf("%s: %+v, want %s", tt.contentType, got, tt.want)
		}
	}
}

// TestFunctions ensures that each of them does what the documentation says.
func TestFunctions(t *testing.T) {
	for action, want := range map[string]string{
		`{{json "a\"<b>"}}`:                       `"a\"<b>"`,
		`{{jsonstring "a\"b\n"}}`:                 `a\"b\n`,
		`{{truncate 3 "abcd"}}`:                   "ab…",
		`{{truncate 4 "äöü🏨"}}`:                   "äöü🏨",
		`{{upper "a"}}{{lower "B"}}`:              "Ab",
		`{{"" | default "none"}}`:                 "none",
		`{{.Link | default "none" | len | lt 9}}`: "",
		`{{time .Ended | default "not over"}}`:    "",
		`{{replace "a" "b" "banana"}}`:            "bbnbnb",
		`{{markdown "# *a* <@b>\n- [c](d)"}}`:     "\\# \\*a\\* \\<@b>\n\\- \\[c\\](d)",
		`{{unix .At}}`:                            "",
		`{{join "," .Affected}}`:                  "",
		`{{trim " a "}}`:                          "a",
	} {
		tmpl, err := Parse(Source{Body: action, ContentType: "text/plain"})
		if err != nil {
			t.Errorf("%s: %v", action, err)
			continue
		}
		if got := rendered(t, tmpl, notify.Samples(at)[0].Message).Body; want != "" && got != want {
			t.Errorf("%s makes %q, want %q", action, got, want)
		}
	}
}
