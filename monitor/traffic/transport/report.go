package transport

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"
)

const (
	accountsPerReport = 2000           // at most,
	reportMax         = 4 << 20        // and bytes: bellhop takes 8 MiB
	coversMax         = 24 * time.Hour // bellhop's
)

// A report is what bellhop is sent: see docs/report.md.
type report struct {
	ID       string          `json:"id"`
	Covers   string          `json:"covers,omitempty"`
	Until    time.Time       `json:"until"`
	Accounts []accountReport `json:"accounts"`
}

type accountReport struct {
	Account  string                       `json:"account"`
	Name     string                       `json:"name,omitempty"`
	Requests map[string]map[string]uint64 `json:"requests,omitempty"`
	Token    *tokenReport                 `json:"token,omitempty"`
	Gone     bool                         `json:"gone,omitempty"`

	counted uint64 // all of Requests
}

type tokenReport struct {
	At      time.Time `json:"at"`
	Result  string    `json:"result"`
	Expires time.Time `json:"expires,omitzero"`
	Scopes  []string  `json:"scopes,omitempty"`
}

func (r *accountReport) count(module string, e ending, n uint64) {
	if r.Requests == nil {
		r.Requests = map[string]map[string]uint64{}
	}
	if r.Requests[module] == nil {
		r.Requests[module] = map[string]uint64{}
	}
	r.Requests[module][e.String()] += n
	r.counted += n
}

// A batch is a report that waits to be taken. Its id and its bytes never change, so that sending it again counts
// nothing twice.
type batch struct {
	id       string
	body     []byte
	until    time.Time
	requests uint64
	tries    int // answers that said nothing about it
}

// batches are the reports of what was collected. There is always one, be it empty: it says that we are alive.
func batches(all []accountReport, until time.Time, covers time.Duration) ([]*batch, error) {
	var made []*batch
	for part := range slices.Chunk(all, accountsPerReport) {
		some, err := fitting(part, until, covers)
		if err != nil {
			return nil, err
		}
		made = append(made, some...)
	}
	if len(made) > 0 {
		return made, nil
	}
	b, err := pack([]accountReport{}, until, covers)
	return []*batch{b}, err
}

// fitting are the reports of some accounts, each no larger than bellhop takes: tokens may carry many scopes.
func fitting(part []accountReport, until time.Time, covers time.Duration) ([]*batch, error) {
	b, err := pack(part, until, covers)
	if err != nil || len(b.body) <= reportMax || len(part) == 1 {
		return []*batch{b}, err
	}
	half := len(part) / 2
	first, err := fitting(part[:half], until, covers)
	if err != nil {
		return nil, err
	}
	second, err := fitting(part[half:], until, covers)
	return append(first, second...), err
}

func pack(part []accountReport, until time.Time, covers time.Duration) (*batch, error) {
	r := report{ID: rand.Text(), Until: until.UTC(), Accounts: part}
	if covers = covers.Round(time.Millisecond); covers > 0 && covers <= coversMax {
		r.Covers = covers.String()
	}
	body, err := json.Marshal(r)
	b := &batch{id: r.ID, body: body, until: until}
	for _, a := range part {
		b.requests += a.counted
	}
	return b, err
}
