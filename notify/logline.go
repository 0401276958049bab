package notify

import (
	"context"
	"strings"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// NewLogLane is the receiver that stands in where none is configured: alerts go to the log.
func NewLogLane(name string, log zerolog.Logger, p monitor.Pace) Lane {
	return Lane{
		Receiver: monitor.Receiver{Name: name, Kind: "log"},
		Render:   RenderText, Notifier: logline{log}, Timeout: p.SendTimeout,
	}
}

// RenderText is a message in one line of plain text.
func RenderText(m Message) ([]byte, error) {
	if m.Digest != nil {
		return []byte("[" + Word(m) + "] " + m.Digest.Text()), nil
	}
	if m.Incident == nil {
		return []byte(strings.TrimSpace(m.Notice.Text + " " + m.Notice.NextStep)), nil
	}
	return []byte(strings.TrimSpace("[" + Word(m) + "] " + m.Incident.Text + " " + m.Incident.NextStep)), nil
}

type logline struct{ log zerolog.Logger }

// Notify writes the line. An incident is a warning until it is over.
func (n logline) Notify(_ context.Context, l Letter) (Receipt, error) {
	level := zerolog.WarnLevel
	if l.Type == monitor.EventResolved || l.Type == monitor.EventRecap || l.Type == monitor.EventTest {
		level = zerolog.InfoLevel
	}
	n.log.WithLevel(level).Str("type", string(l.Type)).Str("id", l.ID).Str("text", string(l.Body)).Msg("alert")
	return Receipt{}, nil
}
