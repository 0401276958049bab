package probe

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"bellhop/monitor"
)

// JWKS asks for the keys that tokens are signed with, at the address that the discovery document names now.
func JWKS(discoveryURL string, t *Transport) (monitor.Probe, error) {
	first, err := newHTTP(HTTPConfig{Transport: t, URL: discoveryURL, Expect: "status == 200 && json.jwks_uri != nil"})
	if err != nil {
		return nil, err
	}
	expect, err := compileExpect("status == 200 && len(json.keys) > 0")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, a monitor.Attempt) monitor.Outcome {
		began := now(a)
		ans := first.answer(ctx, a)
		if ans.Fault != monitor.FaultNone {
			ans.Detail = "discovery: " + ans.Detail
			return ans.Outcome
		}
		document, _ := decode(ans.body).(map[string]any)
		uri, _ := document["jwks_uri"].(string)
		u, err := address(uri)
		if err != nil || u.Scheme != first.question.url.Scheme {
			ans.Fault, ans.Detail = monitor.FaultBody, "discovery: jwks_uri is no address that can be asked"
			return ans.Outcome
		}
		second := httpProbe{transport: t, question: question{method: http.MethodGet, url: u}, expect: expect}
		return began.stamp(second.answer(ctx, a)).Outcome
	}, nil
}

// Control makes a question to a host that has nothing to do with apaleo: can we reach anybody? Any HTTP answer
// says yes, but where the address promises a certain one (…/generate_204, …/success.txt) only that, so that
// a portal that catches every request is seen for what it is.
func Control(controlURL string, t *Transport) (func(ctx context.Context) bool, error) {
	if t == nil {
		return nil, errors.New("no transport")
	}
	u, err := address(controlURL)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) bool {
		ans := t.do(ctx, monitor.Attempt{Fresh: true}, &question{method: http.MethodGet, url: u})
		switch {
		case ans.Fault != monitor.FaultNone:
			return false
		case strings.HasSuffix(u.Path, "/generate_204"):
			return ans.Status == http.StatusNoContent
		case strings.HasSuffix(u.Path, "/success.txt"):
			return ans.Status == http.StatusOK && strings.TrimSpace(string(ans.body)) == "success"
		}
		return true
	}, nil
}
