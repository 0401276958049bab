package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/store"
)

func newEvidence(s *shell) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use:   "evidence INCIDENT",
		Short: "Writes what apaleo's support needs to look an incident up",
		Long: `Writes what apaleo's support needs to look an incident up, ready to be copied into a ticket:
what was seen when, in UTC, each affected check with its request, its status and its tracking
ids, the address spoken to, TLS, and how fast it was before and after. There is no secret in
it, and nothing of guests.

INCIDENT is an id, the beginning of one, or "last". It works with a running bellhop and
without one.`,
		Example: "  bellhop evidence last\n  bellhop evidence inc_0193 > ticket.txt\n  bellhop evidence inc_0193 --json",
		Args:    argument("INCIDENT"),
		RunE: task(func(ctx context.Context, args []string) error {
			t, offline, err := s.ticket(ctx, args[0])
			if err != nil {
				return err
			}
			if s.json {
				return printJSON(s.Stdout, t)
			}
			s.sayOffline(offline)
			_, err = fmt.Fprint(s.Stdout, t)
			return err
		}).run,
	})
}

// ticket asks the daemon, or reads its store if there is none.
func (s *shell) ticket(ctx context.Context, name string) (t monitor.Ticket, offline bool, err error) {
	list, err := s.look()
	if err != nil {
		return t, false, err
	}
	q := question{method: http.MethodGet, path: pathEvidence, query: url.Values{"incident": {name}}}
	if err = ask(ctx, list.Store.Path, q, &t); !errors.Is(err, errNoDaemon) {
		return t, false, err
	}
	book, err := s.openBook(ctx, list)
	if err != nil {
		return t, true, err
	}
	r, err := store.ReadOnly(ctx, list.Store.Path)
	if err != nil {
		return t, true, err
	}
	defer r.Close()
	a := archive{r, book.snapshot, codes(book.snapshot, reconfigure(list, nil).Reported.Accounts)}
	i, err := a.find(ctx, name)
	if err != nil {
		return t, true, err
	}
	t, err = a.ticket(ctx, i)
	return t, true, err
}

func (d *daemon) archive(s *monitor.Snapshot) archive {
	return archive{d.store.Reader, s, codes(s, reconfigure(d.inForce.Load().list, nil).Reported.Accounts)}
}

// serveEvidence writes the ticket that the command line asks for.
func (d *daemon) serveEvidence(r *http.Request) (monitor.Ticket, error) {
	a := d.archive(d.fresh(r.Context()))
	i, err := a.find(r.Context(), r.URL.Query().Get("incident"))
	if err != nil {
		return monitor.Ticket{}, err
	}
	return a.ticket(r.Context(), i)
}

// evidence writes the ticket that a page asks for.
func (d *daemon) evidence(ctx context.Context, i *monitor.Incident) (monitor.Ticket, error) {
	return d.archive(d.monitor.Snapshot()).ticket(ctx, i)
}

// codes are apaleo's codes of accounts by their names here: configured, reported, and as tokens carry them.
func codes(s *monitor.Snapshot, configured map[string]string) map[string]string {
	all := map[string]string{}
	for _, v := range s.Checks {
		if v.Row != nil && v.Check.Account != "" && v.Row.Last.Token.Account != "" {
			all[v.Check.Account] = v.Row.Last.Token.Account
		}
	}
	for _, h := range s.Hotels {
		all[h.Account] = h.Code
	}
	for code, name := range configured {
		all[name] = code
	}
	return all
}
