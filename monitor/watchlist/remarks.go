package watchlist

import (
	"fmt"
	"slices"
	"strings"

	"bellhop/monitor/apaleo"
)

// remarks are what is right as it is written and may still surprise whoever wrote it, in sentences.
func (b *builder) remarks(w *Watchlist) []string {
	var all []string
	for _, h := range w.Webhooks {
		switch h.Kind {
		case "":
			all = append(all, "The subscription of webhook "+h.Name+" is not looked for: apaleo lists it to the client that made it alone. "+
				"To be told when it is lost, name an account with your integration's own token there (kind: token).")
		case kindSimple:
			all = append(all, "The subscription of webhook "+h.Name+" is looked for with the client of account "+h.Account+". apaleo lists it there only if "+
				"that is the client your integration subscribed with.")
		}
	}
	if modules, n := b.leftOut(); n > 0 {
		all = append(all, fmt.Sprintf("%s: asked about a property, and so left out for %s without properties.", strings.Join(modules, ", "), accountsOf(n)))
	}
	all = append(all, b.idle(w)...)
	if len(b.config.Modules) > 0 && len(b.config.Accounts) == 0 && !w.Report.Token.IsSet() {
		all = append(all, "Modules are chosen, but there is no account to ask them for, and no report to hear of them.")
	}
	return append(all, receiverRemarks(w)...)
}

// leftOut are the chosen modules that ask about a property, and how many accounts name none.
func (b *builder) leftOut() (modules []string, accounts int) {
	for _, e := range apaleo.Entries() {
		if slices.Contains(b.config.Modules, e.Name) && strings.Contains(e.Ask, "{property}") {
			modules = append(modules, e.Name)
		}
	}
	if len(modules) == 0 {
		return nil, 0
	}
	for _, a := range b.config.Accounts {
		if !a.Connect && len(a.Properties) == 0 {
			accounts++
		}
	}
	return modules, accounts
}

func accountsOf(n int) string {
	if n == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", n)
}
