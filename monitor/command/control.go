package command

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"bellhop/monitor"
	"bellhop/notify"
)

// The paths of the control socket.
const (
	pathExplain  = "/v1/explain"
	pathEvidence = "/v1/evidence"
	pathOutbox   = "/v1/outbox"
	pathTold     = "/v1/told"
	pathTest     = "/v1/test-alert"
	pathReady    = "/readyz"
	pathHotels   = "/api/v1/hotels"
	pathReport   = "/api/v1/report"

	pathIncidents = "/api/v1/incidents"
	pathChecks    = "/api/v1/checks"
	pathSilences  = "/api/v1/silences"
)

// controlRoutes is what the daemon answers to the command line. Who can open the socket may ask all of it; a report
// needs its token.
func (d *daemon) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pathExplain, answering(d.serveExplain))
	mux.HandleFunc("GET "+pathEvidence, answering(d.serveEvidence))
	mux.HandleFunc("GET "+pathOutbox, answering(d.serveOutbox))
	mux.HandleFunc("POST "+pathOutbox, answering(d.serveOrder))
	mux.HandleFunc("GET "+pathTold, answering(d.serveTold))
	mux.HandleFunc("POST "+pathTest, answering(d.serveTest))
	site := d.site.Trusted()
	mux.Handle("GET "+pathReady, site)
	mux.Handle("GET "+pathHotels, site)
	mux.Handle("POST "+pathHotels+"/{account}/{what}", site)
	mux.Handle("POST "+pathReport, site)
	mux.Handle("POST "+pathIncidents+"/{id}/{what}", site)
	mux.Handle("POST "+pathChecks+"/{id}/{what}", site)
	mux.Handle("GET "+pathSilences, site)
	mux.Handle("POST "+pathSilences, site)
	mux.Handle("DELETE "+pathSilences+"/{id}", site)
	return mux
}

// answering turns a function into a handler: a misuse is 404, any other error 500.
func answering[T any](f func(r *http.Request) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		answer, err := f(r)
		if wrong := (misuse{}); errors.As(err, &wrong) {
			http.Error(w, wrong.text, http.StatusNotFound)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // who asked has gone: nobody is left to tell
	}
}

func (d *daemon) serveExplain(r *http.Request) (Explanation, error) {
	known, err := d.store.Deliveries(r.Context(), false, deliveriesMax)
	if err != nil {
		return Explanation{}, err
	}
	return explain(d.fresh(r.Context()), known, r.URL.Query().Get("check"), d.booted.Pace)
}

func (d *daemon) serveOutbox(r *http.Request) (owings, error) {
	all, _ := strconv.ParseBool(r.URL.Query().Get("all"))
	known, err := d.store.Deliveries(r.Context(), !all, deliveriesMax)
	if err != nil {
		return nil, err
	}
	return owed(d.fresh(r.Context()), known, receivers(d.inForce.Load().lanes), d.booted.Pace).only(all), nil
}

// serveOrder hands in what an operator asks of the deliveries that match.
func (d *daemon) serveOrder(r *http.Request) (Ordered, error) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return Ordered{}, misuse{"the order is not understood: " + err.Error()}
	}
	var done Ordered
	s := d.fresh(r.Context())
	for _, w := range owed(s, s.Owed, receivers(d.inForce.Load().lanes), d.booted.Pace) {
		if due := !w.Since.IsZero() || w.Dead != ""; !o.means(w.DeliveryID) || !due && !o.Drop {
			continue
		}
		if err := d.monitor.Submit(r.Context(), monitor.Order{At: d.monitor.Now(), Delivery: w.DeliveryID, Drop: o.Drop}); err != nil {
			return Ordered{}, err
		}
		done.Deliveries = append(done.Deliveries, w.DeliveryID)
	}
	if len(done.Deliveries) == 0 {
		return Ordered{}, misused("nothing is owed to %s; see bellhop outbox", o)
	}
	return done, nil
}

func (d *daemon) serveTest(r *http.Request) (Tested, error) {
	var to struct{ Receiver string }
	if err := json.NewDecoder(r.Body).Decode(&to); err != nil {
		return Tested{}, misuse{"the receiver is not understood: " + err.Error()}
	}
	t, err := test(r.Context(), d.inForce.Load().lanes, to.Receiver, d.sender(), d.booted.Pace)
	if err == nil && t.Accepted {
		d.outbox.Retry(to.Receiver) // it takes messages
	}
	return t, err
}

// lane finds the way to a receiver by its name.
func lane(all []notify.Lane, name string) (notify.Lane, error) {
	at := slices.IndexFunc(all, func(l notify.Lane) bool { return l.Receiver.Name == name })
	if at < 0 {
		var known []string
		for _, l := range all {
			known = append(known, l.Receiver.Name)
		}
		return notify.Lane{}, unknownName("receiver", name, known)
	}
	return all[at], nil
}
