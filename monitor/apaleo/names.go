package apaleo

import (
	"slices"
	"strings"

	"bellhop/monitor"
)

// Names are what people call the nodes of the graph that are apaleo's.
func (h Hosts) Names() map[monitor.Node]string {
	names := map[monitor.Node]string{
		DeliveryNode(): "apaleo's webhook delivery", ReceiverNode(): "Our webhook receiver",
		h.wayNode(onAPI): "The integration's traffic to apaleo", h.wayNode(onIdentity): "The integration's renewal of tokens",
	}
	for _, n := range []struct {
		kind monitor.NodeKind
		on   host
		name string
	}{
		{monitor.NodeEdge, onDistribution, "apaleo distribution API"},
		{monitor.NodeAPI, onDistribution, "apaleo distribution API for those who are signed in"},
		{monitor.NodeEdge, onIntegration, "apaleo UI integrations API"},
		{monitor.NodeAPI, onIntegration, "apaleo UI integrations API for those who are signed in"},
		{monitor.NodeEdge, onWebhook, "apaleo webhook API"},
		{monitor.NodeEdge, onAPI, "apaleo API"},
		{monitor.NodeAPI, onAPI, "apaleo API for those who are signed in"},
		{monitor.NodeIdentity, onIdentity, "apaleo identity"},
		{monitor.NodeToken, onIdentity, "apaleo token endpoint"},
	} {
		if id := h.id(n.on); id != "" {
			names[monitor.Node{Kind: n.kind, ID: id}] = n.name
		}
	}
	for _, e := range slices.Concat(perAccount, modules) {
		if name := moduleNames[e.Module]; name != "" {
			names[monitor.Node{Kind: monitor.NodeModule, ID: e.Module}] = name
		}
	}
	return names
}

// moduleNames are what people call the modules of apaleo's APIs.
var moduleNames = map[string]string{
	"account": "apaleo account API", "inventory": "apaleo inventory API", "booking": "apaleo booking API", "finance": "apaleo finance API",
	"rateplan": "apaleo rate plan API", "availability": "apaleo availability API", "settings": "apaleo settings API", "logs": "apaleo logs API",
	"distribution": "apaleo distribution API", "integration": "apaleo UI integrations API",
}

// Names are what people call the nodes of the watchlist's graph: apaleo's parts, the accounts and their clients.
func (c Config) Names() map[monitor.Node]string {
	names := c.Hosts.Names()
	names[monitor.Node{Kind: monitor.NodeClient, ID: IntegrationClient}] = "The integration's apaleo client"
	for _, a := range c.Accounts {
		hotel := "Hotel " + a.Name
		if a.Code != "" {
			hotel += " (" + a.Code + ")"
		}
		names[monitor.Node{Kind: monitor.NodeAccount, ID: a.Name}] = hotel
		if id := a.Source.ClientID(); id != "" {
			names[monitor.Node{Kind: monitor.NodeClient, ID: id}] = "Our apaleo client " + id
		}
	}
	return names
}

// ModuleOf is the module of apaleo's core API that a path leads to, "" for none that is known.
func ModuleOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if moduleNames[name] == "" {
		return ""
	}
	return name
}
