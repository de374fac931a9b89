package gen

import (
	"fmt"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// shopText is what a record says of a shop, ready to be appended: before and after the entry mode.
type shopText struct{ before, after string }

// write prepares the texts of shops and cities, once.
func (t *Traffic) write() {
	for i := range t.world.merchants {
		m := &t.world.merchants[i]
		point := ""
		if m.place.HasPoint {
			point = fmt.Sprintf(`,"lat":%s,"lon":%s`, decimal(m.place.Lat), decimal(m.place.Lon))
		}
		t.shops = append(t.shops, shopText{
			before: fmt.Sprintf(`,"mcc":"%04d","merchant_id":"%s","merchant_name":"%s","terminal_id":"%s","entry_mode":"`,
				m.mcc, m.id, m.name, m.terminal),
			after: fmt.Sprintf(`","city":"%s"%s,"country":"%s"}`, m.place.City, point, m.place.Country),
		})
	}
	for _, c := range t.world.cities {
		t.cityText = append(t.cityText, fmt.Sprintf(`,"home_city":"%s","home_lat":%s,"home_lon":%s`, c.Code, decimal(c.Lat), decimal(c.Lon)))
	}
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// locatedShop is the first shop from k on whose terminal knows its point: without one there is no distance.
func (w *world) locatedShop(city, trade, k int) uint32 {
	for i := range merchantsPerTrade {
		if s := w.shop(city, trade, k+i); w.merchants[s].place.HasPoint {
			return s
		}
	}
	return w.shop(city, trade, k)
}

// AppendToken appends the customer's token, which is the key of all of its records.
func AppendToken(dst []byte, customer int) []byte { return appendNumber(append(dst, 'c'), customer) }

// appendNumber appends seven digits.
func appendNumber(dst []byte, n int) []byte {
	dst = append(dst, "0000000"...)
	for i := len(dst) - 1; n > 0; i, n = i-1, n/10 {
		dst[i] = '0' + byte(n%10)
	}
	return dst
}

// Profile appends the customer's record of cards.customer.v1.
func (t *Traffic) Profile(dst []byte, customer int, at int64) []byte {
	dst = appendNumber(append(dst, `{"event_id":"c`...), customer)
	dst = appendNumber(append(dst, `p1","customer_id":"c`...), customer)
	dst = append(dst, `","updated_at":"`...)
	dst = t.date.append(dst, at)
	dst = append(dst, '"')
	dst = append(dst, t.cityText[t.home(customer)]...)
	dst = append(dst, `,"timezone":"Asia/Shanghai","monthly_income_minor":`...)
	dst = strconv.AppendInt(dst, int64(1_000_000*t.level(customer)), 10)
	return append(dst, `,"currency":"CNY","language":"zh-CN","segment":"mass"}`...)
}

// appendID appends the event_id of a use.
func (t *Traffic) appendID(dst []byte, number uint64) []byte {
	return strconv.AppendUint(append(append(dst, t.config.Series...), 't'), number, 10)
}

// appendAs appends a use as a record of cards.transaction.v1, its members in the order of wire.AppendTransaction.
func (t *Traffic) appendAs(dst []byte, u *use, id []byte) []byte {
	dst = append(append(dst, `{"event_id":"`...), id...)
	dst = appendNumber(append(dst, `","customer_id":"c`...), u.customer)
	dst = t.date.append(append(dst, `","occurred_at":"`...), u.at)
	dst = appendNumber(append(dst, `","card_id":"k`...), u.customer)
	dst = appendNumber(append(dst, `a","account_id":"a`...), u.customer)
	dst = append(append(dst, `","type":"`...), u.typ.String()...)
	if u.declined {
		dst = append(dst, `","status":"declined","response_code":"51","amount_minor":`...)
	} else {
		dst = append(dst, `","status":"approved","response_code":"00","amount_minor":`...)
	}
	dst = strconv.AppendInt(dst, u.amount, 10)
	dst = append(dst, `,"currency":"CNY"`...)
	if u.typ == card.Reversal {
		dst = append(t.appendID(append(dst, `,"original_event_id":"`...), u.original), '"')
	}
	shop := &t.shops[u.shop]
	dst = append(dst, shop.before...)
	dst = append(dst, u.entry.String()...)
	return append(dst, shop.after...)
}

// dateText writes moments in China as RFC 3339; it keeps the day's text, since a stream of records rarely leaves the day.
type dateText struct {
	day  int
	text string
}

func (d *dateText) append(dst []byte, at int64) []byte {
	if day := dayOf(at); day != d.day || d.text == "" {
		d.day, d.text = day, moment(at).String()[:len("2006-01-02T")]
	}
	ms := at - midnight(d.day)
	dst = append(dst, d.text...)
	dst = append(appendTwo(dst, ms/hour), ':')
	dst = append(appendTwo(dst, ms/minute%60), ':')
	dst = append(appendTwo(dst, ms/second%60), '.', '0'+byte(ms/100%10))
	return append(appendTwo(dst, ms%100), "+08:00"...)
}

func appendTwo(dst []byte, n int64) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }
