package dispatch

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/cardwatch/cardwatch/alerts"
)

const (
	// perPhone and phoneBurst bound the text messages to one number, whoever they are for: a flood of answers to somebody who sends them in
	// a loop costs money, and the caps of a customer do not see that three of them share a telephone. Own choice.
	perPhone   = 1.0 / 10
	phoneBurst = 6
	// maxPhones is how many numbers are remembered before those that have been quiet are forgotten.
	maxPhones = 10_000
)

// phones limits the messages to each number. The zero value is ready.
type phones struct {
	mu     sync.Mutex
	limits map[alerts.Phone]*phoneLimit
}

type phoneLimit struct {
	*rate.Limiter
	// trying is how many messages to the number are on their way.
	trying int
}

// begin reserves room for one message to a number and gives 0, or tells how long the number has to be left alone. Who got room has to
// end. No number is the app's, which has no limit.
func (p *phones) begin(to alerts.Phone, now time.Time) (wait time.Duration) {
	if to == "" {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.limits[to]
	if limit == nil {
		p.forgetQuiet(now)
		limit = &phoneLimit{Limiter: rate.NewLimiter(perPhone, phoneBurst)}
		p.limits[to] = limit
	}
	if missing := float64(limit.trying+1) - limit.TokensAt(now); missing > 0 {
		// A wait that rounds to nothing would look like room that was never reserved.
		return max(time.Duration(missing/perPhone*float64(time.Second)), time.Millisecond)
	}
	limit.trying++
	return 0
}

// end counts the message if a provider took it: an attempt that failed has disturbed nobody.
func (p *phones) end(to alerts.Phone, now time.Time, taken bool) {
	if to == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.limits[to]
	limit.trying--
	if taken {
		limit.AllowN(now, 1)
	}
}

func (p *phones) forgetQuiet(now time.Time) {
	if p.limits == nil {
		p.limits = map[alerts.Phone]*phoneLimit{}
	}
	if len(p.limits) < maxPhones {
		return
	}
	for phone, limit := range p.limits {
		if limit.trying == 0 && limit.TokensAt(now) >= phoneBurst {
			delete(p.limits, phone)
		}
	}
}
