package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/store"
	"bellhop/monitor/watchlist"
)

const (
	toldDefault = 50
	toldMost    = 1000
)

// A listing is what somebody wants to see of the outbox.
type listing struct {
	all, told          bool
	receiver, incident string
	limit              int
}

func (l *listing) flags(c *cobra.Command) {
	c.Flags().BoolVar(&l.all, "all", false, "also what is settled, newest first")
	c.Flags().BoolVar(&l.told, "told", false, "each attempt and its answer, newest first")
	c.Flags().StringVar(&l.receiver, "receiver", "", "only what concerns this `RECEIVER`")
	c.Flags().StringVar(&l.incident, "incident", "", "only what concerns this `INCIDENT`")
	c.Flags().IntVar(&l.limit, "limit", toldDefault, "how many lines of what was told")
}

func (l *listing) run(ctx context.Context, s *shell) error {
	switch {
	case l.told && (l.limit < 1 || l.limit > toldMost):
		return misused("--limit is a number from 1 to %d", toldMost)
	case l.told:
		return s.listTold(ctx, monitor.TellingFilter{Receiver: l.receiver, Incident: l.incident, Limit: l.limit})
	}
	return s.listOutbox(ctx, *l)
}

// of leaves out what is not asked for.
func (l *listing) of(rows owings) owings {
	wanted, kept := order{Receiver: l.receiver, Incident: l.incident}, owings{}
	for _, row := range rows {
		if wanted.means(row.DeliveryID) {
			kept = append(kept, row)
		}
	}
	return kept
}

func (s *shell) listTold(ctx context.Context, f monitor.TellingFilter) error {
	lines, offline, err := s.told(ctx, f)
	if err != nil {
		return err
	}
	if s.json {
		return printJSON(s.Stdout, lines)
	}
	s.sayOffline(offline)
	if len(lines) == 0 {
		like := " like that"
		if f.Receiver == "" && f.Incident == "" {
			like = ""
		}
		fmt.Fprintf(s.Stdout, "Nobody was told anything%s in the last 90 days.\n", like)
		return nil
	}
	fmt.Fprint(s.Stdout, toldText(lines, time.Now()))
	return nil
}

// told asks the daemon, or reads its store if there is none.
func (s *shell) told(ctx context.Context, f monitor.TellingFilter) (lines []monitor.Telling, offline bool, err error) {
	list, err := s.look()
	if err != nil {
		return nil, false, err
	}
	q := question{method: http.MethodGet, path: pathTold, query: url.Values{
		"receiver": {f.Receiver}, "incident": {f.Incident}, "limit": {strconv.Itoa(f.Limit)},
	}}
	if err = ask(ctx, list.Store.Path, q, &lines); !errors.Is(err, errNoDaemon) {
		return lines, false, err
	}
	lines, err = readTold(ctx, list, f)
	return lines, true, err
}

func readTold(ctx context.Context, list *watchlist.Watchlist, f monitor.TellingFilter) ([]monitor.Telling, error) {
	r, err := store.ReadOnly(ctx, list.Store.Path)
	if err != nil {
		return nil, fmt.Errorf("%w, and %w", errNoDaemon, err)
	}
	lines, err := r.Tellings(ctx, f)
	return append([]monitor.Telling{}, lines...), errors.Join(err, r.Close())
}

// serveTold is the ledger of what was told.
func (d *daemon) serveTold(r *http.Request) ([]monitor.Telling, error) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(cmp.Or(q.Get("limit"), strconv.Itoa(toldDefault)))
	if err != nil || limit < 1 || limit > toldMost {
		return nil, misused("limit is a number from 1 to %d", toldMost)
	}
	lines, err := d.store.Tellings(r.Context(), monitor.TellingFilter{Receiver: q.Get("receiver"), Incident: q.Get("incident"), Limit: limit})
	return append([]monitor.Telling{}, lines...), err
}

// toldText is the lines for a person: what each was about stands below it.
func toldText(all []monitor.Telling, now time.Time) string {
	t := table{{"WHEN", "RECEIVER", "MESSAGE", "RESULT"}}
	for _, x := range all {
		t = append(t, []string{narrow(x.At, now), x.Receiver, x.What(), x.Result.Words()})
	}
	lines := t.lines(0, 2)
	for i, x := range all {
		lines[i+1] += wrap(x.Incident+" "+x.Title, "  ") + "\n"
		if x.Result != monitor.Accepted || x.Attempt > 1 {
			lines[i+1] += wrap(answered(x), "  ") + "\n"
		}
	}
	return strings.Join(lines, "")
}

// answered is what a receiver answered, and at which attempts.
func answered(x monitor.Telling) string {
	text := strings.ToUpper(x.Tries()[:1]) + x.Tries()[1:]
	if x.Reason == "" {
		return text + "."
	}
	return text + ": " + x.Reason + "."
}
