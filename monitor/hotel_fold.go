package monitor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// hotel is a reported account's record, or nil.
func (d *draft) hotel(account string) *Hotel {
	if h, ok := d.c.Hotels[account]; ok {
		return h
	}
	return d.b.hotels[account]
}

// editHotel is a record of the draft's own, or nil.
func (d *draft) editHotel(account string) *Hotel {
	if h, ok := d.c.Hotels[account]; ok {
		return h
	}
	old := d.b.hotels[account]
	if old == nil {
		return nil
	}
	h := *old
	set(&d.c.Hotels, account, &h)
	return &h
}

// hotelAccounts lists the reported accounts, in a fixed order.
func (d *draft) hotelAccounts() []string {
	all := make([]string, 0, len(d.b.hotels)+len(d.c.Hotels))
	for account := range d.b.hotels {
		if d.hotel(account) != nil && account != "" {
			all = append(all, account)
		}
	}
	for account, h := range d.c.Hotels {
		if d.b.hotels[account] == nil && h != nil && account != "" {
			all = append(all, account)
		}
	}
	return sorted(all)
}

// hotelsMax is how many hotels are watched: four times what is promised. More are a mistake of the reporter's, as when
// it sends ids of something else for codes, which must not cost bellhop its memory.
const hotelsMax = 20_000

const noticeCrowd = "hotels-crowd"

// crowded tells that hotels were reported for which there is no room, or that there is room again.
func (d *draft) crowded(refused, hotels int) {
	switch {
	case refused > 0:
		d.notify(noticeCrowd, fmt.Sprintf("More than %d hotels are reported. Those that came last are not watched.", hotelsMax),
			"See whether the integration reports apaleo's account codes, and nothing else for them: `bellhop hotels` lists them, `bellhop hotels forget HOTEL` drops one.", false)
	case hotels < hotelsMax:
		d.notify(noticeCrowd, "There is room for the hotels that are reported.", "Nothing to do.", true)
	}
}

// meet makes records of the accounts that a report names for the first time, drops those that it calls gone, and
// has the checks of both follow.
func (d *draft) meet(accounts []AccountReport, r Report) {
	var gone []string
	changed, refused, hotels := false, 0, len(d.watched.hotels)
	for _, a := range accounts {
		account := d.watched.account(a.Code)
		h := d.editHotel(account)
		switch {
		case a.Gone && h != nil:
			gone = append(gone, account)
		case !a.Gone && h == nil && hotels >= hotelsMax:
			refused++
		case !a.Gone && h == nil:
			hotels++
			h = &Hotel{Account: account, Code: a.Code, First: r.At, Seen: r.At}
			set(&d.c.Hotels, account, h)
			changed = true
		}
		if h != nil && h.Key == "" {
			h.Key = publicKey(r.Random, a.Code)
		}
	}
	d.crowded(refused, hotels)
	if changed && len(gone) == 0 {
		d.watched = d.made(d.watched.config, d.watched.hotels)
	}
	d.part(gone)
}

// publicKey is a key that nobody can guess: 128 bits out of bellhop's own random ones, in the alphabet of
// addresses. Without enough of those there is none.
func publicKey(random []byte, code string) string {
	if len(random) < 16 {
		return ""
	}
	mac := hmac.New(sha256.New, random)
	mac.Write([]byte(code))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// part drops hotels that are served no longer: what is open of them ends.
func (d *draft) part(accounts []string) {
	if len(accounts) == 0 {
		return
	}
	d.returned(accounts, "is watched no longer")
	for _, account := range accounts {
		set(&d.c.Hotels, account, nil)
	}
	d.watched = d.made(d.watched.config, d.watched.hotels)
	var gone []CheckID
	for _, id := range d.known() {
		if d.watched.checks[id] == nil {
			gone = append(gone, id)
		}
	}
	d.unwatch(gone, ChangeGone)
	for _, id := range gone {
		d.removeRow(id)
	}
	d.c.Urgent = true
}

// made is the graph of a watchlist with the checks of all hotels there are. Those in old are taken as they are.
func (d *draft) made(r Reconfigure, old map[string][]*Check) *watched {
	hotels := map[string][]*Check{}
	d.rename(r.Reported)
	for _, account := range d.hotelAccounts() {
		checks, ok := old[account]
		if !ok && r.Reported.Hotel != nil {
			checks = r.Reported.Hotel(account)
		}
		hotels[account] = checks
	}
	return newWatched(r, d.b.pace, hotels, func(c *Check) bool { return !c.pooledTraffic() || d.streamOf(c) != nil })
}

// rename gives hotels the names that the watchlist has for their codes by now.
func (d *draft) rename(r Reported) {
	for _, account := range d.hotelAccounts() {
		h := d.hotel(account)
		name := h.Code
		if configured := r.Accounts[h.Code]; configured != "" {
			name = configured
		}
		if name == account || d.hotel(name) != nil {
			continue
		}
		h = d.editHotel(account)
		h.Account = name
		set(&d.c.Hotels, name, h)
		set(&d.c.Hotels, account, nil)
	}
}

// hotelOrder does what an operator asks of a hotel.
func (d *draft) hotelOrder(o HotelOrder) {
	if o.Account == "" || d.hotel(o.Account) == nil {
		return
	}
	switch h := d.editHotel(o.Account); o.What {
	case HotelForget:
		d.part([]string{o.Account})
	case HotelRekey:
		if key := publicKey(o.Random, h.Code); key != "" {
			h.Key = key
		}
		d.c.Urgent = true
	}
}

// namesOf names accounts as people call them, at most so many of them.
func (d *draft) namesOf(accounts []string) string {
	names := make([]string, 0, hotelsNamed+1)
	for _, account := range accounts[:min(len(accounts), hotelsNamed)] {
		names = append(names, d.hotelName(account))
	}
	if more := len(accounts) - hotelsNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return list(names)
}
