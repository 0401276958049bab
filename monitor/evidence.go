package monitor

import (
	"slices"
	"time"
)

// Way is what is known of our own way out at the moment of a failure.
type Way string

// The ways.
const (
	WayNotAsked Way = ""        // the failure raised no doubt about it, or nobody could tell
	WaySeen     Way = "seen"    // something outside answered: the failure is not ours
	WayCut      Way = "cut"     // the control hosts cannot be reached either
	WayUnknown  Way = "unknown" // too few usable control hosts: the failure counts, its side is unclear
)

// Words of the tables below that stand for evidence until more than the fault is known.
const (
	byTime   Evidence = "by time"   // Fail if slower than is usual, else Good; None where that is not known
	byClient Evidence = "by client" // Good where the attempt spoke for a client
	byStatus Evidence = "by status" // Good where a status came that is not 429
	byWay    Evidence = "by way"    // Fail, but None while we are cut off
	bySecret Evidence = "by secret" // Fail, but None while a changed secret settles
)

// readings is what each fault says of availability, latency, auth and quota.
var readings = map[Fault][4]Evidence{
	FaultNone: {Good, byTime, byClient, byStatus},

	// Nothing answered, or something that is not the other side did.
	FaultDNS:          {byWay, None, None, None},
	FaultConnect:      {byWay, None, None, None},
	FaultReset:        {byWay, None, None, None},
	FaultTimeout:      {byWay, None, None, None},
	FaultTLSAuthority: {byWay, None, None, None},
	FaultProxy:        {byWay, None, None, None},

	// The other side answered, and wrongly.
	FaultTLSExpired: {Fail, None, None, None},
	FaultTLSName:    {Fail, None, None, None},
	FaultTLS:        {Fail, None, None, None},
	FaultExpiring:   {Fail, None, None, None}, // only warning checks report it
	FaultCut:        {Fail, None, None, byStatus},
	FaultMalformed:  {Fail, None, None, byStatus},
	FaultTooLarge:   {Fail, None, None, byStatus},
	FaultBody:       {Fail, None, None, byStatus},
	FaultServer:     {Fail, None, None, byStatus},
	FaultUnexpected: {Fail, None, None, byStatus},

	// It works, and does not let us in.
	FaultUnauthorized: {Good, byTime, Fail, byStatus},
	FaultForbidden:    {Good, byTime, Fail, byStatus},
	FaultClient:       {Good, byTime, bySecret, byStatus},
	FaultGrant:        {Good, byTime, Fail, byStatus},
	FaultScope:        {Good, byTime, Fail, byStatus},
	FaultRequest:      {Good, byTime, Fail, byStatus},
	FaultWrongAccount: {Good, byTime, Fail, byStatus},
	FaultSuspended:    {Good, byTime, Fail, byStatus},

	FaultScopeLost:   {Good, byTime, Fail, byStatus},
	FaultDevelopment: {Good, byTime, Fail, byStatus},
	FaultArchived:    {Good, byTime, Fail, byStatus},

	FaultQuota: {None, None, None, Fail},

	// What should have come did not.
	FaultStalled:      {Fail, None, None, None},
	FaultQuiet:        {Fail, None, None, None},
	FaultOverdue:      {Fail, None, None, None},
	FaultFailed:       {Fail, None, None, None},
	FaultUnsubscribed: {Fail, None, None, byStatus}, // only warning checks report it

	// Our own request is wrong: that is for ConfigNotice.
	FaultNotFound:    {None, None, None, byStatus},
	FaultInvalid:     {None, None, None, byStatus},
	FaultClientError: {None, None, None, byStatus},

	// Not executed, or not to be believed.
	FaultUnconfirmed: {None, None, None, None},
	FaultNoToken:     {None, None, None, None},
	FaultSecret:      {None, None, None, None},
	FaultCanceled:    {None, None, None, None},
	FaultPanic:       {None, None, None, None},
}

// ownReadings is where a user's own check is read otherwise: what was not expected is a Fail, whatever the
// status. Where no token could be had, what the check is about was not asked at all.
var ownReadings = map[Fault][4]Evidence{
	FaultUnauthorized: {Fail, None, None, byStatus},
	FaultForbidden:    {Fail, None, None, byStatus},
	FaultSuspended:    {Fail, None, None, byStatus},
	FaultNotFound:     {Fail, None, None, byStatus},
	FaultInvalid:      {Fail, None, None, byStatus},
	FaultClientError:  {Fail, None, None, byStatus},
	FaultClient:       {None, None, bySecret, None},
	FaultGrant:        {None, None, Fail, None},
	FaultScope:        {None, None, Fail, None},
	FaultRequest:      {None, None, Fail, None},
	FaultWrongAccount: {None, None, Fail, None},
}

// Classify reads an outcome for each signal, in the order of SignalKinds, where nothing is known of what is usual. A
// fault that it does not know says nothing.
func Classify(c *Check, o Outcome, way Way, p Pace) [4]Evidence {
	return classify(c, o, way, p, c.SlowOver(nil))
}

// classify is Classify where answers that take longer than over are slow; 0 is that none are.
func classify(c *Check, o Outcome, way Way, p Pace, over time.Duration) [4]Evidence {
	if c.Info || c.Warning && !warns(o.Fault) {
		return [4]Evidence{}
	}
	row := readings[o.Fault]
	if own, ok := ownReadings[o.Fault]; ok && c.Own {
		row = own
	}
	for i := range row {
		if row[i] == byTime {
			row[i] = either(over > 0, either(o.Took > over, Fail, Good), None)
		}
		row[i] = settle(row[i], c, o, way, p)
	}
	return row
}

// warns says whether a check that warns of what will break has found something out, good or bad. That its host
// cannot be reached is for others to say.
func warns(f Fault) bool {
	return f == FaultNone || f == FaultExpiring || f == FaultTLSExpired || f == FaultTLSName || f == FaultTLS || f == FaultUnsubscribed
}

// settle turns a word of the tables into evidence.
func settle(e Evidence, c *Check, o Outcome, way Way, p Pace) Evidence {
	switch e {
	case byClient:
		return either(c.Client != "" || c.Reported, Good, None)
	case byStatus:
		return either(o.Status != 0 && o.Status != 429, Good, None)
	case byWay:
		return either(way == WayCut, None, Fail)
	case bySecret:
		return either(o.SecretAge > 0 && o.SecretAge < p.SecretSettle, None, Fail)
	default:
		return e
	}
}

func either(so bool, then, otherwise Evidence) Evidence {
	if so {
		return then
	}
	return otherwise
}

// Connection tells whether the fault may as well be our own network's: it says nothing about the other side
// until the control hosts were asked.
func (f Fault) Connection() bool { return readings[f][0] == byWay }

// definite lists the faults in which somebody clearly told us something else than was expected. A check that
// has never been good and is told so was set up wrongly.
var definite = []Fault{
	FaultClientError, FaultUnauthorized, FaultForbidden, FaultNotFound, FaultInvalid, FaultSuspended,
	FaultClient, FaultGrant, FaultScope, FaultRequest, FaultWrongAccount,
	FaultBody, FaultTooLarge, FaultUnexpected,
}

// SetUp tells whether the outcome is for a set-up notice, and no evidence at all: the check has never been
// good, that is without a fault, and got a definite answer that was not expected.
func SetUp(c *Check, everGood bool, o Outcome) bool {
	return !c.Info && !c.Reported && !everGood && slices.Contains(definite, o.Fault)
}

// ConfigNotice tells whether a check of the built-in watchlist asked for something that is not there, or not
// in this way. That is for the operator to know, and never an outage, even if it was good before.
func ConfigNotice(c *Check, o Outcome) bool {
	request := o.Fault == FaultNotFound || o.Fault == FaultInvalid || o.Fault == FaultClientError
	return request && !c.Own && !c.Info && !c.Reported
}

// Control finds our way out from what the control hosts just said. ever names those that have answered since
// start; outsideEver is whether anything outside has, a control or a watched host; configured is how many
// controls there are. A host that never answered is left out, but only once something else has: until then
// we are cut off as far as we know.
func Control(answers []ControlAnswer, ever map[string]bool, outsideEver bool, configured int) Way {
	if len(answers) == 0 {
		if configured < 2 {
			return WayUnknown
		}
		return WayNotAsked
	}
	answered := slices.ContainsFunc(answers, func(a ControlAnswer) bool { return a.OK })
	if !outsideEver && !answered {
		return WayCut
	}
	usable, failed := 0, 0
	for _, a := range answers {
		if a.OK || ever[a.Name] {
			usable++
		}
		if !a.OK && ever[a.Name] {
			failed++
		}
	}
	switch {
	case usable < 2:
		return WayUnknown
	case 2*failed > usable:
		return WayCut
	default:
		return WaySeen
	}
}
