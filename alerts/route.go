package alerts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// MaxSharers is how many customers of one number are heard: a family's telephone, not a switchboard's.
const MaxSharers = 8

// Route addresses a reply that names no customer to those who have the number it came from; states are theirs. One customer gets the
// reply as it is. When several share the number, it goes to each one whose open prompt it may mean, and says in AlsoOpen what else it
// may mean, so that a yes counts for nobody while it could be another's; one of the copies alone is answered. A STOP is for the number,
// so for all; what comes when nobody is asked is for whoever was asked last.
//
// A reply is routed anew after a crash. A yes then goes to nobody who has not heard it before: a prompt that was opened meanwhile is not
// what it answered.
func Route(r *Reply, sharers []*State) []Reply {
	slices.SortFunc(sharers, func(a, b *State) int { return cmp.Compare(a.Customer, b.Customer) })
	if len(sharers) == 1 {
		return []Reply{r.to(sharers[0])}
	}
	answer, mark := r.meaning()
	if heard := slices.DeleteFunc(slices.Clone(sharers), func(s *State) bool { return !s.heard(r) }); answer == Yes && len(heard) > 0 {
		sharers = heard
	}
	asked := asking(r, sharers, mark)
	if len(asked) == 0 {
		asked = asking(r, sharers, "") // nobody has the mark: the desk says so
	}
	to := make([]*State, 0, len(sharers))
	switch {
	case answer == Stop:
		to = sharers
	case len(asked) > 0:
		for _, a := range asked {
			if !slices.Contains(to, a.state) {
				to = append(to, a.state)
			}
		}
	default:
		to = append(to, lastAsked(r.From, sharers))
	}
	copies := make([]Reply, 0, len(to))
	for i, s := range to {
		c := r.to(s)
		c.Quiet = i > 0
		for _, a := range asked {
			if a.state != s {
				c.AlsoOpen = strings.TrimPrefix(c.AlsoOpen+" "+a.prompt.choice(), " ")
			}
		}
		copies = append(copies, c)
	}
	return copies
}

func (r *Reply) to(s *State) Reply {
	c := *r
	c.Customer = s.Customer
	return c
}

// meaning is what a reply says, by its button or its words.
func (r *Reply) meaning() (answer Answer, mark string) {
	if r.Answer != Unclear {
		return r.Answer, ""
	}
	return ParseReply(r.Text)
}

// question is one customer's open prompt.
type question struct {
	state  *State
	prompt *Prompt
}

// asking lists the open prompts that a reply may mean: bound to its number and, when it names a mark or a prompt, of that name.
func asking(r *Reply, sharers []*State, mark string) (open []question) {
	for _, s := range sharers {
		for i := range s.Prompts {
			p := &s.Prompts[i]
			if p.State == PromptOpen && p.To == r.From && (mark == "" || p.Mark == mark) && (r.PromptID == "" || p.ID == r.PromptID) {
				open = append(open, question{s, p})
			}
		}
	}
	return open
}

// lastAsked is the customer whose prompt over a number is the newest; the first when none of them was ever asked.
func lastAsked(from Phone, sharers []*State) *State {
	newest := func(s *State) (at card.Moment) {
		for i := range s.Prompts {
			if p := &s.Prompts[i]; p.To == from && at.Before(p.OpenedAt) {
				at = p.OpenedAt
			}
		}
		return at
	}
	return slices.MaxFunc(sharers, func(a, b *State) int { return cmp.Compare(newest(a).UnixMilli, newest(b).UnixMilli) })
}

// heard reports whether the customer's desk has had a reply before.
func (s *State) heard(r *Reply) bool {
	event, provider := hash64("event", r.ID), hash64("provider", string(r.Channel), r.ProviderMessageID)
	return slices.ContainsFunc(s.seen, func(e seenEvent) bool {
		return r.ID != "" && e.hash == event || r.ProviderMessageID != "" && e.hash == provider
	})
}

// choice names a prompt among several: its mark and its card.
func (p *Prompt) choice() string { return p.Mark + "=" + lastFour(p.Card) }
