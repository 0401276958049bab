package monitor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrUnknown is what Refused fails with (errors.Is) where what an act names is not there. Every other refusal is of what
// is asked, or comes too late.
var ErrUnknown = errors.New("not known")

// unknownError says in words of its own what is not known.
type unknownError string

func unknown(format string, args ...any) error { return unknownError(fmt.Sprintf(format, args...)) }

// Error is what is not known.
func (e unknownError) Error() string { return string(e) }

// Is makes it an ErrUnknown.
func (e unknownError) Is(target error) bool { return target == ErrUnknown }

// longest is how long an act may last: nobody means ten years, and what was forgotten must come up again.
const longest = 366 * 24 * time.Hour

// Refused says why an act cannot be done as things stand, in words for who asked; nil is that it can.
func (a Act) Refused(s *Snapshot) error {
	if err := a.invalid(s.At); err != nil {
		return err
	}
	if a.Kind == ActLift {
		if !slices.ContainsFunc(s.Silences, func(x *Silence) bool { return x.ID == a.Lifts }) {
			return unknown("there is no silence, maintenance or pause %s that is in force or to come", a.Lifts)
		}
		return nil
	}
	if a.Kind == ActResume {
		return a.resumable(s)
	}
	if n := s.standing(); a.lasts() && n >= silencesMax {
		return fmt.Errorf("%d silences are in force or to come, no more than %d can be: lift some", n, silencesMax)
	}
	if a.Target.Incident != "" {
		return a.incidentOf(s)
	}
	_, err := a.Target.found(s)
	return err
}

// lasts says whether an act is one that is in force for a time.
func (a Act) lasts() bool {
	return a.Kind == ActSilence || a.Kind == ActMaintenance || a.Kind == ActPause
}

// standing is how many silences people asked for that are in force or to come.
func (s *Snapshot) standing() int {
	n := 0
	for _, x := range s.Silences {
		if x.ID != "" {
			n++
		}
	}
	return n
}

// invalid says what is wrong with an act, whatever there is to act on.
func (a Act) invalid(now time.Time) error {
	t := a.Target
	ofIncident := t.Incident != "" && len(t.Checks)+len(t.Accounts)+len(t.Labels) == 0
	switch {
	case a.ID == "":
		return errors.New("an act needs an id")
	case strings.TrimSpace(a.By) == "":
		return errors.New("say who you are")
	case !slices.Contains(actKinds, a.Kind):
		return fmt.Errorf("%q is not one of the things that can be done", a.Kind)
	case a.Kind == ActLift && a.Lifts == "":
		return errors.New("say what is to be lifted")
	case a.Kind != ActLift && t.empty():
		return errors.New("say what it is about")
	case slices.Contains(ofIncidents, a.Kind) && !ofIncident:
		return fmt.Errorf("say which incident: %s is of one alone", a.Kind)
	case slices.Contains(ofChecks, a.Kind) && t.Incident != "":
		return fmt.Errorf("%s is of checks, accounts or labels, not of an incident", a.Kind)
	case a.Kind == ActNote && strings.TrimSpace(a.Why) == "":
		return errors.New("a note needs a text")
	case !a.Until.IsZero() && !a.Until.After(now):
		return fmt.Errorf("%s is past", sinceClock(a.Until, now))
	case !a.Until.IsZero() && !a.Until.After(a.From):
		return errors.New("it ends before it begins")
	case a.Until.Sub(now) > longest || a.From.Sub(now) > longest:
		return errors.New("it reaches further than a year: ask for less, and again then")
	case a.lasts() && a.Kind != ActPause && a.Until.IsZero() && !ofIncident:
		return errors.New("say until when: only what is of an incident ends with it")
	}
	return nil
}

// What acts there are, those of incidents, and those of checks.
var (
	actKinds    = []ActKind{ActAcknowledge, ActUnacknowledge, ActSilence, ActMaintenance, ActPause, ActResume, ActNote, ActLift}
	ofIncidents = []ActKind{ActAcknowledge, ActUnacknowledge, ActNote}
	ofChecks    = []ActKind{ActMaintenance, ActPause, ActResume}
)

// incidentOf says why nothing can be done about an incident.
func (a Act) incidentOf(s *Snapshot) error {
	is := func(i *Incident) bool { return i.ID == a.Target.Incident }
	if n := slices.IndexFunc(s.Open, is); n >= 0 {
		if a.Kind == ActUnacknowledge && s.Open[n].Ack == nil {
			return errors.New("nobody has acknowledged it")
		}
		return nil
	}
	n := slices.IndexFunc(s.Recent, is)
	switch {
	case n < 0:
		return unknown("there is no incident %s, or it ended long ago", a.Target.Incident)
	case a.Kind == ActNote:
		return nil
	case s.Recent[n].Into != "":
		return fmt.Errorf("the incident became part of %s at %s", s.Recent[n].Into, sinceClock(s.Recent[n].Updated, s.At))
	}
	return fmt.Errorf("the incident ended at %s", sinceClock(s.Recent[n].Ended, s.At))
}

// found are the checks that a target means, or why there are none.
func (t Target) found(s *Snapshot) ([]*CheckView, error) {
	var all []*CheckView
	named, accounts := map[CheckID]bool{}, map[string]bool{}
	for k := range s.Checks {
		c := s.Checks[k].Check
		named[c.ID()], named[CheckID(c.Name)], accounts[c.Account] = true, true, true
		if t.Covers("", c) {
			all = append(all, &s.Checks[k])
		}
	}
	for _, id := range t.Checks {
		if !named[id] {
			return nil, unknown("there is no check %s", id)
		}
	}
	for _, account := range t.Accounts {
		if account == "" || !accounts[account] {
			return nil, unknown("there is no account %q that anything is watched of", account)
		}
	}
	if len(all) == 0 {
		return nil, unknown("nothing that is watched is all of that")
	}
	return all, nil
}

// resumable says why checks cannot be asked again.
func (a Act) resumable(s *Snapshot) error {
	found, err := a.Target.found(s)
	if err != nil {
		return err
	}
	meant, paused := map[CheckID]bool{}, 0
	for _, v := range found {
		meant[v.Check.ID()] = true
		if v.Check.Paused {
			return fmt.Errorf("%s is paused in the configuration: take `paused: true` out of it there", v.Check.ID())
		}
	}
	for _, p := range s.Silences {
		of, others := 0, CheckID("")
		for _, v := range s.Checks {
			switch id := v.Check.ID(); {
			case p.Kind != ActPause || !p.Target.Covers("", v.Check):
			case meant[id]:
				of++
			default:
				others = id
			}
		}
		if of > 0 && others != "" {
			return fmt.Errorf("it is paused together with %s: lift %s, and pause again what is to stay so", others, p.ID)
		}
		paused += of
	}
	if paused == 0 {
		return errors.New("it is not paused")
	}
	return nil
}
