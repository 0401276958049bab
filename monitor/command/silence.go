package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/web"
)

func newSilence(s *shell) *cobra.Command {
	var d doing
	cmd := &cobra.Command{
		Use:   "silence [INCIDENT]",
		Short: "Holds messages back, and never an end",
		Long: `Holds back what is told of an incident, or of what begins to fail at checks, accounts or
labels. Who knows of an incident is told its end all the same, and bellhop goes on watching.
What still holds when the silence ends is told then, once. INCIDENT is an id, the beginning of
one, or last; of it a silence lasts until it ends, of checks an hour, unless --for says
otherwise. Of checks, accounts and labels one of each that is given has to match. It needs a
running bellhop.`,
		Example: `  bellhop silence last --for 8h --why "apaleo knows, and works on it"
  bellhop silence --account alpine-hotels --for 2d --why "the hotel moves"
  bellhop silence list
  bellhop unsilence sil_k3j5x9q2ab`,
		Args: atMost(1),
		RunE: task(func(ctx context.Context, args []string) error { return s.silence(ctx, &d, args) }).run,
	}
	d.flags(s, d.about(d.lasting(cmd, "for so long, like 1h, 8h or 2d")))
	cmd.AddCommand(newSilenceList(s, "silence", "", "Lists silences, maintenance and pauses", `Lists the silences, maintenance windows and pauses in force and to come, with who made them
and until when. Without a running bellhop it is what the store knows.`))
	return cmd
}

func (s *shell) silence(ctx context.Context, d *doing, args []string) error {
	q := question{method: http.MethodPost, path: pathSilences}
	switch {
	case len(args) > 0 && args[0] == "":
		return misused("there is no incident without a name: give its id, the beginning of one, or last")
	case len(args) > 0 && d.named():
		return misused("an incident, or --check, --account and --label: not both")
	case len(args) == 0 && !d.named():
		return misused("say of what: an incident, or --check, --account or --label\nSee bellhop silence --help")
	case d.why == "":
		return misused("say why, with --why: a silence that nobody can explain is one that nobody dares to lift")
	}
	body, err := d.asked(s)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		body.Incident = args[0]
	}
	body.Kind = monitor.ActSilence
	return s.put(ctx, q, body)
}

func newUnsilence(s *shell) *cobra.Command {
	var d doing
	return d.flags(s, &cobra.Command{
		Use:   "unsilence ID",
		Short: "Ends a silence, a maintenance or a pause early",
		Long: `Ends a silence, a maintenance or a pause before its time. What is open, and was held back by
it alone, is told at once. ID is as bellhop silence list shows it, or the beginning of it. It
needs a running bellhop.`,
		Example: "  bellhop unsilence sil_k3j5x9q2ab",
		Args:    argument("ID"),
		RunE: task(func(ctx context.Context, args []string) error {
			if args[0] == "" {
				return misused("there is no silence without an id: bellhop silence list has them")
			}
			return s.act(ctx, &d, question{method: http.MethodDelete, path: pathSilences + "/" + segment(args[0])})
		}).run,
	})
}

func newMaintenance(s *shell) *cobra.Command {
	var d doing
	cmd := &cobra.Command{
		Use:   "maintenance",
		Short: "Plans maintenance: a silence with a name, for later or now",
		Long: `Plans maintenance of checks, accounts or labels: what begins to fail in it is told only if it
still does when it is over, an end always, and the public page says maintenance. Without --from
it begins at once. For windows that come again, write maintenance: into the configuration. It
needs a running bellhop.`,
		Example: `  bellhop maintenance --check booking-engine --name "Database upgrade" \
      --from "2026-11-28 22:00 Europe/Berlin" --for 3h
  bellhop maintenance list`,
		Args: noArgument,
		RunE: task(func(ctx context.Context, _ []string) error {
			switch {
			case !d.named():
				return misused("say of what: --check, --account or --label\nSee bellhop maintenance --help")
			case d.length == "":
				return misused("say how long it is: --for 2h")
			case d.name == "":
				return misused("say what people call it: --name \"Database upgrade\"")
			}
			body, err := d.asked(s)
			if err != nil {
				return err
			}
			body.Kind = monitor.ActMaintenance
			return s.put(ctx, question{method: http.MethodPost, path: pathSilences}, body)
		}).run,
	}
	d.flags(s, d.about(d.lasting(cmd, "how long it is, like 90m or 2d")))
	cmd.Flags().StringVar(&d.from, "from", "", "when it begins, with a zone (default now)")
	cmd.Flags().StringVar(&d.name, "name", "", "what people call it")
	cmd.AddCommand(newSilenceList(s, "maintenance", monitor.ActMaintenance, "Lists maintenance, now and to come",
		`Lists the maintenance in force and to come, that of the configuration too. Without a running
bellhop it is what the store knows.`))
	return cmd
}

func newSilenceList(s *shell, of string, kind monitor.ActKind, short, long string) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use: "list", Short: short, Long: long, Example: "  bellhop " + of + " list", Args: noArgument,
		RunE: task(func(ctx context.Context, _ []string) error { return s.listSilences(ctx, kind) }).run,
	})
}

// listSilences asks the daemon, or reads its store if there is none.
func (s *shell) listSilences(ctx context.Context, kind monitor.ActKind) error {
	list, err := s.look()
	if err != nil {
		return err
	}
	var all web.Silences
	err = ask(ctx, list.Store.Path, question{method: http.MethodGet, path: pathSilences, query: url.Values{"kind": {string(kind)}}}, &all)
	offline := errors.Is(err, errNoDaemon)
	if offline {
		book, err := s.openBook(ctx, list)
		if err != nil {
			return err
		}
		all = web.ListSilences(book.snapshot, kind)
	} else if err != nil {
		return err
	}
	if s.json {
		return printJSON(s.Stdout, all)
	}
	s.sayOffline(offline)
	fmt.Fprint(s.Stdout, silenceTable(all))
	return nil
}

// silenceTable is what is in force and to come for a person: a line each, and why below it.
func silenceTable(list web.Silences) string {
	if len(list.Silences) == 0 {
		return "Nothing is silenced, in maintenance or paused, and nothing is planned.\n"
	}
	now := moment(list.At)
	t := table{{"ID", "KIND", "WHAT", "FROM (UTC)", "UNTIL (UTC)"}}
	for _, q := range list.Silences {
		from := hour(q.From, now)
		if q.InForce {
			from = "now"
		}
		id := q.ID
		if id == "" {
			id = "(config)"
		}
		t = append(t, []string{id, string(q.Kind), q.What, from, untilWhen(q, now)})
	}
	lines := t.lines(0, 1, 3, 4)
	for i, q := range list.Silences {
		if about := aboutSilence(q); about != "" {
			lines[i+1] += wrap(about, "  ") + "\n"
		}
	}
	return strings.Join(lines, "")
}

func untilWhen(q web.Quieted, now time.Time) string {
	switch {
	case !q.Until.IsZero():
		return hour(q.Until, now)
	case q.Target.Incident != "":
		return "it ends"
	}
	return "resumed"
}

// aboutSilence is who made a silence, and why.
func aboutSilence(q web.Quieted) string {
	text := q.Name
	if q.By != "" {
		if text != "" {
			text += ", "
		}
		text += "by " + q.By
	}
	if q.Why != "" {
		if text != "" {
			text += ": "
		}
		text += q.Why
	}
	return text
}
