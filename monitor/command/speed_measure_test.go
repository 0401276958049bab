package command_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/store"
)

// punctuality is how one of the two kept to the schedule.
type punctuality struct {
	deviations []time.Duration
	ticks      int
	missed     int
}

// keeps compares visits with the schedule: which ticks of a time had their visit, and how late it came.
func keeps(visits []visit, who string, first int, from, to time.Time) (p punctuality) {
	came := make([][]time.Time, speedChecks)
	for _, v := range visits {
		if v.Who == who && v.Target < speedChecks {
			came[v.Target] = append(came[v.Target], time.Unix(0, v.At))
		}
	}
	for n := first; n < speedChecks; n++ {
		at := came[n]
		for tick := speedPhase(n).Next(from); tick.Before(to); tick = tick.Add(speedEvery) {
			p.ticks++
			for len(at) > 0 && at[0].Before(tick) {
				at = at[1:]
			}
			if len(at) == 0 || at[0].Sub(tick) >= speedEvery/2 {
				p.missed++
				continue
			}
			p.deviations = append(p.deviations, at[0].Sub(tick))
		}
	}
	slices.Sort(p.deviations)
	return p
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// window watches both at work for a while. Targets before first are not counted.
func (b *bench) window(what string, first int, d time.Duration) {
	b.t.Helper()
	from, ours, theirs := time.Now(), b.cpu(b.many), b.cpu(b.loop)
	b.wait(d)
	to := time.Now()
	ours, theirs = b.cpu(b.many)-ours, b.cpu(b.loop)-theirs
	b.wait(time.Second) // for what is on its way
	visits := b.targets.visits(b.t)
	us, them := keeps(visits, "many", first, from, to.Add(-speedEvery/2)), keeps(visits, "loop", first, from, to.Add(-speedEvery/2))
	p99, loop99 := quantile(us.deviations, .99), quantile(them.deviations, .99)
	b.row("late at p50, "+what, ms(quantile(us.deviations, .5)), ms(quantile(them.deviations, .5)),
		ratio(quantile(us.deviations, .5), quantile(them.deviations, .5)), "", true)
	b.row("late at p99, "+what, ms(p99), ms(loop99), ratio(p99, loop99), "within "+ms(wantDeviation)+" of the loop", p99 <= loop99+wantDeviation)
	b.row("missed ticks, "+what, share(us), share(them), "", "0", us.missed == 0)
	probes, asked := count(visits, "many", from, to), count(visits, "loop", from, to)
	b.row("CPU per probe, "+what, perProbe(ours, probes), perProbe(theirs, asked),
		ratio(ours/time.Duration(max(probes, 1)), theirs/time.Duration(max(asked, 1))), "", true)
}

func share(p punctuality) string { return fmt.Sprintf("%d of %d", p.missed, p.ticks) }

func ms(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64) + " ms"
}

func ratio(a, b time.Duration) string { return fmt.Sprintf("%.2f", float64(a)/float64(max(b, 1))) }

func perProbe(cpu time.Duration, n int) string {
	return fmt.Sprintf("%d µs", cpu.Microseconds()/int64(max(n, 1)))
}

func count(visits []visit, who string, from, to time.Time) (n int) {
	for _, v := range visits {
		if v.Who == who && v.At >= from.UnixNano() && v.At < to.UnixNano() {
			n++
		}
	}
	return n
}

// cpu is what a process has used so far, in user and system mode (proc(5): in hundredths of a second).
func (b *bench) cpu(cmd *exec.Cmd) time.Duration {
	b.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		b.t.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

// resident is what a process holds in memory, and the most it ever did.
func (b *bench) resident(what string, cmd *exec.Cmd, want float64) {
	b.t.Helper()
	now, most := b.memory(cmd, "VmRSS:"), b.memory(cmd, "VmHWM:")
	b.row(what, fmt.Sprintf("%.1f MiB (at most %.1f)", now, most), fmt.Sprintf("%.1f MiB", b.memory(b.loop, "VmRSS:")), "", fmt.Sprintf("%.0f MiB", want), now <= want)
}

func (b *bench) memory(cmd *exec.Cmd, key string) float64 {
	b.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		b.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == key {
			kib, _ := strconv.ParseFloat(fields[1], 64)
			return kib / 1024
		}
	}
	return math.NaN()
}

// firstRound tells how soon after the start each check was asked, and how many were at once.
func (b *bench) firstRound() {
	b.t.Helper()
	visits := b.targets.visits(b.t)
	first := map[int]int64{}
	var ours, theirs []int64
	for _, v := range visits {
		switch v.Who {
		case "many":
			if _, again := first[v.Target]; !again {
				first[v.Target] = v.At
			}
			ours = append(ours, v.At)
		case "loop":
			theirs = append(theirs, v.At)
		}
	}
	var last int64
	for _, at := range first {
		last = max(last, at)
	}
	within := time.Unix(0, last).Sub(b.began)
	b.row("each check asked once, from the start of the process", fmt.Sprintf("%d after %.1f s", len(first), within.Seconds()), "", "",
		fmt.Sprintf("%d after %v", speedChecks, speedEvery), len(first) == speedChecks && within < speedEvery+2*time.Second)
	us, them := burst(ours), burst(theirs)
	b.row("most starts in a second", strconv.Itoa(us), strconv.Itoa(them), ratio(time.Duration(us), time.Duration(them)), "no burst", us <= them+them/5)
}

// burst is how many of the times fall into a second.
func burst(times []int64) (most int) {
	slices.Sort(times)
	from := 0
	for n, at := range times {
		for at-times[from] >= int64(time.Second) {
			from++
		}
		most = max(most, n-from+1)
	}
	return most
}

// failing lets a tenth of the targets fail and come back, and measures how soon their pages leave.
func (b *bench) failing() {
	b.t.Helper()
	disk := b.disk()
	b.targets.set(b.t, "fail", 0, speedHit)
	b.until(time.Minute, "all paged", func() bool { return len(b.receiver.of(monitor.EventOpened)) >= speedHit })
	b.targets.set(b.t, "", 0, speedHit)
	b.until(time.Minute, "all told that it is over", func() bool { return len(b.receiver.of(monitor.EventResolved)) >= speedHit })
	synced := disk()
	decided := b.decided()
	visits := b.targets.visits(b.t)
	var sinceDecision, sinceAnswer []time.Duration
	for _, kind := range []monitor.EventType{monitor.EventOpened, monitor.EventResolved} {
		for check, at := range b.receiver.of(kind) {
			sinceDecision = append(sinceDecision, at.Sub(decided[kind][check]))
			if took := at.Sub(decided[kind][check]); took > wantLeaving {
				b.t.Logf("%s of %s, decided at %s, left after %s", kind, check, decided[kind][check].Format("15:04:05.000"), ms(took))
			}
			if answered := lastAnswer(visits, check, at); answered > 0 {
				sinceAnswer = append(sinceAnswer, at.Sub(time.Unix(0, answered)))
			}
		}
	}
	b.leaving("from the decision to its page", sinceDecision, synced)
	b.leaving("from the deciding answer to its page", sinceAnswer, synced)
}

// leaving is a row about pages. What it is compared with are two bare commits, which each page needs: where
// they alone take most of the time that a page has, the disk is too busy to tell.
func (b *bench) leaving(what string, took, synced []time.Duration) {
	slices.Sort(took)
	slices.Sort(synced)
	p50, p99, disk := quantile(took, .5), quantile(took, .99), quantile(synced, .99)
	want := "p99 under " + ms(wantLeaving)
	busy := disk > wantLeaving/2
	if busy && p99 >= wantLeaving {
		want += "; the disk is too busy to tell"
	}
	b.row(fmt.Sprintf("%s, p50 / p99 of %d", what, len(took)), ms(p50)+" / "+ms(p99),
		fmt.Sprintf("two fsyncs: %s / %s, most %s", ms(quantile(synced, .5)), ms(disk), ms(quantile(synced, 1))), ratio(p50, quantile(synced, .5)),
		want, busy || p99 < wantLeaving)
}

// disk syncs a file of its own, twice at a time, until the function that it returns is called, which tells
// how long that took each time.
func (b *bench) disk() (stop func() []time.Duration) {
	b.t.Helper()
	f, err := os.Create(filepath.Join(b.dir, "disk"))
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	result := make(chan []time.Duration)
	go func() {
		defer f.Close()
		var took []time.Duration
		for page := make([]byte, 4096); ctx.Err() == nil; wait(ctx, 50*time.Millisecond) {
			began := time.Now()
			for range 2 {
				_, _ = f.Write(page)
				_ = f.Sync()
			}
			took = append(took, time.Since(began))
		}
		result <- took
	}()
	return func() []time.Duration {
		cancel()
		return <-result
	}
}

// lastAnswer is when a target had last answered the daemon before its page came: that answer decided.
func lastAnswer(visits []visit, check string, before time.Time) (last int64) {
	for _, v := range visits {
		if v.Who == "many" && checkName(v.Target) == check && v.Answered > last && v.Answered < before.UnixNano() {
			last = v.Answered
		}
	}
	return last
}

// decided is when each incident was, by event and cause, as the store has it.
func (b *bench) decided() map[monitor.EventType]map[string]time.Time {
	b.t.Helper()
	book, err := store.ReadOnly(b.t.Context(), filepath.Join(b.dir, "many.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer book.Close()
	saved, err := book.Load(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	all := map[monitor.EventType]map[string]time.Time{monitor.EventOpened: {}, monitor.EventResolved: {}}
	for _, e := range saved.Events {
		if known := all[e.Type]; known != nil && known[e.Incident.Cause.ID].IsZero() {
			known[e.Incident.Cause.ID] = e.At
		}
	}
	return all
}

func (b *bench) sizes() {
	b.t.Helper()
	info, err := os.Stat(b.binary)
	if err != nil {
		b.t.Fatal(err)
	}
	b.row("size of the program", fmt.Sprintf("%.1f MiB", float64(info.Size())/(1<<20)), "", "", "", true)
}
