package probe

import "bellhop/monitor"

// A refusal is that the token endpoint has refused this client lately: there is no new token because there is
// none for it.
type refusal struct{ answer answer }

func (r *refusal) Error() string { return r.answer.Detail }

// refused is the refusal that an answer of the token endpoint is, nil if it is none.
func refused(ans answer) error {
	if ans.Fault == monitor.FaultClient || ans.Fault == monitor.FaultGrant || ans.Fault == monitor.FaultScope {
		return &refusal{ans}
	}
	return nil
}
