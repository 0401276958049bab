package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
)

// deliveriesMax is how many deliveries are looked at: the newest.
const deliveriesMax = 1000

// An Owed is what one receiver knows of one incident or notice, and is owed.
type Owed struct {
	monitor.DeliveryID
	Title    string                `json:"title"`
	Notice   bool                  `json:"notice,omitempty"` // it is a notice's
	Open     bool                  `json:"open"`             // the incident is, so that its end will be owed
	Knows    monitor.Knowledge     `json:"knows,omitempty"`
	Version  int                   `json:"version,omitempty"` // the highest that it knows, or may know
	State    monitor.IncidentState `json:"state,omitempty"`   // in that version
	ToldAt   time.Time             `json:"told_at,omitzero"`
	Since    time.Time             `json:"owed_since,omitzero"` // zero is that nothing is due now
	Next     time.Time             `json:"next_attempt,omitzero"`
	Attempts int                   `json:"attempts,omitempty"`
	LastErr  string                `json:"last_error,omitempty"`
	Status   int                   `json:"last_status,omitempty"`
	Dead     string                `json:"dead,omitempty"` // why nothing more is sent
	Settled  bool                  `json:"settled,omitempty"`
}

// An order is what an operator asks of deliveries.
type order struct {
	Receiver string `json:"receiver"` // "" is every one
	Incident string `json:"incident"` // "" is every one
	Drop     bool   `json:"drop"`     // else try again now
}

func (o order) means(id monitor.DeliveryID) bool {
	return (o.Receiver == "" || o.Receiver == id.Receiver) && (o.Incident == "" || o.Incident == id.Incident)
}

// String names those whom an order is about.
func (o order) String() string {
	switch {
	case o.Receiver == "":
		return "anybody"
	case o.Incident == "":
		return o.Receiver
	}
	return o.Receiver + " about " + o.Incident
}

// Ordered lists the deliveries that an order was carried out on.
type Ordered struct {
	Deliveries []monitor.DeliveryID `json:"deliveries"`
}

func newOutbox(s *shell) *cobra.Command {
	var l listing
	list := task(func(ctx context.Context, _ []string) error { return l.run(ctx, s) })
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "Says what each receiver knows and is owed",
		Long: `Says what each receiver knows of each incident, what it is owed, since when, and what became
of the last attempt. A receiver that knows of an open incident stays listed until it has heard
of its end. With --told it is what was told in the last 90 days: each attempt and its answer.`,
		Example: `  bellhop outbox                      # what is owed, and open incidents
  bellhop outbox --told --receiver ops
  bellhop outbox retry pager          # try all that is owed to pager, now
  bellhop outbox drop pager inc_0193  # give one up for good`,
		Args: noArgument,
		RunE: list.run,
	}
	cmd.PersistentFlags().BoolVar(&s.json, "json", false, "print JSON")
	listing := &cobra.Command{
		Use: "list", Short: "The same as outbox alone", Long: "Lists what each receiver knows and is owed: the same as outbox alone.",
		Example: "  bellhop outbox list --all", Args: noArgument, RunE: list.run,
	}
	for _, c := range []*cobra.Command{cmd, listing} {
		l.flags(c)
	}
	cmd.AddCommand(listing, newRetry(s), newDrop(s))
	return cmd
}

func newRetry(s *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "retry [RECEIVER [INCIDENT]]",
		Short: "Tries again now what is owed",
		Long: `Tries again now what is owed: to a receiver, of an incident, or all. What was given up for
dead is tried again too. It needs a running bellhop.`,
		Example: "  bellhop outbox retry\n  bellhop outbox retry ops inc_0193",
		Args:    atMost(2),
		RunE: task(func(ctx context.Context, args []string) error {
			args = append(args, "", "")
			return s.order(ctx, order{Receiver: args[0], Incident: args[1]})
		}).run,
	}
}

func newDrop(s *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "drop RECEIVER INCIDENT",
		Short: "Gives up for good what is owed",
		Long: `Gives up for good what a receiver is owed of one incident: it will not hear of it any more,
not even of its end. It needs a running bellhop.`,
		Example: "  bellhop outbox drop ops inc_0193",
		Args:    argument("RECEIVER", "INCIDENT"),
		RunE: task(func(ctx context.Context, args []string) error {
			return s.order(ctx, order{Receiver: args[0], Incident: args[1], Drop: true})
		}).run,
	}
}

func (s *shell) order(ctx context.Context, o order) error {
	list, err := s.look()
	if err != nil {
		return err
	}
	var done Ordered
	err = ask(ctx, list.Store.Path, question{method: http.MethodPost, path: pathOutbox, body: o}, &done)
	switch {
	case errors.Is(err, errNoDaemon):
		return fmt.Errorf("%w: start it, it delivers what is owed by itself", err)
	case err != nil:
		return err
	case s.json:
		return printJSON(s.Stdout, done)
	}
	verb := "Trying again"
	if o.Drop {
		verb = "Given up"
	}
	for _, id := range done.Deliveries {
		fmt.Fprintf(s.Stdout, "%s: %s about %s.\n", verb, id.Receiver, id.Incident)
	}
	return nil
}

func (s *shell) listOutbox(ctx context.Context, l listing) error {
	rows, offline, err := s.outbox(ctx, l.all)
	if err != nil {
		return err
	}
	rows = l.of(rows)
	if s.json {
		return printJSON(s.Stdout, rows)
	}
	s.sayOffline(offline)
	if len(rows) == 0 {
		if l.receiver+l.incident != "" {
			fmt.Fprintln(s.Stdout, "Nothing like that is owed.")
			return nil
		}
		fmt.Fprintln(s.Stdout, "Nothing is owed to anybody, and no incident is open.")
		return nil
	}
	fmt.Fprint(s.Stdout, rows.text(time.Now()))
	return nil
}

// outbox asks the daemon, or reads its store if there is none.
func (s *shell) outbox(ctx context.Context, all bool) (rows owings, offline bool, err error) {
	list, err := s.look()
	if err != nil {
		return nil, false, err
	}
	q := question{method: http.MethodGet, path: pathOutbox, query: url.Values{"all": {strconv.FormatBool(all)}}}
	if err = ask(ctx, list.Store.Path, q, &rows); !errors.Is(err, errNoDaemon) {
		return rows, false, err
	}
	book, err := s.openBook(ctx, list)
	if err != nil {
		return nil, true, err
	}
	return owed(book.snapshot, book.deliveries, book.receivers, list.Pace).only(all), true, nil
}
