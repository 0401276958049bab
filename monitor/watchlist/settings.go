package watchlist

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// defaultControls are hosts on networks of their own that tell "apaleo is unreachable" from "we are cut off".
var defaultControls = []string{
	"https://cp.cloudflare.com/generate_204",
	"https://www.gstatic.com/generate_204",
	"https://detectportal.firefox.com/success.txt",
}

func (r *reader) controls(items []text) []string {
	if items == nil {
		return append([]string(nil), defaultControls...)
	}
	var all []string
	seen := map[string]bool{}
	for _, item := range items {
		u, err := parseURL(item.V)
		switch {
		case err != nil:
			r.wrong(item.At, "a control host's address "+err.Error(), "write it like "+defaultControls[0])
		case u.User != nil:
			r.wrong(item.At, "a control host's address holds a user and a password", "name a host that answers everybody")
		case seen[u.Host]:
			r.wrong(item.At, "a control host is given twice", "each has to be on a network of its own: keep one")
		case forbidden(u.Hostname()):
			r.refuse(item.At, "a control host's address")
		default:
			all, seen[u.Host] = append(all, item.V), true
		}
	}
	return all
}

func (r *reader) refuse(p place, what string) {
	r.wrong(p, what+" is link-local, or where a cloud hands out its machines' secrets", "bellhop never calls such addresses: use another")
}

func (r *reader) store(f storeForm) Store {
	if f.Postgres.Set {
		r.wrong(f.Postgres.At, "store.postgres is not in this version yet", "use store: {path: bellhop.db}")
	}
	if f.Path.Set && f.Path.V == "" {
		r.wrong(f.Path.At, "store.path is empty", "name a file, like bellhop.db")
	}
	return Store{Path: r.path(f.Path.or("bellhop.db"), f.Path.At)}
}

func (r *reader) web(f webForm) Web {
	w := Web{Listen: f.Listen.or("127.0.0.1:8080"), Public: f.Public.V}
	r.listens("web.listen", f.Listen, w.Listen)
	if w.Public != "" {
		r.listens("web.public", f.Public, w.Public)
	}
	if w.Public == w.Listen && f.Public.Set {
		r.wrong(f.Public.At, "web.public is the same address as web.listen", "give the public side an address of its own, or leave it out")
	}
	if f.PublicURL.V != "" {
		w.PublicURL = r.base("web.public_url", f.PublicURL, f.PublicURL.V)
	}
	w.ReconnectURL = r.link("web.reconnect_url", f.Reconnect)
	if f.TokenFile.Set {
		w.Token = r.secretFile("web.token_file", f.TokenFile)
	}
	return w
}

func (r *reader) listens(key string, f text, address string) {
	if _, _, err := parseHostPort(address, true); err != nil {
		r.wrong(f.At, key+" "+err.Error(), "write it like 127.0.0.1:8080")
	}
}

func (r *reader) apaleo(f apaleoForm) Apaleo {
	h := apaleo.RealHosts()
	h.API = r.base("apaleo.api", f.API, f.API.or(h.API))
	h.Identity = r.base("apaleo.identity", f.Identity, f.Identity.or(h.Identity))
	h.Webhook = r.base("apaleo.webhook", f.Webhook, f.Webhook.or(h.Webhook))
	h.Distribution = r.base("apaleo.distribution", f.Distribution, f.Distribution.or(h.Distribution))
	h.Integration = r.base("apaleo.integration", f.Integration, f.Integration.or(h.Integration))
	if h.StatusPage = f.StatusPage.or(h.StatusPage); h.StatusPage != "" {
		h.StatusPage = r.base("apaleo.status_page", f.StatusPage, h.StatusPage)
	}
	a := Apaleo{Hosts: h, Roots: r.pem("apaleo.ca_file", f.CAFile)}
	if f.Maintenance.Set {
		a.Mute = r.oneOf("apaleo.maintenance", f.Maintenance, []string{"show", "mute"}) == "mute"
	}
	return a
}

func (r *reader) base(key string, f text, value string) string {
	s, err := parseBase(value)
	if err != nil {
		r.wrong(f.At, key+" "+err.Error(), "write it like https://example.com")
	}
	return s
}

// detection is the pace and the rule that the file sets for all checks.
func (r *reader) detection(f detectionForm) (monitor.Pace, monitor.Rule) {
	pace := r.o.Pace
	pace.Quick = r.within("detection.reprobe", f.Reprobe, pace.Quick, pace.Of(5*time.Second), pace.KeepOver)
	pace.Hold = r.within("detection.hold", f.Hold, pace.Hold, pace.Of(5*time.Second), pace.HoldMax)
	rule, _ := monitor.Preset("balanced", pace)
	return pace, r.rule(f, rule, pace)
}

// rule is what a detection block makes of the rule that holds without it.
func (r *reader) rule(f detectionForm, rule monitor.Rule, pace monitor.Pace) monitor.Rule {
	if f.Preset.Set {
		name := r.oneOf("detection.preset", f.Preset, []string{"fast", "balanced", "quiet"})
		if preset, ok := monitor.Preset(name, pace); ok {
			rule = preset
		}
	}
	rule.Span = r.within("detection.span", f.Span, rule.Span, 0, pace.Of(30*time.Minute))
	return rule
}

// within is a duration between two bounds, or what stands for one that is not there.
func (r *reader) within(key string, f span, otherwise, least, most time.Duration) time.Duration {
	if !f.Set {
		return otherwise
	}
	if f.V < least || f.V > most {
		r.wrong(f.At, fmt.Sprintf("%s %s is out of bounds", key, quote(f.Raw)), fmt.Sprintf("it can be %s to %s", short(least), short(most)))
		return otherwise
	}
	return f.V
}

// oneOf is one of the words, or "" with a problem.
func (r *reader) oneOf(key string, f text, words []string) string {
	for _, w := range words {
		if f.V == w {
			return w
		}
	}
	fix := "it is one of " + strings.Join(words, ", ")
	if w := nearest(f.V, words); w != "" {
		fix = "did you mean " + w + "?"
	}
	r.wrong(f.At, fmt.Sprintf("%s %s is not known", key, quote(f.Raw)), fix)
	return ""
}

var names = regexp.MustCompile(`^[a-z0-9._-]{1,64}$`)

// named is a name that no other of its kind has; taken maps names to their places.
func (r *reader) named(kind string, f text, p place, taken map[string]place) string {
	switch {
	case !f.Set:
		r.wrong(p, kind+" has no name", "add name: my-"+kind[strings.LastIndex(kind, " ")+1:])
	case !names.MatchString(f.V):
		r.wrong(f.At, fmt.Sprintf("%s's name %s cannot be used", kind, quote(f.Raw)), "names are 1 to 64 of a-z, 0-9, dot, dash and underscore")
	case taken[f.V].line != 0 && !f.At.guessed:
		r.wrong(f.At, fmt.Sprintf("%s is named %s, like the one on %s", kind, quote(f.Raw), taken[f.V].from(f.At)), "names are unique: change one")
	default:
		taken[f.V] = f.At
	}
	return f.V
}

// path is relative to the file in which it stands.
func (r *reader) path(p string, at place) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	dir := r.dir
	if at.file != "" {
		dir = r.fileDir
	}
	return filepath.Join(dir, p)
}

// secretFile is a secret that is read from its file whenever it is needed; that it can be read is tried here.
func (r *reader) secretFile(key string, f text) Secret {
	s := SecretFile(r.path(f.V, f.At))
	if f.V == "" {
		r.wrong(f.At, key+" is empty", "name a file, or remove the key")
		return NewSecret(placeholder)
	}
	if _, err := s.Reveal(); err == nil {
		return s
	} else if !r.o.WithoutSecrets {
		r.wrong(f.At, fmt.Sprintf("%s %s cannot be read: %v", key, quote(f.Raw), errors.Unwrap(err)), "create the file, or let bellhop's user read it")
	}
	return NewSecret(placeholder)
}

// secret is given in the file or in a file of its own. The value is "" if it is not known here.
func (r *reader) secret(key string, inline sealed, file text) (s Secret, value string, p place) {
	switch {
	case inline.Set && file.Set:
		r.wrong(file.At, key+" and "+key+"_file are both given", "keep one of them")
		return Secret{}, "", file.At
	case file.Set:
		s, p = r.secretFile(key+"_file", file), file.At
	case inline.Set:
		s, p = inline.V, inline.At
	default:
		return Secret{}, "", place{}
	}
	value, _ = s.Reveal()
	p.guessed = p.guessed || file.Set && value == placeholder
	return s, value, p
}

// address is a secret that is a URL. If it is optional, "" is none.
func (r *reader) address(key string, inline sealed, file text, p place, optional bool) Secret {
	s, value, where := r.secret(key, inline, file)
	switch {
	case !s.IsSet() && where.line == 0 && !optional:
		r.wrong(p, key+" is missing", "add "+last(key)+", or "+last(key)+"_file with the file that holds it")
	case !s.IsSet() || value == "" && optional:
		return Secret{}
	}
	if u, err := parseURL(value); s.IsSet() && err != nil {
		r.wrong(where, key+" "+err.Error(), "write the whole address, from https:// on")
	} else if err == nil && forbidden(u.Hostname()) {
		r.refuse(where, key)
	}
	return s
}

func last(key string) string { return key[strings.LastIndex(key, ".")+1:] }

// link is an address that people follow.
func (r *reader) link(key string, f text) string {
	if f.V == "" {
		return ""
	}
	if u, err := url.Parse(f.V); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.wrong(f.At, key+" is no address", "write the whole address, like https://example.com/page")
	}
	return f.V
}

// pem is what a certificate file holds.
func (r *reader) pem(key string, f text) []byte {
	if f.V == "" {
		return nil
	}
	data, _, err := readBounded(r.path(f.V, f.At), maxFile)
	if err != nil && !r.o.WithoutSecrets {
		r.wrong(f.At, fmt.Sprintf("%s %s cannot be read: %v", key, quote(f.Raw), err), "create the file, or let bellhop's user read it")
	} else if err == nil && len(data) == 0 {
		r.wrong(f.At, fmt.Sprintf("%s %s is empty", key, quote(f.Raw)), "it is a file in PEM form")
	}
	return data
}

// short is a duration as people write it.
func short(d time.Duration) string {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
