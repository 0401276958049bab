package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"bellhop/monitor"
)

// atOnce is how many checks are asked at a time: those of one account are few, and hosts are not hurt by so
// many requests.
const atOnce = 8

// Probed is what came of asking once.
type Probed struct {
	Verdict string   `json:"verdict"`
	Good    bool     `json:"good"`
	Blind   bool     `json:"blind"` // we cannot see out ourselves
	Checks  []Result `json:"checks"`
}

// A Result is what asking one check gave.
type Result struct {
	Check      monitor.CheckID `json:"check"`
	Title      string          `json:"title"`
	Result     string          `json:"result"` // good, FAIL, slow, limited, unclear, not asked, set-up, info, told
	Status     int             `json:"status,omitempty"`
	Fault      monitor.Fault   `json:"fault,omitempty"`
	TookMS     int64           `json:"took_ms"`
	What       string          `json:"what,omitempty"`
	Side       monitor.Side    `json:"side,omitempty"`
	Next       string          `json:"next_step,omitempty"`
	TrackingID string          `json:"tracking_id,omitempty"`
}

// What a result can be.
const (
	isGood    = "good"
	isFail    = "FAIL"
	isSlow    = "slow"
	isLimited = "limited"   // 429
	isUnclear = "unclear"   // ours or theirs: nobody can tell
	isNot     = "not asked" // for want of a token, a secret or a network
	isSetUp   = "set-up"    // asked for something that is not there, or not in this way
	isInfo    = "info"      // it annotates, and is never a finding
	isTold    = "told"      // nobody asks it: others tell
)

func newProbe(s *shell) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use:   "probe [CHECK]",
		Short: "Asks once, now, and says what it saw",
		Long: `Asks the whole watchlist once, now, or one check of it, and says in one sentence what it
saw. It needs no running bellhop and touches no database; nobody is told. One look proves
little: the daemon asks again before it rings.`,
		Example: "  bellhop probe\n  bellhop probe api-edge\n  bellhop probe inventory@alpine-hotels --json",
		Args:    atMost(1),
		RunE: task(func(ctx context.Context, args []string) error {
			p, err := s.probe(ctx, args)
			if err != nil {
				return err
			}
			return s.probed(p)
		}).run,
	})
}

func (s *shell) probe(ctx context.Context, args []string) (Probed, error) {
	list, err := s.load(nil)
	if err != nil {
		return Probed{}, err
	}
	checks := list.Checks
	if len(args) == 1 {
		at, err := pick(checks, args[0])
		if err != nil {
			return Probed{}, err
		}
		checks = checks[at : at+1]
	}
	controls, err := controlHosts(list)
	if err != nil {
		return Probed{}, err
	}
	outcomes := askAll(ctx, checks, time.Now())
	if err := ctx.Err(); err != nil {
		return Probed{}, err
	}
	var answers []monitor.ControlAnswer
	if slices.ContainsFunc(outcomes, func(o monitor.Outcome) bool { return o.Fault.Connection() }) {
		answers = askControls(ctx, controls)
	}
	return look{checks, outcomes, answers, len(controls), names(list), list.Pace}.judge(), nil
}

// askAll asks each check once.
func askAll(ctx context.Context, checks []*monitor.Check, now time.Time) []monitor.Outcome {
	outcomes := make([]monitor.Outcome, len(checks))
	free := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, c := range checks {
		if c.Reported {
			outcomes[i] = monitor.Outcome{Check: c.ID(), At: now, Started: now}
			continue
		}
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			ctx, cancel := context.WithTimeout(ctx, c.Timeout)
			defer cancel()
			begun := time.Now()
			o := c.Ask(ctx, monitor.Attempt{At: now, Fresh: true})
			o.Check, o.At, o.Started = c.ID(), now, begun
			if o.Took == 0 {
				o.Took = time.Since(begun)
			}
			outcomes[i] = o
		})
	}
	all.Wait()
	return outcomes
}

const controlTime = 5 * time.Second

func askControls(ctx context.Context, hosts []monitor.ControlHost) []monitor.ControlAnswer {
	ctx, cancel := context.WithTimeout(ctx, controlTime)
	defer cancel()
	answers := make([]monitor.ControlAnswer, len(hosts))
	var all sync.WaitGroup
	for i, h := range hosts {
		all.Go(func() { answers[i] = monitor.ControlAnswer{Name: h.Name, OK: h.Ask(ctx)} })
	}
	all.Wait()
	return answers
}

// probed prints what came of asking.
func (s *shell) probed(p Probed) error {
	if s.json {
		if err := printJSON(s.Stdout, p); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Stdout, "%s\n%s\n", p.table(), wrap(p.Verdict, ""))
	}
	if !p.Good {
		return errFinding
	}
	return nil
}

func (p Probed) table() table {
	t := table{{"CHECK", "RESULT", "STATUS", "TOOK", "WHAT"}}
	for _, r := range p.Checks {
		status := ""
		if r.Status != 0 {
			status = strconv.Itoa(r.Status)
		}
		long := took(time.Duration(r.TookMS) * time.Millisecond)
		if r.Result == isTold {
			long = ""
		}
		t = append(t, []string{string(r.Check), r.Result, status, long, r.What})
	}
	return t
}
