package monitor_test

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
)

// ask answers for the world.
func (s *simulation) ask(c *monitor.Check, at time.Time) monitor.Outcome {
	o := monitor.Outcome{Check: c.ID(), At: at, Started: at, Took: 200 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	o.Skew = 300 * time.Millisecond
	switch {
	case c.Kind == "token-edge":
		o.Status = 400
	case c.Anonymous && strings.Contains(c.Name, "edge"):
		o.Status = 401
	case c.Kind == "tls":
		o.Status = 0
	case c.Kind == "status-page":
		o = s.page.read(o, at)
	}
	if c.Host == "" {
		o.Status, o.IP = 0, "" // it is read from a file
	}
	if c.Forced {
		o.Forced = 1
	}
	for _, what := range append([]string{"net"}, sortedKeys(s.troubles)...) { // without a way out nothing else is seen
		if tr := s.troubles[what]; concerns(what, c) && chance(c.ID(), at) < tr.share {
			o = spoil(o, c, tr, at)
		}
	}
	if s.config.Controls == 0 {
		o.Controls = nil
	}
	return o
}

// chance is a number for this attempt that is the same in every run.
func chance(id monitor.CheckID, at time.Time) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", id, at.UnixNano())
	return rand.New(rand.NewPCG(h.Sum64(), 7)).Float64()
}

// concerns says whether a check sees a trouble of what a story names.
func concerns(what string, c *monitor.Check) bool {
	kind, name, _ := strings.Cut(what, ":")
	switch kind {
	case "net":
		return c.Host != ""
	case "account":
		return c.Account == name && !c.Forced
	case "renewal": // of the token that all checks of an account share; of all accounts with *
		return c.Account == name || name == "*" && c.Account != ""
	case "client":
		return c.Account == name && c.Forced
	case "check":
		return string(c.ID()) == name || c.Name == name
	case "token":
		return c.Kind == "token-edge" || c.Forced
	case "tls":
		return c.Kind == "tls"
	case "module":
		return c.Module == name
	case "api-only":
		return c.Host == hosts["api"] && c.Account != ""
	}
	return c.Host == hosts[kind] && c.Kind != "tls"
}

// spoil turns a good outcome into what the trouble makes of it.
func spoil(o monitor.Outcome, c *monitor.Check, tr trouble, at time.Time) monitor.Outcome {
	if o.Fault != "" {
		return o
	}
	o.TrackingID = ""
	switch tr.what {
	case "502", "503", "500":
		o.Status, _ = strconv.Atoi(tr.what)
		o.Fault = monitor.FaultServer
	case "404":
		o.Status, o.Fault = 404, monitor.FaultNotFound
	case "422":
		o.Status, o.Fault = 422, monitor.FaultInvalid
		o.Messages = []string{"The following properties with provided Ids do not exist: ***"}
		o.TrackingID = "a25f065f-0029-4745-9c0a-1e3127e12490"
	case "429":
		o.Status, o.Fault, o.RetryAfter = 429, monitor.FaultQuota, 20*time.Second
	case "403":
		o.Status, o.Fault = 403, monitor.FaultForbidden
		o.TrackingID = "a25f065f-0029-4745-9c0a-1e3127e12490"
	case "401":
		o.Status, o.Fault, o.Forced = 401, monitor.FaultUnauthorized, 1
	case "invalid_client":
		o.Status, o.Fault, o.Code = 400, monitor.FaultClient, "invalid_client"
	case "unrenewed": // the token endpoint gives no new token
		o.Status, o.Fault, o.Code = 400, monitor.FaultClient, "invalid_client"
		if !c.Forced {
			o.Status, o.IP, o.Fault, o.Detail = 0, "", monitor.FaultNoToken, "no token: HTTP 400 invalid_client"
		}
	case "unkept": // the integration renews its token no more
		o.Status, o.IP, o.Fault, o.Detail = 0, "", monitor.FaultNoToken, "no token: the integration's token file has not been renewed since 09:12:00 UTC; its token ended at 10:12:00 UTC"
		if c.Kind == "kept-token" && at.Sub(tr.since) > 5*time.Minute {
			o.Fault, o.Detail = monitor.FaultOverdue, strings.TrimPrefix(o.Detail, "no token: ")
		}
	case "rotated": // a new secret is in the file, and apaleo does not know it yet
		o.Status, o.Fault, o.Code, o.SecretAge = 400, monitor.FaultClient, "invalid_client", at.Sub(tr.since)+time.Second
	case "expiring":
		o.Fault, o.Detail = monitor.FaultExpiring, "the certificate ends 2026-12-01 23:59:59 UTC, in 9 d 13 h"
	case "slow":
		o.Took = 6 * time.Second
	case "skewed":
		o.Skew = -5 * time.Minute
	case "secret":
		o.Status, o.Fault, o.Forced, o.Detail = 0, monitor.FaultSecret, 0, "no such file"
	case "suspended":
		o.Fault = monitor.FaultSuspended
	case "wrong_account":
		o.Fault, o.Detail = monitor.FaultWrongAccount, "the token is of account OTHR"
	case "refused":
		o.Status, o.Fault, o.Took, o.Controls = 0, monitor.FaultConnect, time.Millisecond, controls(true)
	case "timeout":
		o.Status, o.Fault, o.Took, o.Controls = 0, monitor.FaultTimeout, 10*time.Second, controls(true)
	case "cut":
		o.Status, o.Fault, o.Took, o.IP, o.Controls = 0, monitor.FaultDNS, time.Millisecond, "", controls(false)
	default: // how long an answer takes
		took, err := time.ParseDuration(tr.what)
		if err != nil {
			panic("no such trouble: " + tr.what)
		}
		o.Took = took
	}
	o.Detail = cmp.Or(o.Detail, told(o, c))
	return o
}

// told is what a probe adds to a fault, in package probe's words.
func told(o monitor.Outcome, c *monitor.Check) string {
	switch {
	case o.Fault == monitor.FaultConnect:
		return "no connection to " + c.Host + ": connection refused"
	case o.Fault == monitor.FaultTimeout:
		return "no answer from " + c.Host + " in time"
	case o.Fault == monitor.FaultDNS:
		return "the name " + c.Host + " does not exist"
	case o.Code != "":
		return fmt.Sprintf("HTTP %d %s", o.Status, o.Code)
	case o.Fault == monitor.FaultServer:
		return fmt.Sprintf("HTTP %d", o.Status)
	case o.Fault == monitor.FaultNotFound:
		return fmt.Sprintf("HTTP %d, and status == 200 is expected", o.Status)
	}
	return ""
}

func controls(ok bool) []monitor.ControlAnswer {
	return []monitor.ControlAnswer{{Name: "one", OK: ok}, {Name: "two", OK: ok}, {Name: "three", OK: ok}}
}
