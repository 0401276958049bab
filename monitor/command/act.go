package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
	"bellhop/monitor/web"
)

// A doing is what a person asks for on the command line: the flags that acts share.
type doing struct {
	by, why, length, from, name string
	checks, accounts, labels    []string
}

// flags gives a command the flags that each act has.
func (d *doing) flags(s *shell, cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&d.by, "by", "", "who you are (default $USER)")
	cmd.Flags().StringVar(&d.why, "why", "", "why, for those who come after you")
	return s.printsJSON(cmd)
}

// lasting gives it a flag for how long, too.
func (d *doing) lasting(cmd *cobra.Command, usage string) *cobra.Command {
	cmd.Flags().StringVar(&d.length, "for", "", usage)
	return cmd
}

// about gives it flags for what it is about.
func (d *doing) about(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringSliceVar(&d.checks, "check", nil, "of these checks; a name alone is that of all accounts")
	cmd.Flags().StringSliceVar(&d.accounts, "account", nil, "of these accounts")
	cmd.Flags().StringSliceVar(&d.labels, "label", nil, "with these labels, as in team=web")
	return cmd
}

// asked is what the API is asked for. The name of who acts is the user's where none is given.
func (d *doing) asked(s *shell) (web.Asked, error) {
	user, _ := s.Env("USER")
	q := web.Asked{By: cmp.Or(d.by, user), Why: d.why, For: d.length, Name: d.name}
	if q.By == "" {
		return q, misused("say who you are: --by NAME")
	}
	for _, c := range d.checks {
		q.Checks = append(q.Checks, monitor.CheckID(c))
	}
	q.Accounts = d.accounts
	for _, l := range d.labels {
		name, value, ok := strings.Cut(l, "=")
		if !ok {
			return q, misused("--label %s: write it as name=value, like team=web", l)
		}
		if q.Labels == nil {
			q.Labels = map[string]string{}
		}
		q.Labels[name] = value
	}
	if d.from != "" {
		from, err := watchlist.ParseTime(d.from)
		if err != nil {
			return q, misused(`--from %s: %v; write it like "2026-11-28 22:00 Europe/Berlin" or 2026-11-28T21:00:00Z`, d.from, err)
		}
		q.From = &from
	}
	return q, nil
}

// named says whether flags name what it is about.
func (d *doing) named() bool { return len(d.checks)+len(d.accounts)+len(d.labels) > 0 }

func newAck(s *shell) *cobra.Command {
	var d doing
	cmd := &cobra.Command{
		Use:   "ack INCIDENT",
		Short: "Says that you are on an incident",
		Long: `Says that somebody is on an incident: reminders and mentions stop, until it ends or for as
long as --for says. All else is told as before. INCIDENT is an id, the beginning of one, or
last. It needs a running bellhop.`,
		Example: "  bellhop ack last\n  bellhop ack inc_0193 --for 8h --why \"on the phone with apaleo\"",
		Args:    argument("INCIDENT"),
		RunE:    task(func(ctx context.Context, args []string) error { return s.actOn(ctx, &d, "acknowledge", args[0]) }).run,
	}
	return d.flags(s, d.lasting(cmd, "for so long, like 1h or 8h (default until it ends)"))
}

func newUnack(s *shell) *cobra.Command {
	var d doing
	return d.flags(s, &cobra.Command{
		Use:     "unack INCIDENT",
		Short:   "Says that nobody is on an incident any more",
		Long:    `Takes an acknowledgement back: reminders and mentions go on. It needs a running bellhop.`,
		Example: "  bellhop unack last",
		Args:    argument("INCIDENT"),
		RunE:    task(func(ctx context.Context, args []string) error { return s.actOn(ctx, &d, "unacknowledge", args[0]) }).run,
	})
}

func newNote(s *shell) *cobra.Command {
	var d doing
	cmd := &cobra.Command{
		Use:   "note INCIDENT TEXT",
		Short: "Adds a line to the timeline of an incident",
		Long: `Adds a line to the timeline of an incident, for those who read of it. It rings nobody. It
needs a running bellhop.`,
		Example: "  bellhop note last \"apaleo has a ticket: 12345\"",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return argument("INCIDENT", "TEXT")(cmd, args)
			}
			return nil
		},
		RunE: task(func(ctx context.Context, args []string) error {
			d.why = strings.Join(args[1:], " ")
			return s.actOn(ctx, &d, "note", args[0])
		}).run,
	}
	cmd.Flags().StringVar(&d.by, "by", "", "who you are (default $USER)")
	return s.printsJSON(cmd)
}

func newPause(s *shell) *cobra.Command {
	var d doing
	cmd := &cobra.Command{
		Use:   "pause CHECK",
		Short: "Asks a check no more, for a while or until it is resumed",
		Long: `Asks a check no more: what it has open ends, and whoever knows of it is told so. The time
counts as unknown. CHECK is name@account, or a name for those of all accounts. To keep it paused
for good, write paused: true into the configuration. It needs a running bellhop.`,
		Example: "  bellhop pause booking-engine --for 2h --why \"moving to another host\"\n  bellhop pause inventory@alpine-hotels",
		Args:    argument("CHECK"),
		RunE:    task(func(ctx context.Context, args []string) error { return s.actOnCheck(ctx, &d, "pause", args[0]) }).run,
	}
	return d.flags(s, d.lasting(cmd, "for so long, like 1h or 2d (default until it is resumed)"))
}

func newResume(s *shell) *cobra.Command {
	var d doing
	return d.flags(s, &cobra.Command{
		Use:     "resume CHECK",
		Short:   "Asks a paused check again",
		Long:    `Ends the pauses of a check: it is asked again, and begins anew. It needs a running bellhop.`,
		Example: "  bellhop resume booking-engine",
		Args:    argument("CHECK"),
		RunE:    task(func(ctx context.Context, args []string) error { return s.actOnCheck(ctx, &d, "resume", args[0]) }).run,
	})
}

func (s *shell) actOn(ctx context.Context, d *doing, what, incident string) error {
	if incident == "" {
		return misused("there is no incident without a name: give its id, the beginning of one, or last")
	}
	return s.act(ctx, d, question{method: http.MethodPost, path: pathIncidents + "/" + segment(incident) + "/" + what})
}

func (s *shell) actOnCheck(ctx context.Context, d *doing, what, check string) error {
	if check == "" {
		return misused("there is no check without a name: bellhop probe lists them")
	}
	return s.act(ctx, d, question{method: http.MethodPost, path: pathChecks + "/" + segment(check) + "/" + what})
}

// act has the daemon do something, and says what happens next.
func (s *shell) act(ctx context.Context, d *doing, q question) error {
	body, err := d.asked(s)
	if err != nil {
		return err
	}
	return s.put(ctx, q, body)
}

func (s *shell) put(ctx context.Context, q question, body web.Asked) error {
	list, err := s.look()
	if err != nil {
		return err
	}
	var done web.Acted
	q.body = body
	err = ask(ctx, list.Store.Path, q, &done)
	switch {
	case errors.Is(err, errNoDaemon):
		return fmt.Errorf("%w: start it first, nobody else writes into its store", err)
	case err != nil:
		return err
	case s.json:
		return printJSON(s.Stdout, done)
	}
	fmt.Fprintln(s.Stdout, wrap(done.Text, ""))
	if done.Silence != nil {
		fmt.Fprintln(s.Stdout, wrap("To end it before: bellhop unsilence "+done.Silence.ID, ""))
	}
	return nil
}

// hour is a time of people's, in UTC as the heading of its column says: minutes are enough, and the day unless it is today.
func hour(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "-"
	case t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly):
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("2006-01-02 15:04")
}
