package watchlist

import (
	"errors"
	"mime"
	"net/url"
	"strings"

	"bellhop/notify/template"
)

// template fills in an address and the form of what is posted there: a ready-made one, or the operator's own.
func (r *reader) template(w *Receiver, f *templateForm) {
	w.Receiver = template.Receiver(w.Receiver)
	w.URL = r.address("template.url", f.URL, f.URLFile, f.At, false)
	w.Headers = r.headers("template.headers", f.Headers, "content-type")
	source := template.Source{ContentType: f.ContentType.V}
	var given []string
	for _, g := range []struct {
		key string
		set bool
	}{{"use", f.Use.Set}, {"body", f.Body.Set}, {"body_file", f.BodyFile.Set}} {
		if g.set {
			given = append(given, g.key)
		}
	}
	switch {
	case len(given) == 0:
		r.wrong(f.At, "a template says nothing of what to send", "add use: "+strings.Join(template.Ready(), "|")+", or body with a text of your own, or body_file")
	case len(given) > 1:
		r.wrong(f.At, "template."+strings.Join(given, " and template.")+" are both given", "keep one of them")
	case f.Use.Set:
		source.Use = r.oneOf("template.use", f.Use, template.Ready())
		r.topic(w, f)
	default:
		r.contentType(f.ContentType)
	}
	if len(given) == 1 && (!f.Use.Set || source.Use != "") {
		w.Template = r.parsed(source, f)
	}
}

// topic is asked of an address of ntfy, which is the server's and the topic's in one.
func (r *reader) topic(w *Receiver, f *templateForm) {
	if f.ContentType.Set {
		r.wrong(f.ContentType.At, "template.content_type is for a text of your own", "remove it")
	}
	value, err := w.URL.Reveal()
	if f.Use.V != template.Ntfy || err != nil || !f.URL.Set || f.URL.At.guessed {
		return
	}
	if u, err := url.Parse(value); err == nil && strings.Trim(u.Path, "/") == "" {
		r.wrong(f.URL.At, "template.url has no topic", "write the topic's address, like https://ntfy.sh/my-topic")
	}
}

func (r *reader) contentType(f text) {
	if media, _, err := mime.ParseMediaType(f.V); f.Set && (err != nil || !strings.Contains(media, "/")) {
		r.wrong(f.At, "template.content_type "+quote(f.Raw)+" is no content type", "write it like application/json, which is the default, or text/plain")
	}
}

// parsed is a template that works for every kind of message.
func (r *reader) parsed(source template.Source, f *templateForm) *template.Template {
	at := f.Use.At
	switch {
	case f.Body.Set:
		if strings.Contains(strings.ReplaceAll(f.Body.Raw, "$$", ""), "${") {
			r.wrong(f.Body.At, "template.body holds ${…}", "messages are stored as they are sent, so nothing secret may be in them: put it into url or headers")
			return nil
		}
		source.Body, at = f.Body.V, f.Body.At
	case f.BodyFile.Set:
		data, _, err := readBounded(r.path(f.BodyFile.V, f.BodyFile.At), maxFile)
		if at = f.BodyFile.At; err != nil {
			if !r.o.WithoutSecrets {
				r.wrong(at, "template.body_file "+quote(f.BodyFile.Raw)+" cannot be read: "+err.Error(), "create the file, or let bellhop's user read it")
			}
			return nil
		}
		source.Body = string(data)
	}
	t, err := template.Parse(source)
	if fault, ok := errors.AsType[*template.Fault](err); ok {
		r.fault(f, at, fault)
	}
	return t
}

// fault reports what is wrong with a template, where in its file that is.
func (r *reader) fault(f *templateForm, at place, fault *template.Fault) {
	switch {
	case f.BodyFile.Set:
		at = place{file: r.path(f.BodyFile.V, at), line: fault.Line, col: fault.Col}
	case r.isBlock(at):
		at.line, at.col = at.line+fault.Line, r.indent(at.line+1)+fault.Col
	}
	r.wrong(at, fault.What, fault.Fix)
}

// isBlock says whether a value is a text of several lines as they stand: one that starts with |.
func (r *reader) isBlock(p place) bool {
	line := r.line(p.line)
	return p.col > 0 && p.col <= len(line) && line[p.col-1] == '|'
}

// indent is how many characters of a block's lines are not its own: those before the first one that is not blank.
func (r *reader) indent(from int) int {
	for n := from; n <= len(r.lines); n++ {
		if text := strings.TrimLeft(r.line(n), " "); strings.TrimSpace(text) != "" {
			return len(r.line(n)) - len(text)
		}
	}
	return 0
}

// line is one of the configuration's lines, which count from 1.
func (r *reader) line(n int) string {
	if n < 1 || n > len(r.lines) {
		return ""
	}
	return r.lines[n-1]
}
