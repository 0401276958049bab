package monitor

import "slices"

// watched is what is watched and who is told, as the watchlist says, with the graph that follows from it. It
// is made anew by each Reconfigure, and when hotels come or go.
type watched struct {
	config    Reconfigure // what it was made from
	hotels    map[string][]*Check
	advise    Adviser
	checks    map[CheckID]*Check
	order     []CheckID
	asked     []CheckID // those that bellhop asks itself
	pages     []CheckID // of these, those that read apaleo's own status page
	timed     []CheckID // those that something has to be heard of in time: heartbeats, and the integration
	receivers []Receiver
	names     map[Node]string
	controls  int
	rules     map[CheckID]*[4]SignalRule
	members   map[Node][]CheckID  // checks that depend on a node
	direct    map[Node][]CheckID  // its own probes
	groups    map[group][]CheckID // checks that share a host and an account
	accounts  map[string]bool
	mute      bool                 // hold back what is apaleo's while its maintenance is under way
	accountOf map[string][]CheckID // those of an account that bellhop asks itself
	forced    map[string][]CheckID // those of a client that ask for new tokens
	pausing   bool                 // the configuration pauses some
	needing   []CheckID            // those that need others, by the user's word
}

// group is where one representative is enough.
type group struct{ host, account string }

// ruled is what the rules of a check follow from: thousands of checks share a few.
type ruled struct {
	rule     Rule
	reported bool
	inTurn   bool
	kind     string
}

// newWatched is the graph of the checks of r, and of the hotels that are reported. What they report together is
// watched as long as there are any, and anything of it was told.
func newWatched(r Reconfigure, p Pace, hotels map[string][]*Check, told func(*Check) bool) *watched {
	w := &watched{
		config: r, hotels: hotels, advise: r.Advise, receivers: r.Receivers, names: r.Names, controls: r.Controls, mute: r.Mute,
		checks: map[CheckID]*Check{}, rules: map[CheckID]*[4]SignalRule{}, members: map[Node][]CheckID{}, direct: map[Node][]CheckID{},
		groups: map[group][]CheckID{}, accounts: map[string]bool{},
		accountOf: map[string][]CheckID{}, forced: map[string][]CheckID{},
	}
	shared := map[ruled]*[4]SignalRule{}
	for _, c := range r.Checks {
		w.add(c, p, shared)
	}
	if len(hotels) > 0 {
		for _, c := range r.Reported.Pooled {
			if told(c) {
				w.add(c, p, shared)
			}
		}
	}
	for _, account := range sortedKeys(hotels) {
		for _, c := range hotels[account] {
			w.add(c, p, shared)
		}
	}
	return w
}

func (w *watched) add(c *Check, p Pace, shared map[ruled]*[4]SignalRule) {
	id := c.ID()
	if w.checks[id] != nil {
		return // a check of the user's own has that name
	}
	w.checks[id] = c
	w.pausing = w.pausing || c.Paused
	w.order = append(w.order, id)
	key := ruled{c.Rule, c.Reported, c.inTurn(), c.Kind}
	if shared[key] == nil {
		rules := Rules(p, c)
		if c.inTurn() {
			rules[2].Rule = refusedInTurn(p)
		}
		shared[key] = &rules
	}
	w.rules[id] = shared[key]
	for _, n := range c.Path {
		w.members[n] = append(w.members[n], id)
	}
	if len(c.needed()) > 0 {
		w.needing = append(w.needing, id)
	}
	for _, n := range c.Direct {
		w.direct[n] = append(w.direct[n], id)
	}
	if c.Account != "" && c.Kind != KindConnect {
		w.accounts[c.Account] = true
	}
	if c.timed() {
		w.timed = append(w.timed, id)
	}
	if !c.Reported {
		w.ask(id, c)
	}
}

func (w *watched) ask(id CheckID, c *Check) {
	w.asked = append(w.asked, id)
	if c.Info {
		w.pages = append(w.pages, id)
	}
	g := group{c.Host, c.Account}
	w.groups[g] = append(w.groups[g], id)
	w.accountOf[c.Account] = append(w.accountOf[c.Account], id)
	if c.Forced {
		w.forced[c.Client] = append(w.forced[c.Client], id)
	}
}

// owned lists the checks that bellhop asks itself with a check's credentials, and others of its account.
func (w *watched) owned(c *Check) []CheckID {
	ids := slices.Clone(w.accountOf[c.Account])
	for _, id := range w.forced[c.Client] {
		if w.checks[id].Account != c.Account {
			ids = append(ids, id)
		}
	}
	return ids
}

func (w *watched) receiver(name string) (Receiver, bool) {
	i := slices.IndexFunc(w.receivers, func(r Receiver) bool { return r.Name == name })
	if i < 0 {
		return Receiver{}, false
	}
	return w.receivers[i], true
}

// account is what the account with a code is called in checks.
func (w *watched) account(code string) string {
	if name := w.config.Reported.Accounts[code]; name != "" {
		return name
	}
	return code
}

// isDirect says whether a check is a node's own probe.
func (c *Check) isDirect(n Node) bool { return slices.Contains(c.Direct, n) }

// dependsOn says whether a node can explain a check's failures.
func (c *Check) dependsOn(n Node) bool { return slices.Contains(c.Path, n) }
