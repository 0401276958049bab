package monitor_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// What stories say of the integration:
//
//	10:00:00 reports H001..H300 booking 200:40 502:3 token ok scopes a.read,b.read pings 5m events 5
//	10:05:00 reports H007 token invalid_grant     this changes, the rest of it goes on
//	10:06:00 reports H001..H300 stop              they are reported no more
//	10:06:00 report ALPN booking timeout:20       one report besides, now, of this alone
//	10:07:00 second H001..H300 token ok           besides, 30 seconds after, by another instance of the integration
//	10:07:00 reports every 5m                     instead of each minute, of as much time
//	10:07:00 repeat                               the last report comes once more
//	10:08:00 reports H009 gone                    told once, and not reported any more
//	10:09:00 forget H010                          by the operator
//	10:10:00 beat nightly, beat nightly fail, beats nightly 1h, beats nightly stop
//
// reports are sent once a minute, 20 seconds after it began. Accounts are a code, several with commas between, or a
// range. Of an account can be told:
//
//	MODULE 200:40 502:3 timeout:2    requests by status or fault; a module without any is not told any more
//	token ok | invalid_grant | invalid_client | timeout | 503   a good one lives an hour, at a phase of each account
//	token 503 due                    from when the account's token is asked for the next time
//	scopes a.read,b.read             that its tokens carry
//	scopes a.read due                from when the account's token is asked for the next time
//	pings 5m                         arrive so often
//	pings 2m ago                     the last one came so long before each report
//	pings stop                       none arrive from now on
//	pings lost                       none arrive, and what was known of pings and events is not known any more
//	events 5                         in each minute; the last one 10 seconds before the report
//	events stop
//	called NAME
type integration struct {
	accounts map[string]*reported
	second   map[string]*reported // by another instance
	every    time.Duration        // 0 is a minute
	last     monitor.Report
	sent     int
	beats    map[monitor.CheckID]beating
	muted    bool // it sends nothing
}

// beating is a job that sends a sign of life so often.
type beating struct {
	every time.Duration
	from  time.Time
}

// reported is what the integration knows of an account.
type reported struct {
	code, name string
	modules    map[string][]monitor.Count
	token      string
	since      time.Time // when the token came to be as it is
	mended     time.Time // when there were tokens again
	due        bool      // it is so from the next time that it is asked for
	scopes     []string
	carried    []string  // scopes before
	rescoped   time.Time // when scopes came to be as they are
	pings      time.Duration
	ago        bool // pings is how long before each report the last one came
	ping       time.Time
	webhooks   bool
	events     int
	event      time.Time
	gone       bool
}

// accountsOf reads codes: "ALPN", "ALPN,BERG", "H001..H300".
func accountsOf(t *testing.T, word string) (codes []string) {
	for part := range strings.SplitSeq(word, ",") {
		from, to, isRange := strings.Cut(part, "..")
		if !isRange {
			codes = append(codes, part)
			continue
		}
		prefix := strings.TrimRight(from, "0123456789")
		a, err := strconv.Atoi(from[len(prefix):])
		b, err2 := strconv.Atoi(strings.TrimPrefix(to, prefix))
		if err != nil || err2 != nil {
			t.Fatalf("%q is no range of accounts", part)
		}
		for n := a; n <= b; n++ {
			codes = append(codes, fmt.Sprintf("%s%0*d", prefix, len(from)-len(prefix), n))
		}
	}
	return codes
}

// integrate does what a line says of the integration; it says whether the line was of it.
func (s *simulation) integrate(words []string) bool {
	switch words[0] {
	case "reports":
		s.muted = len(words) == 2 && words[1] == "stop"
		switch {
		case len(words) == 3 && words[1] == "every":
			s.every, _ = time.ParseDuration(words[2])
		case len(words) > 2:
			s.changeReports(s.accounts, words[1], words[2:])
		}
	case "second":
		s.changeReports(s.second, words[1], words[2:])
	case "report":
		var accounts []monitor.AccountReport
		for _, code := range accountsOf(s.t, words[1]) {
			r := &reported{code: code, modules: map[string][]monitor.Count{}}
			r.change(s.t, words[2:], s.now)
			accounts = append(accounts, r.report(s.now))
		}
		s.sendReport(accounts)
	case "repeat":
		s.last.At = s.now
		s.feed(s.last)
	case "forget":
		s.feed(monitor.HotelOrder{At: s.now, Account: words[1], What: monitor.HotelForget})
	case "beat":
		s.feed(monitor.Beat{At: s.now, Check: monitor.CheckID(words[1]), Fail: len(words) > 2})
	case "beats":
		delete(s.beats, monitor.CheckID(words[1]))
		if every, err := time.ParseDuration(words[2]); err == nil {
			s.beats[monitor.CheckID(words[1])] = beating{every, s.now}
		}
	default:
		return false
	}
	return true
}

func (s *simulation) changeReports(of map[string]*reported, who string, words []string) {
	for _, code := range accountsOf(s.t, who) {
		r := of[code]
		if r == nil {
			r = &reported{code: code, modules: map[string][]monitor.Count{}}
			of[code] = r
		}
		if words[0] == "stop" {
			delete(of, code)
			continue
		}
		r.change(s.t, words, s.now)
	}
}

// change takes in what a line says of an account.
func (r *reported) change(t *testing.T, words []string, now time.Time) {
	for len(words) > 0 {
		n := 2
		switch words[0] {
		case "gone":
			r.gone, n = true, 1
		case "called":
			r.name = words[1]
		case "token":
			if words[1] == "ok" && r.token != "" && r.token != "ok" {
				r.mended = now
			}
			r.token, r.since, r.due = words[1], now, len(words) > 2 && words[2] == "due"
			n += one(r.due)
		case "scopes":
			r.carried, r.scopes, r.rescoped = r.scopes, strings.Split(words[1], ","), now
			if len(words) > 2 && words[2] == "due" {
				n++
			} else {
				r.carried = r.scopes
			}
		case "pings":
			r.ping, r.webhooks = r.lastPing(now), true
			r.pings, _ = time.ParseDuration(words[1])
			r.ago = len(words) > 2 && words[2] == "ago"
			n += one(r.ago)
			if words[1] == "lost" {
				r.ping, r.event = time.Time{}, time.Time{}
			}
		case "events":
			r.events, _ = strconv.Atoi(words[1])
			r.webhooks = true
		default:
			n = r.requests(t, words)
		}
		words = words[n:]
	}
}

func one(so bool) int {
	if so {
		return 1
	}
	return 0
}

// requests reads a module and its counts, and how many words that were.
func (r *reported) requests(t *testing.T, words []string) int {
	module, n := words[0], 1
	var counts []monitor.Count
	for ; n < len(words); n++ {
		what, many, ok := strings.Cut(words[n], ":")
		if !ok {
			break
		}
		c := monitor.Count{Module: module}
		var err error
		if c.N, err = strconv.Atoi(many); err != nil {
			t.Fatalf("%q is no count", words[n])
		}
		if c.Status, err = strconv.Atoi(what); err != nil {
			c.Fault = monitor.Fault(what)
		}
		counts = append(counts, c)
	}
	if r.modules[module] = counts; len(counts) == 0 {
		delete(r.modules, module)
	}
	return n
}

// asked is when the account's token was asked for the last time: once an hour.
func (r *reported) asked(now time.Time) time.Time {
	h := fnv.New64a()
	h.Write([]byte(r.code))
	phase := time.Duration(h.Sum64() % uint64(time.Hour))
	return now.Add(-phase).Truncate(time.Hour).Add(phase)
}

func (r *reported) lastPing(now time.Time) time.Time {
	switch {
	case r.pings == 0:
		return r.ping
	case r.ago:
		return now.Add(-r.pings)
	}
	return now.Truncate(r.pings)
}

// report is what the integration tells of the account in a minute.
func (r *reported) report(now time.Time) monitor.AccountReport {
	a := monitor.AccountReport{Code: r.code, Name: r.name, Gone: r.gone}
	for _, module := range sortedKeys(r.modules) {
		a.Requests = append(a.Requests, r.modules[module]...)
	}
	if r.token != "" {
		a.Token = r.tokenReport(now)
	}
	if r.webhooks {
		if r.events > 0 {
			r.event = now.Add(-10 * time.Second)
		}
		a.Webhooks = &monitor.WebhookReport{LastPing: r.lastPing(now), LastEvent: r.event, Events: r.events}
	}
	return a
}

// tokenReport is what came of the last token request: one that failed for a moment is made again each minute.
func (r *reported) tokenReport(now time.Time) *monitor.TokenReport {
	asked := r.asked(now)
	if asked.Before(r.mended) {
		asked = r.mended
	}
	good := &monitor.TokenReport{At: asked, Status: 200, Expires: asked.Add(time.Hour), Scopes: r.scopes}
	if asked.Before(r.rescoped) {
		good.Scopes = r.carried
	}
	switch bad := (&monitor.TokenReport{At: now, Status: 400, Code: r.token, Fault: monitor.Fault(r.token)}); {
	case r.token == "ok":
		return good
	case r.due && asked.Before(r.since):
		return good
	case r.token == "timeout":
		bad.Status, bad.Code = 0, ""
		return bad
	case strings.HasPrefix(r.token, "5"):
		bad.Status, _ = strconv.Atoi(r.token)
		bad.Fault, bad.Code = monitor.FaultServer, ""
		return bad
	default:
		bad.At = r.since
		if r.due {
			bad.At = asked
		}
		return bad
	}
}

// reportAll sends what is due at this second.
func (s *simulation) reportAll() {
	for _, id := range slices.Sorted(maps.Keys(s.beats)) {
		if b := s.beats[id]; s.now.Sub(b.from)%b.every == 0 {
			s.feed(monitor.Beat{At: s.now, Check: id})
		}
	}
	every := max(s.every, time.Minute)
	if s.now.Add(-20*time.Second).Unix()%int64(every/time.Second) == 0 {
		s.reportOn(s.accounts)
	}
	if s.now.Unix()%60 == 50 {
		s.reportOn(s.second)
	}
}

func (s *simulation) reportOn(of map[string]*reported) {
	if s.muted || len(of) == 0 {
		return
	}
	var accounts []monitor.AccountReport
	for _, code := range sortedKeys(of) {
		r := of[code]
		accounts = append(accounts, r.report(s.now))
		if r.gone {
			delete(of, code)
		}
	}
	s.sendReport(accounts)
}

func (s *simulation) sendReport(accounts []monitor.AccountReport) {
	s.sent++
	random := strings.Repeat(fmt.Sprintf("%08d", s.sent), 4)
	s.last = monitor.Report{At: s.now, ID: fmt.Sprint("report ", s.sent), Covers: max(s.every, time.Minute), Accounts: accounts, Random: []byte(random)}
	s.feed(s.last)
}

// beatCheck reads "nightly @every 1h grace 10m": the name of a job, how often it sends a sign of life, and how late
// that may be.
func beatCheck(words []string) *monitor.Check {
	every, err := time.ParseDuration(words[2])
	grace, err2 := time.ParseDuration(words[4])
	if err != nil || err2 != nil || words[1] != "@every" || words[3] != "grace" {
		panic(fmt.Sprint("no such heartbeat: ", words))
	}
	c := own(words[0], "")
	c.Kind, c.Reported, c.Path, c.Anonymous = monitor.KindBeat, true, nil, false
	c.Every, c.Grace, c.Schedule, c.Spec = every, grace, monitor.AfterSchedule(every), "@every "+words[2]
	return c
}
