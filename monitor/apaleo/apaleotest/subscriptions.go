package apaleotest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func (s *Server) serveWebhook(w http.ResponseWriter, r *http.Request, who caller) {
	id, one := strings.CutPrefix(r.URL.Path, "/v1/subscriptions/")
	switch {
	case r.URL.Path == "/v1/pinger":
		if allowed(w, r, http.MethodPost) {
			s.servePinger(w, r, who)
		}
	case r.URL.Path != "/v1/subscriptions" && !one:
		w.WriteHeader(http.StatusNotFound)
	default:
		if !one {
			id = ""
		}
		if a, ok := s.authorize(w, r, who, nil); ok {
			s.serveSubscriptions(w, r, a, who, id)
		}
	}
}

// serveSubscriptions shows a client those that it made for the account, and no other's (facts, section 4). An
// empty id is the list.
func (s *Server) serveSubscriptions(w http.ResponseWriter, r *http.Request, a Account, who caller, id string) {
	own := a.subscriptionsOf(who.client)
	n := slices.IndexFunc(own, func(sub Subscription) bool { return sub.ID == id })
	switch {
	case r.Method == http.MethodPost && id == "":
		s.subscribe(w, r, a, who)
	case r.Method != http.MethodGet && r.Method != http.MethodDelete || r.Method == http.MethodDelete && id == "":
		allowed(w, r, http.MethodGet)
	case id != "" && n < 0:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		s.Change(a.Code, func(a *Account) {
			a.Subscriptions = slices.DeleteFunc(slices.Clone(a.Subscriptions), func(sub Subscription) bool { return sub.ID == id })
		})
		w.WriteHeader(http.StatusNoContent)
	case id != "":
		writeJSON(w, http.StatusOK, own[n])
	case len(own) == 0:
		answerOrNothing(w, nil)
	default:
		writeJSON(w, http.StatusOK, own)
	}
}

func (a Account) subscriptionsOf(client string) (own []Subscription) {
	for _, sub := range a.Subscriptions {
		if sub.Client == client || sub.Client == "" && client == a.ClientID {
			own = append(own, sub)
		}
	}
	return own
}

// The types of a 422 of the webhook API (facts, section 3).
const (
	healthcheckFailed = "HealthcheckFailed"
	enabledElsewhere  = "EnabledForAnotherEndpoint"
	invalidProperty   = "InvalidPropertyId"
)

// subscribe makes a subscription if its endpoint answers a healthcheck. That a configuration is refused when there is one
// like it is documented, the messages are assumed.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request, a Account, who caller) {
	var sub Subscription
	if json.NewDecoder(r.Body).Decode(&sub) != nil || sub.EndpointURL == "" || len(sub.Events) == 0 {
		writeJSON(w, http.StatusUnprocessableEntity, map[string][]string{"messages": {"The endpointUrl and events are required."}})
		return
	}
	alike := slices.ContainsFunc(a.subscriptionsOf(who.client), func(other Subscription) bool {
		return slices.Equal(other.Events, sub.Events) && slices.Equal(other.PropertyIDs, sub.PropertyIDs)
	})
	switch {
	case !within(sub.PropertyIDs, a.PropertyIDs()):
		refuseSubscription(w, invalidProperty, "Subscription cannot be created: a property does not exist.")
	case alike:
		refuseSubscription(w, enabledElsewhere, "There is a subscription with this configuration already.")
	case !good(s.ping(r.Context(), a.Code, sub.EndpointURL)):
		refuseSubscription(w, healthcheckFailed, "The endpoint did not answer the healthcheck.")
	default:
		sub.ID, sub.Client, sub.Created = newTrackingID(), who.client, time.Now().UTC()
		s.Change(a.Code, func(a *Account) { a.Subscriptions = append(slices.Clone(a.Subscriptions), sub) })
		writeJSON(w, http.StatusCreated, map[string]string{"id": sub.ID})
	}
}

// servePinger calls an address with a healthcheck, for those who want to see whether theirs is reachable (#31).
func (s *Server) servePinger(w http.ResponseWriter, r *http.Request, who caller) {
	a, ok := s.authorize(w, r, who, nil)
	if !ok {
		return
	}
	at := r.URL.Query().Get("url")
	if u, err := url.Parse(at); err != nil || u.Host == "" || !good(s.ping(r.Context(), a.Code, at)) {
		refuseSubscription(w, healthcheckFailed, "The endpoint did not answer the healthcheck.")
	}
}

func refuseSubscription(w http.ResponseWriter, kind, message string) {
	writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"type": kind, "message": message})
}

func good(status int) bool { return status >= 200 && status < 300 }
