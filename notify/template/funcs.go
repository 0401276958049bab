package template

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"time"

	"bellhop/notify"
)

// functions are what a template can call besides those of text/template. None of them reaches out of the
// message.
func functions() template.FuncMap {
	return template.FuncMap{
		"json":       func(v any) (string, error) { raw, err := notify.Encode(v); return string(raw), err },
		"jsonstring": jsonstring,
		"markdown":   markdown,
		"truncate":   truncate,
		"time":       clock,
		"unix":       func(t time.Time) int64 { return t.Unix() },
		"upper":      strings.ToUpper,
		"lower":      strings.ToLower,
		"trim":       strings.TrimSpace,
		"replace":    func(from, to, text string) string { return strings.ReplaceAll(text, from, to) },
		"join":       func(sep string, lines []string) string { return strings.Join(lines, sep) },
		"default":    otherwise,
	}
}

// Functions are the names of what a template can call besides what text/template knows.
func Functions() []string { return slices.Sorted(maps.Keys(functions())) }

// jsonstring is a text for within the quotes of a JSON string.
func jsonstring(text string) (string, error) {
	raw, err := notify.Encode(text)
	if err != nil {
		return "", err
	}
	return string(raw[1 : len(raw)-1]), nil
}

// The characters that Markdown, as chats know it, takes for its own: anywhere, and at the start of a line.
const (
	special = "\\`*_~|[]<"
	leading = "#>-"
)

// markdown is a text that Markdown shows as it is.
func markdown(text string) string {
	var b strings.Builder
	start := true
	for _, c := range text {
		if strings.ContainsRune(special, c) || start && strings.ContainsRune(leading, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
		start = c == '\n'
	}
	return b.String()
}

func truncate(n int, text string) (string, error) {
	if n < 1 {
		return "", errors.New("truncate: want at least 1 character")
	}
	return notify.Cut(text, n), nil
}

// clock is a time in UTC, "" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// otherwise is v, or d where v is empty: {{.Link | default "none"}}.
func otherwise(d, v any) any {
	if v == nil || reflect.ValueOf(v).IsZero() {
		return d
	}
	return v
}
