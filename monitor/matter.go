package monitor

import "slices"

// The matters that a hotel has to settle by itself, as Node.ID of NodeHotels: one incident holds all the hotels
// that share one.
const (
	MatterReconnect   = "reconnect"   // its consent is gone: somebody has to connect the app again
	MatterConsent     = "consent"     // a scope that is needed was not consented to
	MatterAccess      = "access"      // it lets the integration in no longer, and why is not known
	MatterToken       = "token"       // the integration gets no token for it, for a reason that is not the hotel's
	MatterRequests    = "requests"    // the integration's requests for it fail
	MatterWebhooks    = "webhooks"    // nothing is delivered for it
	MatterQuota       = "quota"       // the integration asks more for it than apaleo allows
	MatterSuspended   = "suspended"   // apaleo has suspended its account
	MatterDevelopment = "development" // its account is not a live one
	MatterArchived    = "archived"    // its property is archived
)

// matters are the faults that are the hotel's own matter, whatever asked.
var matters = map[Fault]string{
	FaultGrant: MatterReconnect, FaultScopeLost: MatterConsent, FaultSuspended: MatterSuspended,
	FaultDevelopment: MatterDevelopment, FaultArchived: MatterArchived,
}

// MatterOf says which matter of a hotel's own a fault is; "" is none. reported is that the integration met it: it
// has one client for all hotels, so that what one hotel alone answers to it is that hotel's.
func MatterOf(f Fault, reported bool) string {
	if m := matters[f]; m != "" {
		return m
	}
	switch {
	case !reported:
		return ""
	case letsNobodyIn(f):
		return MatterAccess
	case slices.Contains(refusals, f), f == FaultWrongAccount:
		return MatterToken
	}
	return ""
}

// shared says whether a matter may have a cause further up, if nearly all hotels have it at once: what a token
// lacks and what apaleo says of an account are never the client's doing.
func shared(matter string) bool {
	return slices.Contains([]string{MatterReconnect, MatterAccess, MatterToken, MatterRequests, MatterWebhooks, MatterQuota}, matter)
}

// ofHotels says whether a matter is one that hotels have to settle, and not only one that each has for itself.
func ofHotels(matter string) bool {
	return !slices.Contains([]string{MatterToken, MatterRequests, MatterWebhooks, MatterQuota}, matter)
}

// reportedMatters are what fails, by the kind of the check that is reported, where it fails for some hotels only.
var reportedMatters = map[string]string{KindTraffic: MatterRequests, KindConsent: MatterToken, KindWebhooks: MatterWebhooks}

// matter finds which matter of its hotel a failing signal belongs to: the one that is open for the hotel
// already, its own, or one that another check of the hotel has just met and that explains it.
func (d *draft) matter(c *Check, id SignalID) (matter string, settled bool) {
	switch {
	case c.Account == "" || c.Own:
		return "", false
	case id.Signal == Availability && c.Reported:
		return reportedMatters[c.Kind], false
	case id.Signal == Quota && c.Reported:
		return MatterQuota, false
	case id.Signal == Availability && d.unrenewed(id.Check):
		return MatterToken, false
	case id.Signal != Auth:
		return "", false
	}
	f := d.row(id.Check).Failures[signalIndex(Auth)]
	if f == nil {
		return "", false
	}
	own := MatterOf(f.Fault, c.Reported)
	if !letsNobodyIn(f.Fault) && matters[f.Fault] == "" {
		return own, false
	}
	if at := d.hotelsAt(c.Account); at != "" {
		return d.incident(at).Cause.ID, true
	}
	if matters[f.Fault] != "" {
		return own, !shared(own)
	}
	if m := d.besideMatter(c); m != "" {
		return m, !shared(m)
	}
	return own, false
}

// unrenewed says whether a check is of a token that the integration keeps, and has not renewed.
func (d *draft) unrenewed(id CheckID) bool {
	f := d.row(id).Failures[signalIndex(Availability)]
	return f != nil && f.Fault == FaultOverdue
}

// letsNobodyIn are the faults that follow from a hotel's matter: without consent its tokens end, without a scope
// its requests are refused.
func letsNobodyIn(f Fault) bool { return f == FaultForbidden || f == FaultUnauthorized }

// hotelsAt is the open incident of a matter that an account is concerned by, or "".
func (d *draft) hotelsAt(account string) string {
	for _, id := range d.ofAccount(account) {
		if r := d.row(id); r != nil && r.Incident[signalIndex(Auth)] != "" {
			at := r.Incident[signalIndex(Auth)]
			if i := d.incident(at); i != nil && i.State == IncidentOpen && i.Cause.Kind == NodeHotels {
				return at
			}
		}
	}
	return ""
}

// refusedAt says whether a request for an account is refused at present, that bellhop or the integration made.
func (d *draft) refusedAt(account string) bool {
	return slices.ContainsFunc(d.ofAccount(account), func(id CheckID) bool {
		r := d.row(id)
		if r == nil || r.Signal(Auth).Last != Fail {
			return false
		}
		f := r.Failures[signalIndex(Auth)]
		return f != nil && letsNobodyIn(f.Fault)
	})
}

// besideMatter is the matter that a check of the same account has met with at present.
func (d *draft) besideMatter(c *Check) string {
	for _, id := range d.ofAccount(c.Account) {
		r := d.row(id)
		if r == nil || r.Signal(Auth).Last != Fail {
			continue
		}
		if f := r.Failures[signalIndex(Auth)]; f != nil && matters[f.Fault] != "" {
			return matters[f.Fault]
		}
	}
	return ""
}

// ofAccount lists the checks of an account.
func (d *draft) ofAccount(account string) []CheckID {
	return d.watched.members[Node{NodeAccount, account}]
}

// sameHotel lists the open incidents that are about nothing but what a hotel's matter explains: before it was
// known, its checks were told as their own.
func (d *draft) sameHotel(account string) []string {
	var found []string
	for _, id := range d.ofAccount(account) {
		r := d.row(id)
		if r == nil || r.Incident[signalIndex(Auth)] == "" {
			continue
		}
		at := r.Incident[signalIndex(Auth)]
		i := d.incident(at)
		if i.State != IncidentOpen || slices.Contains(found, at) || i.Cause.Kind != NodeAccount && i.Cause.Kind != NodeCheck {
			continue
		}
		if f := r.Failures[signalIndex(Auth)]; f != nil && (letsNobodyIn(f.Fault) || matters[f.Fault] != "") && d.allAuth(i) {
			found = append(found, at)
		}
	}
	return found
}

func (d *draft) allAuth(i *Incident) bool {
	return !slices.ContainsFunc(i.Members, func(m SignalID) bool { return m.Signal != Auth })
}

// probed says whether bellhop itself asks a hotel whose requests or webhooks fail, so that it can say more of it.
func (d *draft) probed(c *Check, s SignalKind) bool {
	return (s == Availability || s == Quota) && slices.ContainsFunc(d.ofAccount(c.Account), func(id CheckID) bool { return !d.watched.checks[id].Reported })
}

// matterWitness is the check that tells of a matter itself: of what follows from it others tell.
func (d *draft) matterWitness(i *Incident) (SignalID, bool) {
	if i.Cause.Kind != NodeHotels {
		return SignalID{}, false
	}
	for _, m := range i.Members {
		c := d.watched.checks[m.Check]
		if c == nil || m.Signal != Auth {
			continue
		}
		for _, id := range append([]CheckID{m.Check}, d.ofAccount(c.Account)...) {
			r, k := d.row(id), d.watched.checks[id]
			if f := failureOf(r); f != nil && MatterOf(f.Fault, k.Reported) == i.Cause.ID {
				return SignalID{id, Auth}, true
			}
		}
	}
	return SignalID{}, false
}

// failureOf is why a check is not let in at present, or nil.
func failureOf(r *Row) *Failure {
	if r == nil || r.Signal(Auth).Last != Fail {
		return nil
	}
	return r.Failures[signalIndex(Auth)]
}
