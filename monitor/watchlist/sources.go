package watchlist

import (
	"crypto/sha256"
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
	account      string // of a token that is of one account only, though its client has many
	transport    *probe.Transport
}

// A client is an OAuth client and its secret, which a reload may change under it.
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

// source is the one source of an OAuth client.
func (d *draft) source(c probe.SourceConfig, secret Secret) (*probe.Source, error) {
	key := clientKey{id: c.ClientID, tokenURL: c.TokenURL, transport: c.Transport}
	one := d.clients[key]
	if one == nil {
		one = d.from.clients[key]
	}
	if one == nil {
		one = &client{}
		one.secret.Store(&secret)
		c.Secret = func() (string, time.Time, error) { return one.secret.Load().Dated() }
		c.Forced = d.from.history(c.ClientID)
		var err error
		if one.source, err = probe.NewSource(c); err != nil {
			return nil, err //nolint:wrapcheck // it says what is missing
		}
	}
	d.clients[key], d.secrets[one] = one, secret
	return one.source, nil
}

// kept is the source of a token that somebody else keeps. It costs no forced requests and has nothing to outlive a
// reload but what was read last.
func (d *draft) kept(account string, c probe.KeptConfig) (*probe.Source, error) {
	return probe.NewKeptSource(c) //nolint:wrapcheck // it says what is missing
}

// history are the forced requests of a client: whatever changes about its source, its budget stays the same.
func (s *Sources) history(id string) []time.Time {
	for key, one := range s.clients {
		if key.id == id {
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
		d.from.forced[key.id] = one.source.Forced()
	}
	for key, t := range d.from.transports {
		if d.transports[key] == nil {
			t.Close()
		}
	}
	d.from.clients, d.from.transports = d.clients, d.transports
}
