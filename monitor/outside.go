package monitor

import "time"

// One answer does not prove that there is a way out: where the line drops nearly all, one in twenty gets through. While
// the control hosts cannot be reached, it is counted by hosts: those that answer against those that do not.

// lostFor is for how long a host counts as lost that could not be reached, and gotFor for how long as there, at the
// real pace.
const (
	lostFor = 90 * time.Second
	gotFor  = 30 * time.Second
)

// reached notes that a host answered, as far as that is in doubt of any.
func (d *draft) reached(host string) {
	if len(d.sight.lost) > 0 {
		s := d.editSight()
		delete(s.lost, host)
		set(&s.got, host, d.now)
	}
}

// missed notes that a host could not be reached.
func (d *draft) missed(host string) {
	s := d.editSight()
	delete(s.got, host)
	set(&s.lost, host, d.now)
	for other, at := range s.lost {
		if !d.within(at, d.b.pace.Of(lostFor)) {
			delete(s.lost, other)
		}
	}
}

// mostlyLost says whether fewer than twice as many hosts have answered since one could not be reached as could not: by
// chance, or while the last line of several goes, one or two still do.
func (d *draft) mostlyLost() bool {
	return 2*d.hostsWithin(d.sight.lost, lostFor) > d.hostsWithin(d.sight.got, gotFor)
}

func (d *draft) hostsWithin(hosts map[string]time.Time, span time.Duration) (n int) {
	for _, at := range hosts {
		if d.within(at, d.b.pace.Of(span)) {
			n++
		}
	}
	return n
}
