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

// returned says that a hotel that had fallen silent is reported again, or is forgotten; the notice is over with the
// last of those that it told of.
func (d *draft) returned(h *Hotel, what string) {
	if !h.Silent {
		return
	}
	told := h.ToldAs
	h.Silent, h.ToldAs = false, ""
	for _, account := range d.hotelAccounts() {
		if other := d.hotel(account); other.Silent && other.ToldAs == told {
			return
		}
	}
	text := fmt.Sprintf("Hotel %s %s.", d.hotelName(h.Account), what)
	if told != h.Account {
		text = fmt.Sprintf("Of hotel %s none is missing any more: they are reported again, or have left.", told)
	}
	d.notify(noticeSilent+told, text, "Nothing to do.", true)
}
