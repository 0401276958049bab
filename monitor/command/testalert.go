package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/notify"
)

// Tested is what came of a test of a receiver.
type Tested struct {
	Receiver string       `json:"receiver"`
	Kind     string       `json:"kind"`
	Accepted bool         `json:"accepted"` // it took every message
	Steps    []TestedStep `json:"steps"`
	Expect   string       `json:"expect"` // what people see there now, and of real alerts
	TookMS   int64        `json:"took_ms"`
}

// TestedStep is one step of it.
type TestedStep struct {
	Step    string `json:"step"` // open, change, end; before them what the kind of receiver looks at
	OK      bool   `json:"ok"`
	Status  int    `json:"status,omitempty"`  // HTTP status
	Detail  string `json:"detail,omitempty"`  // what was found; of what failed, why
	Missing string `json:"missing,omitempty"` // the permission that is missing
	Ref     string `json:"ref,omitempty"`     // the receiver's own name for the message
	TookMS  int64  `json:"took_ms"`
}

// testTime is how long a test may take: three messages, each tried up to three times.
const testTime = 3 * time.Minute

func newTestAlert(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test-alert RECEIVER",
		Short: "Takes a receiver through an alert marked TEST",
		Long: `Opens an alert on a receiver of the configuration, changes it and ends it, and says what
came of each step. Every message is marked TEST, and looks otherwise as a real one would. What
can be known without a message comes first: whether a token is good, which permission it
lacks. What was opened is ended, whatever happens in between.

It goes through the running bellhop if there is one, so that it proves the way that alerts
take; a success makes what waits for this receiver leave at once.`,
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
	err = ask(ctx, list.Store.Path, question{method: http.MethodPost, path: pathTest, body: map[string]string{"receiver": receiver}, patience: testTime}, &t)
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
	return test(ctx, all, receiver, sender, list.Pace)
}

// test takes a receiver through a whole alert.
func test(ctx context.Context, all []notify.Lane, receiver string, from notify.Sender, p monitor.Pace) (Tested, error) {
	l, err := lane(all, receiver)
	if err != nil {
		return Tested{}, err
	}
	began := time.Now()
	return tested(l.Receiver, from.TryOut(ctx, l, p, began), time.Since(began)), nil
}

// tested is a trial as it is printed.
func tested(r monitor.Receiver, steps []notify.Tried, took time.Duration) Tested {
	t := Tested{Receiver: r.Name, Kind: r.Kind, Expect: expect(r), TookMS: took.Milliseconds()}
	for _, s := range steps {
		t.Steps = append(t.Steps, TestedStep{s.Name, s.OK, s.Status, s.Detail, s.Missing, s.Ref, s.Took.Milliseconds()})
		t.Accepted = s.OK && s.Name == notify.TrialEnd
	}
	for _, s := range t.Steps {
		t.Accepted = t.Accepted && s.OK
	}
	return t
}

// expect is what people see of a test and of real alerts, where that differs from one receiver to another.
func expect(r monitor.Receiver) string {
	switch r.Kind {
	case "slack_bot":
		return "One message that was posted, changed and turned green, with a thread that tells what happened when, and a reply shown in the channel at the end. Real alerts look so, too; only they mention people."
	case "slack":
		return "Three posts. An incoming webhook cannot edit: of a real alert people see its beginning, a change of its severity, and its end, each as a post of its own."
	case "pagerduty":
		return "An alert of severity info that was opened and resolved. Real ones are critical, error or warning, and are resolved when they are over."
	case "alertmanager":
		return "The alert BellhopTest, fired and ended. Who hears of it, and when, its routes decide; give it time for group_wait."
	case "webhook":
		return "Three bodies of type monitor.test, about version 1, 2 and 3 of an incident that is none."
	case "template":
		return "Three messages in the form of the template. What was sent cannot be edited: a real alert is a message at its beginning, at a change of its severity, and at its end."
	default:
		return "Three lines in the log."
	}
}

func (s *shell) tested(t Tested) error {
	if s.json {
		if err := printJSON(s.Stdout, t); err != nil {
			return err
		}
	} else {
		fmt.Fprint(s.Stdout, t)
	}
	if !t.Accepted {
		return errFinding
	}
	return nil
}

// String is the test as people read it: step by step, then the verdict and what it looks like.
func (t Tested) String() string {
	var b strings.Builder
	for _, s := range t.Steps {
		fmt.Fprintf(&b, "%-6s  %s\n", map[bool]string{true: "ok", false: "FAILED"}[s.OK], notify.Cut(s.Step, width-8))
		if said := wrap(s.said(), "        "); said != "" {
			fmt.Fprintln(&b, said)
		}
	}
	verdict := fmt.Sprintf("%s (%s) failed the test.", t.Receiver, t.Kind)
	if t.Accepted {
		verdict = fmt.Sprintf("%s (%s) took the whole test in %s. What people see there: %s",
			t.Receiver, t.Kind, took(time.Duration(t.TookMS)*time.Millisecond), t.Expect)
	}
	fmt.Fprintf(&b, "\n%s\n", wrap(verdict, ""))
	return b.String()
}

func (s TestedStep) said() string {
	var parts []string
	if s.Missing != "" {
		parts = append(parts, "missing "+s.Missing+":")
	}
	if s.Detail != "" {
		parts = append(parts, s.Detail)
	}
	if s.OK && s.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d after %s", s.Status, took(time.Duration(s.TookMS)*time.Millisecond)))
	}
	return strings.Join(parts, " ")
}
