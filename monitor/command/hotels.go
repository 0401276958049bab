package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
	"bellhop/monitor/web"
)

func newHotels(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hotels [HOTEL]",
		Short: "Says how each reported hotel stands",
		Long: `Says how each hotel stands that the integration reports: whether its link to apaleo works, has
ended, or is disturbed, since when and why, and when it was last reported. Those that need
somebody come first. With a code, an account or a part of a name it tells all of those hotels,
with the key that opens /public.json?hotel=KEY for each.`,
		Example: `  bellhop hotels
  bellhop hotels ALPN            # all that is known of one
  bellhop hotels forget ALPN     # it is gone: watch it no longer
  bellhop hotels rekey ALPN      # its key was seen by others`,
		Args: atMost(1),
		RunE: task(func(ctx context.Context, args []string) error {
			return s.listHotels(ctx, strings.Join(args, ""))
		}).run,
	}
	cmd.PersistentFlags().BoolVar(&s.json, "json", false, "print JSON")
	cmd.AddCommand(
		newHotelOrder(s, monitor.HotelForget, "Watches a hotel no longer, until it is reported again", `Watches a hotel no longer: what is open for it ends, and is not told as an outage. If the
integration reports it again, it is a new hotel with a new key. It needs a running bellhop.`),
		newHotelOrder(s, monitor.HotelRekey, "Gives a hotel another key, and the old one counts no more", `Gives a hotel another key for /public.json?hotel=KEY. The old one counts no more, at once. It
needs a running bellhop.`),
	)
	return cmd
}

func newHotelOrder(s *shell, what monitor.HotelWord, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: string(what) + " HOTEL", Short: short, Long: long,
		Example: "  bellhop hotels " + string(what) + " ALPN",
		Args:    argument("HOTEL"),
		RunE:    task(func(ctx context.Context, args []string) error { return s.orderHotel(ctx, what, args[0]) }).run,
	}
}

func (s *shell) orderHotel(ctx context.Context, what monitor.HotelWord, name string) error {
	list, err := s.look()
	if err != nil {
		return err
	}
	var h web.Hotel
	q := question{method: http.MethodPost, path: pathHotels + "/" + segment(name) + "/" + string(what)}
	err = ask(ctx, list.Store.Path, q, &h)
	switch {
	case errors.Is(err, errNoDaemon):
		return fmt.Errorf("%w: start it first", err)
	case err != nil:
		return err
	case s.json:
		return printJSON(s.Stdout, h)
	case what == monitor.HotelForget:
		fmt.Fprintf(s.Stdout, "%s is no longer watched.\n", calledHotel(h))
	default:
		fmt.Fprintf(s.Stdout, "%s has another key; the old one counts no more:\n%s\n", calledHotel(h), h.Key)
	}
	return nil
}

func (s *shell) listHotels(ctx context.Context, text string) error {
	list, offline, err := s.hotels(ctx, text)
	if err != nil {
		return err
	}
	if len(list.Hotels) == 0 && text != "" {
		return misused("no hotel that is reported is called %q; see bellhop hotels", text)
	}
	if s.json {
		return printJSON(s.Stdout, list)
	}
	s.sayOffline(offline)
	if text != "" {
		fmt.Fprint(s.Stdout, hotelDetails(list))
		return nil
	}
	fmt.Fprint(s.Stdout, hotelTable(list))
	return nil
}

// hotels asks the daemon, or reads its store if there is none.
func (s *shell) hotels(ctx context.Context, text string) (h web.Hotels, offline bool, err error) {
	list, err := s.look()
	if err != nil {
		return h, false, err
	}
	q := question{method: http.MethodGet, path: pathHotels, query: url.Values{"q": {text}}}
	if err = ask(ctx, list.Store.Path, q, &h); !errors.Is(err, errNoDaemon) {
		return h, false, err
	}
	book, err := s.openBook(ctx, list)
	if err != nil {
		return h, true, err
	}
	return web.ListHotels(book.snapshot, "", text), true, nil
}

// hotelTable is the hotels for a person, those that need somebody first and with what is wrong.
func hotelTable(list web.Hotels) string {
	now, hotels := moment(list.At), slices.Clone(list.Hotels)
	if len(hotels) == 0 {
		return "No hotel is reported. How the integration reports its hotels: docs/report.md\n"
	}
	slices.SortStableFunc(hotels, func(a, b web.Hotel) int {
		return slices.Index(web.Standings(), a.State) - slices.Index(web.Standings(), b.State)
	})
	t := table{{"HOTEL", "NAME", "LINK", "SINCE", "LAST REPORTED"}}
	for _, h := range hotels {
		t = append(t, []string{h.Account, h.Name, string(h.State), lately(h.Since, now), lately(h.LastSeen, now)})
	}
	lines := t.lines(2, 3, 4)
	for i, h := range hotels {
		if h.Why != "" {
			lines[i+1] += wrap(h.Why, "  ") + "\n"
		}
	}
	return tally(list) + "\n" + strings.Join(lines, "")
}

// tally is how many hotels stand how.
func tally(list web.Hotels) string {
	var parts []string
	total := 0
	for _, c := range []struct {
		state web.Standing
		words string
	}{
		{web.Ended, "to reconnect"},
		{web.Disturbed, "disturbed"},
		{web.Silent, "no longer reported"},
		{web.Unknown, "not known"},
		{web.Connected, "connected"},
	} {
		total += list.Counts[c.state]
		if n := list.Counts[c.state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.words))
		}
	}
	return wrap(fmt.Sprintf("%s: %s. The last report came at %s.", count(total, "hotel"), strings.Join(parts, ", "), since(list.LastReport, moment(list.At))), "") + "\n"
}

// hotelDetails is all that is known of hotels, one by one.
func hotelDetails(list web.Hotels) string {
	var all []string
	for _, h := range list.Hotels {
		now := moment(list.At)
		text := fmt.Sprintf("%s: %s", calledHotel(h), h.State)
		if h.Since != nil {
			text += ", since " + since(h.Since, now)
		}
		if h.Why != "" {
			text += "\n" + wrap(h.Why, "  ")
		}
		all = append(all, text+"\n"+table{
			{"code", h.Code},
			{"first reported", since(h.FirstSeen, now)},
			{"last reported", since(h.LastSeen, now)},
			{"its token ends", since(h.TokenExpires, now)},
			{"last healthcheck", since(h.LastPing, now)},
			{"last event", since(h.LastEvent, now)},
			{"public page", "/public.json?hotel=" + h.Key},
		}.plain())
	}
	return strings.Join(all, "\n")
}

// plain is the table as it is, however wide: an address must not be cut.
func (t table) plain() string {
	var b strings.Builder
	for _, line := range t.lines(0, 1) {
		b.WriteString("  " + line)
	}
	return b.String()
}

func calledHotel(h web.Hotel) string {
	if h.Name == "" {
		return h.Account
	}
	return h.Account + " (" + h.Name + ")"
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// since is a time for people; nil is that nobody knows.
func since(t *time.Time, now time.Time) string {
	if t == nil {
		return "-"
	}
	return clock(*t, now)
}

// lately is a time of today, or a day.
func lately(t *time.Time, now time.Time) string {
	if text := since(t, now); len(text) <= len("15:04:05 UTC") {
		return text
	}
	return t.UTC().Format(time.DateOnly)
}

// problemIn is what an API answers where it refuses.
func problemIn(said string) string {
	var p struct{ Error string }
	if json.Unmarshal([]byte(said), &p) == nil && p.Error != "" {
		return p.Error
	}
	return said
}
