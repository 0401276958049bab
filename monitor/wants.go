package monitor

import (
	"cmp"
	"slices"
)

// Wants says whether these are the words for an incident like this.
func (w When) Wants(i *Incident) bool {
	return (len(w.Severity) == 0 || slices.Contains(w.Severity, string(i.Severity))) &&
		(len(w.Side) == 0 || slices.Contains(w.Side, i.Side)) &&
		// An incident that concerns no account in particular concerns all of them.
		(len(w.Scope) == 0 || slices.Contains(w.Scope, cmp.Or(i.Scope.Accounts, "all")))
}

// WantsNotice says whether notices are wanted: without any conditions, or where they are named.
func (w When) WantsNotice() bool {
	return len(w.Severity)+len(w.Side)+len(w.Scope) == 0 || slices.Contains(w.Severity, "notice")
}

// WantsNotice says whether the receiver is to be sent a notice. It hears nothing of its own trouble, which
// would arrive when it is over.
func (r Receiver) WantsNotice(n *Notice) bool {
	return r.When.WantsNotice() && n.Key != ReceiverKey(r.Name)
}

// ReceiverKey is the key of notices about a receiver that does not work.
func ReceiverKey(name string) string { return "receiver/" + name }

// FormKey is the key of notices about a receiver whose messages cannot be made as they are configured.
func FormKey(name string) string { return "form/" + name }
