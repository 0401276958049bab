package watchlist

import (
	"crypto/sha256"
	"strings"
	"sync/atomic"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/probe"
)

// Sources are what outlives a reload: one OAuth client each, with its token and its history of forced
// requests, and the connections. A file that is refused changes nothing in them. They serve one Load or
// Parse at a time.
type Sources struct {
	forced     map[string][]time.Time // by client id, of the run before and of sources that went
	clients    map[clientKey]*client
	transports map[transportKey]*probe.Transport
}

// NewSources starts from what the store knows of the clients.
func NewSources(saved []*monitor.Client) *Sources {
	s := &Sources{forced: map[string][]time.Time{}}
	for _, c := range saved {
		s.forced[c.ID] = c.Forced
	}
	return s
}

type clientKey struct {
	id, tokenURL string
	account      string // of tokens that are of one account only, though their client has many
	grant, kept  string // where its refresh token is, or the token that somebody else keeps
	transport    *probe.Transport
}

// A client is what has tokens, and the secret that it shows for them, which a reload may change under it.
type client struct {
	source *probe.Source
	secret atomic.Pointer[Secret]
}

type transportKey [sha256.Size]byte

// A draft is what one reading of a file takes from Sources and adds to them, once the file is found good.
type draft struct {
	from       *Sources
	clients    map[clientKey]*client
	secrets    map[*client]Secret
	transports map[transportKey]*probe.Transport
}

func (s *Sources) draft() *draft {
	return &draft{s, map[clientKey]*client{}, map[*client]Secret{}, map[transportKey]*probe.Transport{}}
}

// transport shares one transport among those who trust and show the same certificates.
func (d *draft) transport(c probe.TransportConfig) (*probe.Transport, error) {
	h := sha256.New()
	for _, part := range [][]byte{c.Roots, c.Cert, c.Key, []byte(c.Version)} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	key := transportKey(h.Sum(nil))
	t := d.transports[key]
	if t == nil {
		t = d.from.transports[key]
	}
	if t == nil {
		var err error
		if t, err = probe.NewTransport(c); err != nil {
			return nil, err //nolint:wrapcheck // it says which certificate
		}
	}
	d.transports[key] = t
	return t, nil
}

// source is the one source of an OAuth client. The grants of its accounts have one each.
func (d *draft) source(account string, c probe.SourceConfig, secret Secret) (*probe.Source, error) {
	key := clientKey{id: c.ClientID, tokenURL: c.TokenURL, grant: c.Grant, transport: c.Transport}
	if c.Grant != "" {
		key.account = account
	}
	return d.one(key, secret, func(one *client) (*probe.Source, error) {
		c.Secret = func() (string, time.Time, error) { return one.secret.Load().Dated() }
		c.Forced = d.from.history(c.ClientID)
		return probe.NewSource(c)
	})
}

// kept is the source of a token that somebody else keeps; header is the line that asking for it takes, or unset.
func (d *draft) kept(account string, c probe.KeptConfig, header Secret) (*probe.Source, error) {
	key := clientKey{id: c.ClientID, account: account, kept: c.File + "\x00" + c.URL + "\x00" + c.Header, transport: c.Transport}
	return d.one(key, header, func(one *client) (*probe.Source, error) {
		if header.IsSet() {
			c.Secret = func() (string, time.Time, error) {
				line, changed, err := one.secret.Load().Dated()
				_, value, _ := strings.Cut(line, ":")
				return strings.TrimSpace(value), changed, err
			}
		}
		return probe.NewKeptSource(c)
	})
}

// one is the client of a key: that of this reading or the one before, else a new one.
func (d *draft) one(key clientKey, secret Secret, made func(*client) (*probe.Source, error)) (*probe.Source, error) {
	one := d.clients[key]
	if one == nil {
		one = d.from.clients[key]
	}
	if one == nil {
		one = &client{}
		one.secret.Store(&secret)
		var err error
		if one.source, err = made(one); err != nil {
			return nil, err
		}
	}
	d.clients[key], d.secrets[one] = one, secret
	return one.source, nil
}

// history are the forced requests of a client: whatever changes about its source, its budget stays the same.
func (s *Sources) history(id string) []time.Time {
	for key, one := range s.clients {
		if key.id == id && key.kept == "" {
			return one.source.Forced()
		}
	}
	return s.forced[id]
}

// keep makes the draft true: secrets change, and what is not used any more goes.
func (d *draft) keep() {
	for c, secret := range d.secrets {
		c.secret.Store(&secret)
	}
	for key, one := range d.from.clients {
		if key.kept == "" {
			d.from.forced[key.id] = one.source.Forced()
		}
	}
	for key, t := range d.from.transports {
		if d.transports[key] == nil {
			t.Close()
		}
	}
	d.from.clients, d.from.transports = d.clients, d.transports
}
