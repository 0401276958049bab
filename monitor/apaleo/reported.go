package apaleo

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// IntegrationClient stands in the graph for the OAuth client that the integration itself uses, where its id is
// not known: where accounts names no single store app.
const IntegrationClient = "integration"

// ReceiverNode is the integration's webhook endpoint in the graph.
func ReceiverNode() monitor.Node { return monitor.Node{Kind: monitor.NodeReceiver, ID: "webhooks"} }

// DeliveryNode is apaleo's delivery of webhooks in the graph.
func DeliveryNode() monitor.Node { return monitor.Node{Kind: monitor.NodeDelivery, ID: "webhooks"} }

// wayNode is the integration's own way to one of apaleo's hosts in the graph: what all its requests there have in
// common, and bellhop's have not.
func (h Hosts) wayNode(on host) monitor.Node {
	return monitor.Node{Kind: monitor.NodeNetwork, ID: IntegrationClient + "/" + h.id(on)}
}

// Reported is how what the integration reports is watched: three checks of each account, and two of what all
// of them report together.
func (c Config) Reported() monitor.Reported {
	accounts := map[string]string{}
	for _, a := range c.Accounts {
		if a.Code != "" && !a.Connect {
			accounts[strings.ToUpper(a.Code)] = a.Name
		}
	}
	client := c.integrationClient()
	return monitor.Reported{
		Hotel:    func(account string) []*monitor.Check { return c.hotel(account, client) },
		Pooled:   c.pooled(),
		Accounts: accounts,
		Needs:    c.needs(nil),
	}
}

// integrationClient is the client that the integration's tokens are for: the store app's, if there is one.
func (c Config) integrationClient() string {
	found := ""
	for _, a := range c.Accounts {
		if !a.Connect {
			continue
		}
		if found != "" {
			return IntegrationClient
		}
		found = a.Source.ClientID()
	}
	return cmp.Or(found, IntegrationClient)
}

// hotel makes the checks of a reported account.
func (c Config) hotel(account, client string) []*monitor.Check {
	api, identity := c.Hosts.id(onAPI), c.Hosts.id(onIdentity)
	of := monitor.Node{Kind: monitor.NodeClient, ID: client}
	hotel := monitor.Node{Kind: monitor.NodeAccount, ID: account}
	edge := monitor.Node{Kind: monitor.NodeIdentity, ID: identity}
	traffic := c.reported("traffic", account, monitor.KindTraffic, "Integration traffic of "+account, api,
		monitor.Node{Kind: monitor.NodeEdge, ID: api}, monitor.Node{Kind: monitor.NodeAPI, ID: api}, c.Hosts.wayNode(onAPI), of, hotel)
	consent := c.reported("consent", account, monitor.KindConsent, "Consent of "+account, identity,
		edge, monitor.Node{Kind: monitor.NodeToken, ID: identity}, c.Hosts.wayNode(onIdentity), of, hotel)
	webhooks := c.reported("webhooks", account, monitor.KindWebhooks, "Webhook delivery for "+account, c.Hosts.id(onWebhook),
		ReceiverNode(), DeliveryNode(), hotel)
	traffic.Client, consent.Client = client, client
	return []*monitor.Check{traffic, consent, webhooks}
}

// pooled are the checks of what all accounts report together.
func (c Config) pooled() []*monitor.Check {
	webhooks := c.reported("webhooks", "", monitor.KindWebhooks, "Webhook delivery for all hotels", c.Hosts.id(onWebhook), ReceiverNode(), DeliveryNode())
	webhooks.Direct, webhooks.Public = []monitor.Node{DeliveryNode()}, notifications
	all := []*monitor.Check{c.reported("reports", "", monitor.KindReports, "The integration's report", ""), webhooks, c.pooledTraffic("")}
	for _, module := range slices.Sorted(maps.Keys(moduleNames)) {
		all = append(all, c.pooledTraffic(module))
	}
	return all
}

// pooledTraffic is the requests of all accounts together, or those to one module.
func (c Config) pooledTraffic(module string) *monitor.Check {
	on := onAPI
	switch module {
	case "distribution":
		on = onDistribution
	case "integration":
		on = onIntegration
	}
	id := c.Hosts.id(on)
	name, title := "traffic", "Our traffic for all hotels"
	path := []monitor.Node{{Kind: monitor.NodeEdge, ID: id}, {Kind: monitor.NodeAPI, ID: id}}
	if module != "" {
		name, title = name+"-"+module, "Our traffic to the "+moduleNames[module]
		path = append(path, monitor.Node{Kind: monitor.NodeModule, ID: module})
	}
	k := c.reported(name, "", monitor.KindTraffic, title, id, append(path, c.Hosts.wayNode(onAPI))...)
	k.Module = module
	return k
}

func (c Config) reported(name, account, kind, title, host string, path ...monitor.Node) *monitor.Check {
	k := &monitor.Check{
		Name: name, Account: account, Kind: kind, Title: title, Host: host, Path: path,
		Every: c.Pace.Of(time.Minute), Spec: "reported", Reported: true, Rule: c.Rule, Asks: kind,
	}
	k.Schedule = monitor.EverySchedule(k.ID(), k.Every)
	return k
}
