package rehearse

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"bellhop/monitor"
)

// A fault is what a trouble does to an attempt.
type fault struct {
	word  string
	about string
	fits  func(*monitor.Check) bool
	spoil func(o *monitor.Outcome, c *monitor.Check, since time.Duration)
}

// faults are those that scenarios can name.
var faults = []fault{
	server("500"), server("502"), server("503"), server("504"),
	{"timeout", "no answer in time", reaches, connection(monitor.FaultTimeout, "no answer from %s in time")},
	{"refused", "no connection", reaches, connection(monitor.FaultConnect, "no connection to %s: connection refused")},
	{"dns", "the name is not found", reaches, connection(monitor.FaultDNS, "the name %s does not exist")},
	{"reset", "the connection breaks", reaches, connection(monitor.FaultReset, "the connection to %s was reset")},
	{"slow", "an answer, but late: twice what the check calls slow", reaches, func(o *monitor.Outcome, c *monitor.Check, _ time.Duration) {
		o.Took = max(6*time.Second, 2*c.Slow)
	}},
	{"429", "too many requests", asksHTTP, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault, o.RetryAfter = 429, monitor.FaultQuota, 20*time.Second
	}},
	{"401", "the token is rejected", showsToken, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault, o.Forced = 401, monitor.FaultUnauthorized, 1
	}},
	{"403", "the token is good, and does not let in", showsToken, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault, o.TrackingID = 403, monitor.FaultForbidden, "a25f065f-0029-4745-9c0a-1e3127e12490"
	}},
	{"404", "it is not there", asksHTTP, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault = 404, monitor.FaultNotFound
	}},
	refusal("invalid_client", "the client's id or secret is refused", monitor.FaultClient),
	refusal("invalid_grant", "the grant is gone: no new token", monitor.FaultGrant),
	{"expiring", "the certificate ends in nine days", certifies, func(o *monitor.Outcome, _ *monitor.Check, since time.Duration) {
		left := 9*24*time.Hour - since
		end := o.At.Add(left).UTC()
		o.Fault = monitor.FaultExpiring
		o.Detail = fmt.Sprintf("the certificate ends %s UTC, in %d d %d h", end.Format(time.DateTime), int(left.Hours())/24, int(left.Hours())%24)
	}},
	{"silent", "no sign of life, no report", told, func(*monitor.Outcome, *monitor.Check, time.Duration) {}},
}

// FaultWords are the words for what can go wrong.
func FaultWords() []string {
	var words []string
	for _, f := range faults {
		words = append(words, f.word)
	}
	return words
}

// Faults says each word with what it is.
func Faults() [][2]string {
	var all [][2]string
	for _, f := range faults {
		all = append(all, [2]string{f.word, f.about})
	}
	return all
}

func known(word string) bool { return slices.Contains(FaultWords(), word) }

func faultOf(word string) fault {
	return faults[slices.IndexFunc(faults, func(f fault) bool { return f.word == word })]
}

func server(word string) fault {
	status, _ := strconv.Atoi(word)
	return fault{word, "HTTP " + word, asksHTTP, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault, o.Detail = status, monitor.FaultServer, "HTTP "+word
	}}
}

// connection is a fault in which nothing answers. A time-out takes as long as the check waits.
func connection(f monitor.Fault, detail string) func(*monitor.Outcome, *monitor.Check, time.Duration) {
	return func(o *monitor.Outcome, c *monitor.Check, _ time.Duration) {
		o.Status, o.IP, o.Fault, o.Took, o.Detail = 0, "", f, time.Millisecond, fmt.Sprintf(detail, c.Host)
		if f == monitor.FaultTimeout {
			o.Took = cmp.Or(c.Timeout, 10*time.Second)
		}
	}
}

// refusal is what the token endpoint says. A check that has a token is not concerned until that ends (world.renewed).
func refusal(word, about string, f monitor.Fault) fault {
	return fault{word, about, func(c *monitor.Check) bool { return c.Client != "" }, func(o *monitor.Outcome, _ *monitor.Check, _ time.Duration) {
		o.Status, o.Fault, o.Code, o.Detail = 400, f, word, "HTTP 400 "+word
	}}
}

// sees says whether a check can see a fault of a target. What is said of an account's token or permissions is not said
// by the token endpoint.
func sees(t Target, word string, c *monitor.Check) bool {
	f := faultOf(word)
	if (t.Kind == "account" || t.Kind == "module") && c.Forced && word != "invalid_client" && word != "invalid_grant" {
		return false
	}
	if t.Kind == "account" && c.Own && !refuses(word) {
		return false // a host of the user's own does not know what apaleo thinks of a hotel
	}
	if (word == "401" || word == "403") && (t.Kind == "host" || t.Kind == "check") && c.Own {
		return asksHTTP(c)
	}
	return f.fits(c)
}

func reaches(c *monitor.Check) bool { return c.Host != "" }

func asksHTTP(c *monitor.Check) bool {
	return c.Host != "" && !slices.Contains([]string{"tls", "dns", "tcp"}, c.Kind)
}

func showsToken(c *monitor.Check) bool {
	return asksHTTP(c) && c.Client != "" && !c.Forced && (c.Account != "" || c.Module != "")
}

func certifies(c *monitor.Check) bool { return c.Kind == "tls" }

func told(c *monitor.Check) bool { return c.Reported }
