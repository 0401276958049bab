package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"bellhop/notify"
)

// Tested is what a receiver answered to a test message.
type Tested struct {
	Receiver string `json:"receiver"`
	Kind     string `json:"kind"`
	Accepted bool   `json:"accepted"`
	Status   int    `json:"status,omitempty"` // HTTP status
	Reason   string `json:"reason,omitempty"` // why not
	Ref      string `json:"ref,omitempty"`    // the receiver's own name for the message
	TookMS   int64  `json:"took_ms"`
}

func newTestAlert(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test-alert RECEIVER",
		Short: "Sends a message marked TEST to a receiver",
		Long: `Sends one message to a receiver of the configuration and says what it answered. The message
is marked TEST, and says that nothing is wrong. It goes through the running bellhop if there
is one, so that it proves the way that alerts take; a success makes what waits for this
receiver leave at once.`,
		Example: "  bellhop test-alert ops",
		Args:    argument("RECEIVER"),
		RunE: task(func(ctx context.Context, args []string) error {
			t, err := s.testAlert(ctx, args[0])
			if err != nil {
				return err
			}
			return s.tested(t)
		}).run,
	}
	return s.printsJSON(cmd)
}

func (s *shell) testAlert(ctx context.Context, receiver string) (Tested, error) {
	list, err := s.look()
	if err != nil {
		return Tested{}, err
	}
	var t Tested
	err = ask(ctx, list.Store.Path, question{method: http.MethodPost, path: pathTest, body: map[string]string{"receiver": receiver}}, &t)
	if !errors.Is(err, errNoDaemon) {
		return t, err
	}
	if list, err = s.load(nil); err != nil { // now the secrets are needed
		return Tested{}, err
	}
	all, err := lanes(list, zerolog.New(s.Stderr).Hook(stamp{}))
	if err != nil {
		return Tested{}, err
	}
	sender := notify.Sender{Instance: hostname(), Version: build().Version, PublicURL: list.Web.PublicURL}
	return test(ctx, all, receiver, sender, time.Now())
}

// test sends one message and reads the answer.
func test(ctx context.Context, all []notify.Lane, receiver string, from notify.Sender, now time.Time) (Tested, error) {
	l, err := lane(all, receiver)
	if err != nil {
		return Tested{}, err
	}
	t := Tested{Receiver: receiver, Kind: l.Receiver.Kind}
	l.Timeout = min(l.Timeout, askTime-time.Second) // a person waits
	receipt, err := notify.Try(ctx, l, from.Test(now))
	t.TookMS = time.Since(now).Milliseconds()
	t.Accepted, t.Status, t.Ref = err == nil, receipt.Status, receipt.Ref
	if refusal, ok := errors.AsType[*notify.Refusal](err); ok {
		t.Status, t.Reason = refusal.Status, refusal.Reason
	} else if err != nil {
		t.Reason = err.Error()
	}
	return t, nil
}

func (s *shell) tested(t Tested) error {
	if s.json {
		if err := printJSON(s.Stdout, t); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(s.Stdout, wrap(t.String(), ""))
	}
	if !t.Accepted {
		return errFinding
	}
	return nil
}

// String is the answer as a sentence.
func (t Tested) String() string {
	if !t.Accepted {
		return fmt.Sprintf("%s (%s) did not take the message: %s.", t.Receiver, t.Kind, t.Reason)
	}
	text := fmt.Sprintf("%s (%s) took the message after %s.", t.Receiver, t.Kind, took(time.Duration(t.TookMS)*time.Millisecond))
	if t.Status != 0 {
		text += fmt.Sprintf(" It answered HTTP %d.", t.Status)
	}
	return text
}
