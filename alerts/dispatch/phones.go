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
	limits map[alerts.Phone]*rate.Limiter
}

// wait tells how long a number has to be left alone, 0 when it may be written to now.
func (p *phones) wait(to alerts.Phone, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.limits[to]
	if limit == nil {
		return 0
	}
	missing := 1 - limit.TokensAt(now)
	return max(0, time.Duration(missing/perPhone*float64(time.Second)))
}

// took notes a message that was sent to a number; no number is the app's.
func (p *phones) took(to alerts.Phone, now time.Time) {
	if to == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limits[to] == nil {
		p.forgetQuiet(now)
		p.limits[to] = rate.NewLimiter(perPhone, phoneBurst)
	}
	p.limits[to].AllowN(now, 1)
}

func (p *phones) forgetQuiet(now time.Time) {
	if p.limits == nil {
		p.limits = map[alerts.Phone]*rate.Limiter{}
	}
	if len(p.limits) < maxPhones {
		return
	}
	for phone, limit := range p.limits {
		if limit.TokensAt(now) >= phoneBurst {
			delete(p.limits, phone)
		}
	}
}
