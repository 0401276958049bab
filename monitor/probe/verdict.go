package probe

import (
	"cmp"
	"encoding/json"
	"fmt"

	"bellhop/monitor"
)

// statusFault is what an unexpected status means (docs/apaleo.md, section B). A 401 counts as unauthorized only if a token
// was sent: without one it is what any stranger gets.
func statusFault(status int, authorized bool) monitor.Fault {
	switch {
	case status == 401 && authorized:
		return monitor.FaultUnauthorized
	case status == 403:
		return monitor.FaultForbidden
	case status == 404, status == 405, status == 415:
		return monitor.FaultNotFound
	case status == 422:
		return monitor.FaultInvalid
	case status == 429:
		return monitor.FaultQuota
	case status >= 500:
		return monitor.FaultServer
	case status >= 400:
		return monitor.FaultClientError
	}
	return monitor.FaultUnexpected
}

// judge reads an answer by an expectation. The first term that does not hold decides: one that looks at the
// content of an answer whose status is as it should be is a wrong body, anything else is the status's fault.
func (ans *answer) judge(e *expectation, authorized bool) {
	if ans.Fault != monitor.FaultNone {
		return
	}
	f := e.reads.facts(ans.Status, ans.header, ans.body)
	statusKnown := false
	for _, t := range e.terms {
		if ans.blocked(t) {
			return
		}
		if t.holds(f) {
			statusKnown = statusKnown || t.reads.status
			continue
		}
		ans.unmet(t, statusKnown, authorized)
		return
	}
	if ans.cut != monitor.FaultNone {
		ans.Fault = ans.cut
	}
}

// blocked is whether a term cannot be told because the body is not all there.
func (ans *answer) blocked(t term) bool {
	switch {
	case !t.reads.content() || ans.Status >= 400:
		return false
	case ans.cut != monitor.FaultNone:
		ans.Fault = ans.cut
	case ans.over:
		ans.Fault = monitor.FaultTooLarge
		ans.Detail = fmt.Sprintf("the body has more than %d KiB", maxBody>>10)
	}
	return ans.Fault != monitor.FaultNone
}

func (ans *answer) unmet(t term, statusKnown, authorized bool) {
	onlyStatus := t.reads == uses{status: true}
	if onlyStatus || !statusKnown && ans.Status >= 400 {
		ans.Fault = statusFault(ans.Status, authorized)
		ans.Detail = fmt.Sprintf("HTTP %d", ans.Status)
		if ans.Status < 500 && t.text != "" { // that a server's own failure is not what was expected need not be said
			ans.Detail += fmt.Sprintf(", and %s is expected", t.text)
		}
	} else {
		ans.Fault = monitor.FaultBody
		ans.Detail = cmp.Or(t.text, "what is expected") + " is not so"
	}
	ans.keepBody()
	if ans.Status == 422 {
		ans.Messages, ans.Code = messages(ans.body)
	}
}

// refusalTypes are what a webhook subscription is refused for (docs/apaleo.md, section 4), and how they are called here.
var refusalTypes = map[string]string{
	"HealthcheckFailed": "healthcheck_failed", "EnabledForAnotherEndpoint": "enabled_for_another_endpoint", "InvalidPropertyId": "invalid_property_id",
}

// messages reads apaleo's MessageItemCollection, or what is said of a webhook subscription (docs/apaleo.md, sections
// 3 and 4): the texts, masked, and the type if it is a known one.
func messages(body []byte) (texts []string, code string) {
	var v struct {
		Messages []string `json:"messages"`
		Type     string   `json:"type"`
		Message  string   `json:"message"`
	}
	if json.Unmarshal(body, &v) != nil {
		return nil, ""
	}
	if code = refusalTypes[v.Type]; code != "" {
		v.Messages = append(v.Messages, v.Message)
	}
	return Mask(v.Messages), code
}
