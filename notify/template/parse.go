package template

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"text/template"
	"time"

	"bellhop/notify"
)

// MaxBody is as much as a template may make of a message, in bytes.
const MaxBody = 64 << 10

// Ntfy is the ready-made template for a topic of ntfy, whose address is the server's and the topic's in one.
const Ntfy = "ntfy"

// Ready are the names of the ready-made templates.
func Ready() []string { return []string{"teams", "discord", Ntfy} }

//go:embed ready
var ready embed.FS

// ReadyText is the text of a ready-made template; "" is that there is none.
func ReadyText(name string) string {
	text, err := ready.ReadFile("ready/" + name + ".tmpl")
	if err != nil {
		return ""
	}
	return string(text)
}

// A Source is what a template is made of.
type Source struct {
	Use         string // teams, discord, ntfy; or "", with
	Body        string // a text/template
	ContentType string // of what it makes; "" is application/json
}

// A Template makes bodies of messages. It has been tried on every kind of message.
type Template struct {
	source Source
	full   *template.Template
	plain  *template.Template // nil is a form of ours
}

// Same is whether two templates make the same of every message. Nil is none.
func (t *Template) Same(o *Template) bool {
	return t == o || t != nil && o != nil && t.source == o.source
}

// stored is what is stored of a message, and sent.
type stored struct {
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	Repeat      string `json:"repeat,omitempty"` // in place of Body, where it may have arrived before
}

const (
	aJSON = "application/json"
	aText = "text/plain; charset=utf-8"
)

// Parse makes a template and tries it on every kind of message. The error is a *Fault.
func Parse(s Source) (*Template, error) {
	t := &Template{source: s}
	if s.ContentType == "" {
		t.source.ContentType = aJSON
	}
	text := s.Body
	if s.Use != "" {
		text = ReadyText(s.Use)
	}
	var err error
	if t.full, err = compile(text); err != nil {
		return nil, faultOf(err, text)
	}
	if t.plain = t.full.Lookup("plain"); t.plain != nil {
		if err := t.try(t.plain, text); err != nil {
			return nil, err
		}
	}
	if err := t.try(t.full, text); err != nil {
		return nil, err
	}
	return t, nil
}

func compile(text string) (*template.Template, error) {
	return template.New("body").Option("missingkey=error").Funcs(functions()).Parse(text) //nolint:wrapcheck // faultOf reads it
}

// tried is when the messages were decided that a template is tried on. Any time will do.
var tried = time.Date(2026, 11, 22, 10, 3, 26, 0, time.UTC)

// try makes a body of every kind of message.
func (t *Template) try(with *template.Template, text string) error {
	for _, s := range notify.Samples(tried) {
		for _, repeat := range []bool{false, true} {
			if _, err := t.execute(with, data(s.Message, repeat)); err != nil {
				fault := faultOf(err, text)
				fault.What += fmt.Sprintf(" (tried on a message of type %s)", s.Type)
				return fault
			}
		}
	}
	return nil
}

// Render is a message as it is stored: its body, and what is sent in its place where it has to be repeated. A
// plain one is made without the operator's template, unless that has a plain form of its own.
func (t *Template) Render(m notify.Message) ([]byte, error) {
	if m.Plain {
		return t.plainly(m)
	}
	return t.both(t.full, m)
}

func (t *Template) both(with *template.Template, m notify.Message) ([]byte, error) {
	s := stored{ContentType: t.source.ContentType}
	var err error
	if s.Body, err = t.execute(with, data(m, false)); err != nil {
		return nil, faultOf(err, "")
	}
	if s.Repeat, err = t.execute(with, data(m, true)); err != nil {
		return nil, faultOf(err, "")
	}
	if s.Repeat == s.Body {
		s.Repeat = ""
	}
	return notify.Encode(s)
}

// plainly falls back as far as it takes: to the plain form of the template, to JSON with the text alone, to text.
func (t *Template) plainly(m notify.Message) ([]byte, error) {
	if t.plain != nil {
		if raw, err := t.both(t.plain, m); err == nil {
			return raw, nil
		}
	}
	s := stored{ContentType: aText}
	if isJSON(t.source.ContentType) {
		s.ContentType = t.source.ContentType
	}
	for repeat, to := range map[bool]*string{false: &s.Body, true: &s.Repeat} {
		d := data(m, repeat)
		*to = strings.TrimSpace("[" + d.Word + "] " + notify.Cut(d.Text, 3000) + " " + notify.Cut(d.NextStep, 3000))
		if isJSON(s.ContentType) {
			raw, err := notify.Encode(map[string]string{"type": d.Type, "text": *to})
			if err != nil {
				return nil, err
			}
			*to = string(raw)
		}
	}
	return notify.Encode(s)
}

var (
	errLong    = fmt.Errorf("it makes more than %d KiB", MaxBody>>10)
	errNotJSON = errors.New("it makes no JSON")
)

// execute is what a template makes of one message.
func (t *Template) execute(with *template.Template, d Data) (string, error) {
	out := &bounded{}
	if err := with.Execute(out, d); err != nil {
		return "", err //nolint:wrapcheck // faultOf reads it
	}
	text := out.String()
	if isJSON(t.source.ContentType) {
		var any json.RawMessage
		if err := json.Unmarshal([]byte(text), &any); err != nil {
			return "", fmt.Errorf("%w: %w%s", errNotJSON, err, near(text, err))
		}
	}
	return text, nil
}

// near quotes where JSON ends to be some.
func near(text string, err error) string {
	s, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || s.Offset < 1 {
		return ""
	}
	end := min(int(s.Offset), len(text))
	start := max(end-30, 0)
	return fmt.Sprintf(", after %q", strings.ToValidUTF8(text[start:end], ""))
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == aJSON || strings.HasSuffix(media, "+json"))
}

// bounded is a buffer that takes no more than a body may have.
type bounded struct{ bytes.Buffer }

// Write fails where there is too much.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxBody {
		return 0, errLong
	}
	return b.Buffer.Write(p) //nolint:wrapcheck // it never fails
}
