package monitor

import (
	"fmt"
	"time"
)

// noticeSilent is followed by the hotels that fell silent together: the first, and how many more.
const noticeSilent = "hotels-silent/"

// missing finds the hotels that are reported no longer while others are, and tells of all that are found at once in
// one notice. Nobody is missed for the time in which reports could not come, or did not.
func (d *draft) missing(at time.Time) {
	var silent []string
	for _, account := range d.hotelAccounts() {
		h := d.hotel(account)
		since := latest(h.Seen, latest(d.sight.listens, d.sight.steady))
		if !h.Silent && at.Sub(since) > d.b.pace.HotelSilent {
			silent = append(silent, account)
		}
	}
	if len(silent) == 0 {
		return
	}
	told := silent[0]
	if more := len(silent) - 1; more > 0 {
		told = fmt.Sprintf("%s and %d more", told, more)
	}
	if n := d.notice(noticeSilent + told); n != nil && !n.Over { // of as many others, of whom one is back meanwhile
		told += ", missed since " + d.clock(d.now)
	}
	for _, account := range silent {
		h := d.editHotel(account)
		h.Silent, h.ToldAs = true, told
	}
	text, next := d.silentText(silent)
	d.notify(noticeSilent+told, text, next, false)
}

func (d *draft) silentText(accounts []string) (text, next string) {
	h := d.hotel(accounts[0])
	next = "Its open incidents stay open, and its own state is unknown from now on. If it has left, `bellhop hotels forget " + h.Account + "` ends that; if not, see why the integration does not report it."
	if len(accounts) == 1 {
		return fmt.Sprintf("Hotel %s is no longer reported since %s, while others are.", d.hotelName(h.Account), d.clock(h.Seen)), next
	}
	next = "Their open incidents stay open, and their own state is unknown from now on. See why the integration does not report them; `bellhop hotels forget HOTEL` is for one that has left."
	return fmt.Sprintf("%s are no longer reported since %s, while others are: %s.",
		count(len(accounts), "hotel"), d.clock(h.Seen), d.namesOf(accounts)), next
}

// returned says that hotels which had fallen silent are reported again, or are forgotten; a notice is over with the
// last of those that it told of.
func (d *draft) returned(accounts []string, what string) {
	last := map[string]*Hotel{} // by what the notice calls them
	for _, account := range accounts {
		if h := d.hotel(account); h != nil && h.Silent {
			h = d.editHotel(account)
			last[h.ToldAs] = h
			h.Silent, h.ToldAs = false, ""
		}
	}
	if len(last) == 0 {
		return
	}
	for _, account := range d.hotelAccounts() {
		if h := d.hotel(account); h.Silent {
			delete(last, h.ToldAs)
		}
	}
	for _, told := range sortedKeys(last) {
		text := fmt.Sprintf("Hotel %s %s.", d.hotelName(last[told].Account), what)
		if told != last[told].Account {
			text = fmt.Sprintf("Of hotel %s none is missing any more: they are reported again, or have left.", told)
		}
		d.notify(noticeSilent+told, text, "Nothing to do.", true)
	}
}
