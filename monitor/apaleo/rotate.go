package apaleo

import (
	"context"
	"hash/fnv"
	"slices"
	"sync/atomic"

	"bellhop/monitor"
)

// everyClient stands for the client of a check that speaks for one account after the other.
const everyClient = "all clients in turn"

// rotation makes the one check of a module that asks one account after the other. It is the module's own probe:
// where one account alone fails, the next attempt, also one that confirms, asks another and is good.
func (c Config) rotation(e Entry, accounts []Account, p pacing) (*monitor.Check, error) {
	e.make = authorized
	if e.Name == "inventory" {
		e.Expect = counted // which of them has no property is not the module's matter
	}
	m := maker{Config: c, pacing: p}
	check, err := m.frame(e, func() (monitor.Probe, error) { return m.inTurn(e, accounts) })
	if err != nil {
		return nil, err
	}
	check.Client = everyClient
	edge, api := m.edges(e)
	module := monitor.Node{Kind: monitor.NodeModule, ID: e.Module}
	check.Path, check.Direct = slices.Concat([]monitor.Node{edge, api}, scopes(e), []monitor.Node{module}), []monitor.Node{module}
	return check, nil
}

// inTurn is a probe whose every attempt asks the next account. Which one is first depends on the entry, so that
// the modules do not all ask the same account at once.
func (m maker) inTurn(e Entry, accounts []Account) (monitor.Probe, error) {
	for _, a := range accounts {
		m.account = &a
		if _, err := e.make(m, e); err != nil {
			return nil, err
		}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.Name))
	first, turn := uint64(h.Sum32()), new(atomic.Uint64)
	return func(ctx context.Context, at monitor.Attempt) monitor.Outcome {
		m := m
		m.account = &accounts[(first+turn.Add(1)-1)%uint64(len(accounts))]
		ask, err := e.make(m, e)
		if err != nil {
			return unmade()
		}
		o := ask(ctx, at)
		o.For = m.account.Name
		o.Detail = named(o.Detail, m.account.Name)
		return o
	}, nil
}

// named says for whom it was asked.
func named(detail, account string) string {
	if detail == "" {
		return "asked for " + account
	}
	return detail + ", asked for " + account
}

// unmade is the outcome of a probe that could be made when the watchlist was, and cannot be now.
func unmade() monitor.Outcome {
	return monitor.Outcome{Fault: monitor.FaultPanic, Detail: "this check could be made when the watchlist was read, and cannot be made now"}
}
