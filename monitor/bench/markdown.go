package bench

import (
	"cmp"
	"fmt"
	"strings"
)

// Page is docs/detection.md: what was measured, how, and what came of it.
func Page(r *Run, rows []Row, all []Standing) string {
	var b strings.Builder
	fmt.Fprintf(&b, pageHead, r.Seeds, r.Seed, r.Wide, r.Causes, float64(r.Years)/yearParts, missed(rows))
	b.WriteString("| world | figure | must | aim | measured | mark |\n|---|---|---|---|---|---|\n")
	last := ""
	for _, row := range rows {
		world := row.World
		if world == last {
			world = ""
		}
		last = row.World
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", world, row.Figure, cmp.Or(row.Must, "-"), cmp.Or(row.Aim, "-"), row.Measured, row.Mark())
	}
	b.WriteString(pageRivals)
	b.WriteString("| world | figure |")
	for _, s := range all {
		b.WriteString(" " + s.Name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, part := range figures() {
		for _, f := range part {
			fmt.Fprintf(&b, "| %s | %s |", f.world, f.name)
			for _, s := range all {
				b.WriteString(" " + f.say(s) + " |")
			}
			b.WriteString("\n")
		}
	}
	b.WriteString(pageHow + pageCauses + pageDetector)
	return b.String()
}

// missed says in a sentence how the table came out.
func missed(rows []Row) string {
	asked, met, aimed := 0, 0, 0
	var not []string
	for _, r := range rows {
		if r.Must == "" {
			continue
		}
		asked++
		switch {
		case r.Met && r.Aimed:
			met, aimed = met+1, aimed+1
		case r.Met:
			met++
		default:
			not = append(not, r.World+": "+r.Figure)
		}
	}
	s := fmt.Sprintf("Of %d figures that something is asked of, %d are met, %d of these with what they aim at.", asked, met, aimed)
	if len(not) > 0 {
		s += " Missed: " + strings.Join(not, "; ") + "."
	}
	return s
}

const pageHead = `# How well trouble is told from noise

Written by ` + "`make bench-detection`" + `, and not by hand. %d worlds of each kind, seed %d; %d of those with accounts or reports; %d of
each cause; %.1f check-years of the quiet and of the noisy world. The same seed gives the same figures on any machine. Run it with
your own: ` + "`make bench-detection SEEDS=500 SEED=42`" + `.

%s

One check asks once a minute, and failures are fast, unless the row says otherwise. A message is a post or broadcast that
people see as new: opened, reopened, resolved; an edit of what is there counts for nothing, and notices (about bellhop and
its set-up, they never page) are counted in rows of their own. Times run from the true beginning of a trouble to the
message, which is as a receiver that answers at once gets it. In brackets are the bounds between which the rate lies in 95
of 100 cases. A dash is that nothing is asked of the figure.

`

const pageRivals = `
## Beside the rules of other monitors

The same worlds, played to rules that were written anew after what is publicly known of these monitors. The rules ask
one thing; what people do to make them quieter or quicker is their own. A median counts what was never told: "never" is
that half or more went untold.

![Told after how long, by the share of attempts that fail](detection.svg)

`

const pageHow = `
"429 burst" is the share of ten-minute bursts of 429 that are told as an outage. "Days between" and "stands for" are the
mistake recurrence and duration of Chen, Toueg and Aguilera (IEEE ToC 51(5), 2002). A "lived year" has the quiet world's
noise, twelve outages of 2 to 60 min and twelve brown-outs of 30 min in which 15 to 60 % fail: precision is the share of
alarms that are about one of these, recall the share of these that are told.

| rule | as played |
|---|---|
| Gatus 3/2 | every 60 s; 3 failures in a row, 2 good ones in a row |
| Uptime Kuma | every 60 s; retries 0, its default: the first failure, the first good one |
| Uptime Kuma 3x20 s | every 60 s; 3 retries 20 s apart, then down; the first good one is up |
| Icinga | check_interval 5 min, retry_interval 1 min, max_check_attempts 3, its defaults; flapping off, its default |
| Prometheus for 2m | probe_success == 0 for 2m, scraped and evaluated every 15 s; Alertmanager's group_wait 30 s, group_interval 5 min |
| Prometheus avg 5m | avg_over_time(probe_success[5m]) < 0.8 for 1m; the same |
| burn rate 14.4 | the SRE workbook's fast page for 99.9 %, over 1 h and 5 min of probes each minute; the same Alertmanager |

## How it is measured

A world is made from the run's seed, its number and its kind: stretches of time in which a share of what is asked of a
host, a module, an account or everything fails, and how; what happens to bellhop itself; and what is true: from when to
when something is wrong, and what. Beginnings fall anywhere between two probes. Whether an attempt fails is a hash of the
seed, the check and the time, so it does not depend on who else asks.

The whole book is played, in virtual time: the product's own planner, evidence, signals, causes, incidents, and what
receivers are owed (` + "`monitor/rehearse`" + `). Nothing is re-implemented but the world, the store and the receivers,
and nothing sleeps. An alarm counts as told for a trouble if it begins between the trouble's beginning and a minute after
its end; any other is false. Alarms of the quiet and of the noisy world are all false, though the longest of their blips
are real outages of a minute.

- *quiet*: 0.2 % of attempts fail, each by itself, and once a day everything does, for 8 s on average (exponential).
- *noisy*: 1 %, and four times a day for 10 s.
- *brown-out*: for 30 min a share of attempts fails, each by itself.
- *30 requests/min*: one probe a minute, and an integration that reports the requests of each minute at its end, half of
  them to each of two modules; 0.5 % of them fail when all is well.
- *flaps*: as long down as up, ten times.
- *429 burst*: 70 % of answers for ten minutes. *rolling deploy*: five times ten seconds, two to three minutes apart.
- *suspend*: the machine sleeps for two hours, and half an hour of them is an outage.
- *own network down*: no name is found for ten minutes, of apaleo's or of the control hosts.
- *token renewed*: for ten seconds the token endpoint fails, for twenty the old token is refused.

What the figures do not show: transient failures are independent and blips exponential, which real ones are not quite;
one network and one machine; a clock that is set back (it is tested with the engine); receivers that are slow or dead (they
are tested with the outbox).
`
