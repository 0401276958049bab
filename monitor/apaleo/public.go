package apaleo

import (
	"strings"

	"bellhop/monitor"
)

// A saying is a sentence for those who work or stay in the hotels, in their words, and the same once it is over.
type saying struct{ key, now, past string }

// sayings are all of them. {part} is what of apaleo is concerned, in brackets, or nothing.
var sayings = []saying{
	{"apaleo", "apaleo does not answer as it should at present.", "apaleo did not answer as it should."},
	{"apaleo_some", "apaleo works only some of the time at present.", "apaleo worked only some of the time."},
	{"apaleo_slow", "apaleo is slower than usual at present.", "apaleo was slower than usual."},
	{"sign_in", "Signing in to apaleo does not work at present.", "Signing in to apaleo did not work."},
	{"sign_in_some", "Signing in to apaleo works only some of the time at present.", "Signing in to apaleo worked only some of the time."},
	{"sign_in_slow", "Signing in to apaleo is slower than usual at present.", "Signing in to apaleo was slower than usual."},
	{"notifications", "The part of apaleo that sends notifications does not answer as it should at present.", "The part of apaleo that sends notifications did not answer as it should."},
	{"notifications_some", "The part of apaleo that sends notifications works only some of the time at present.", "The part of apaleo that sends notifications worked only some of the time."},
	{"notifications_slow", "The part of apaleo that sends notifications is slower than usual at present.", "The part of apaleo that sends notifications was slower than usual."},
	{"part", "A part of apaleo{part} does not answer as it should at present.", "A part of apaleo{part} did not answer as it should."},
	{"part_some", "A part of apaleo{part} works only some of the time at present.", "A part of apaleo{part} worked only some of the time."},
	{"part_slow", "A part of apaleo{part} is slower than usual at present.", "A part of apaleo{part} was slower than usual."},
	{"delivery", "Notifications from apaleo do not arrive at present. They should come later by themselves.", "Notifications from apaleo did not arrive for a while."},
	{"delivery_maybe", "Notifications from apaleo may not arrive at present.", "Notifications from apaleo may not have arrived for a while."},
	{"renewal", "A renewal is due soon. Nothing is affected yet.", "A renewal was due. Nothing was affected."},
	{"waiting", "Some of our requests to apaleo have to wait at present.", "Some of our requests to apaleo had to wait."},
	{"waiting_own", "Some requests to one of our own services have to wait at present.", "Some requests to one of our own services had to wait."},
	{"network", "We cannot see at present how apaleo is doing: our own connection to the outside has trouble.", "We could not see how apaleo was doing: our own connection to the outside had trouble."},
	{"service", "One of our own services does not work as it should at present.", "One of our own services did not work as it should."},
	{"service_slow", "One of our own services is slower than usual at present.", "One of our own services was slower than usual."},
	{"hotel", "apaleo is not open to one hotel at present.", "apaleo was not open to one hotel."},
	{"hotels", "The connection of single hotels to apaleo has to be seen to at present. All others are not affected.", "The connection of single hotels to apaleo had to be seen to. All others were not affected."},
	{"access", "Our own access to apaleo does not work as it should at present.", "Our own access to apaleo did not work as it should."},
	{"unclear", "Something between us and apaleo does not work as it should at present. We do not know yet what.", "Something between us and apaleo did not work as it should. We did not know what."},
}

// parts are the modules of apaleo's API as people in hotels know them.
var parts = map[string]string{
	"account": "accounts", "inventory": "properties and rooms", "booking": "bookings", "finance": "folios and invoices", "rateplan": "rates",
	"availability": "availability", "settings": "settings", "logs": "logs", "distribution": "channels", "integration": "apps",
}

// sayingOf finds a saying by its key.
func sayingOf(key string) saying {
	for _, s := range sayings {
		if s.key == key {
			return s
		}
	}
	return saying{key: key}
}

// of is a saying about a trouble, in the operator's own words where there are any.
func (s saying) of(t monitor.Trouble, texts map[string]string) saying {
	if own := texts[s.key]; own != "" {
		s.now = own
	}
	if own := texts[s.key+over]; own != "" {
		s.past = own
	}
	module := t.Module
	if t.Node.Kind == monitor.NodeModule {
		module = t.Node.ID
	}
	part := ""
	if word := parts[module]; word != "" {
		part = " (" + word + ")"
	}
	fill := strings.NewReplacer(" {part}", part, "{part}", part) // users put a space before it or not
	s.now, s.past = fill.Replace(s.now), fill.Replace(s.past)
	return s
}

// says chooses what is said of a trouble, given whose matter it is.
func says(t monitor.Trouble, side monitor.Side) saying {
	switch {
	case t.Fault == monitor.FaultUnsubscribed:
		return sayingOf("delivery_maybe")
	case t.Severity == monitor.Warning || t.Fault == monitor.FaultExpiring:
		return sayingOf("renewal")
	case t.Own && (t.Signal == monitor.Quota || t.Fault == monitor.FaultQuota):
		return sayingOf("waiting_own")
	case t.Signal == monitor.Quota || t.Fault == monitor.FaultQuota:
		return sayingOf("waiting")
	case t.Node.Kind == monitor.NodeHotels && side == monitor.SideApaleo:
		return sayingOf("apaleo_some") // for half of the hotels, or nobody is told
	case t.Node.Kind == monitor.NodeHotels:
		return sayingOf("hotels")
	case t.Fault == monitor.FaultStalled || t.Fault == monitor.FaultQuiet:
		return ofDelivery(t, side)
	case side == monitor.SideApaleo:
		return ofApaleoNow(t)
	}
	return ofUs(t, side)
}

// ofDelivery is said of notifications that do not come. One hotel may just be quiet.
func ofDelivery(t monitor.Trouble, side monitor.Side) saying {
	if side == monitor.SideApaleo {
		return sayingOf("delivery")
	}
	return sayingOf("delivery_maybe")
}

func ofApaleoNow(t monitor.Trouble) saying {
	who := "apaleo"
	switch {
	case t.Node.Kind == monitor.NodeIdentity, t.Node.Kind == monitor.NodeToken:
		who = "sign_in"
	case t.Node.Kind == monitor.NodeEdge && strings.HasPrefix(t.Node.ID, "webhook."):
		who = "notifications"
	case t.Node.Kind == monitor.NodeAccount, t.Node.Kind == monitor.NodeCheck, t.Node.Kind == monitor.NodeClient, t.Node.Kind == monitor.NodeModule, t.Node.Kind == monitor.NodeScope:
		who = "part"
	}
	switch {
	case t.Signal == monitor.Latency:
		who += "_slow"
	case t.Severity == monitor.Degraded:
		who += "_some"
	}
	return sayingOf(who)
}

func ofUs(t monitor.Trouble, side monitor.Side) saying {
	switch side {
	case monitor.SideNetwork:
		return sayingOf("network")
	case monitor.SideIntegration:
		if t.Signal == monitor.Latency {
			return sayingOf("service_slow")
		}
		return sayingOf("service")
	case monitor.SideHotel:
		return sayingOf("hotel")
	case monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest:
		return sayingOf("access")
	default:
		return sayingOf("unclear")
	}
}
