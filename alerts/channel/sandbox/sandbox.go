// Package sandbox is a telephone that exists only in memory: the demo's customers read their app prompts and text messages on
// it, and the console shows it.
//
// A Phone may be used by many goroutines at once. It forgets the oldest messages beyond its bound, and everything when the
// process ends. Its switch makes it fail or hang, to show what a provider's outage does.
package sandbox

import (
	"fmt"
	"slices"
	"sync"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Bounds of what a Phone remembers.
const (
	maxCustomers   = 2000
	maxPerCustomer = 20
)

// Mode is the position of the switch.
type Mode string

// The modes.
const (
	Working Mode = "working"
	// Failing refuses every message as an unavailable provider does.
	Failing Mode = "failing"
	// Hanging answers nothing until the caller gives up.
	Hanging Mode = "hanging"
)

// Shown is one message on the telephone.
type Shown struct {
	MessageID, Customer, PromptID string
	Kind                          alerts.ChannelKind
	Purpose                       alerts.Purpose
	Language                      card.Language
	Text                          string
	// To masks itself when printed.
	To alerts.Phone
	At card.Moment
}

// Phone is the sandbox telephone of all customers.
type Phone struct {
	now       func() card.Moment
	delivered func(alerts.Receipt)

	mu      sync.Mutex
	mode    Mode
	shown   map[string][]Shown
	recency []string
}

// New makes a telephone that reads the time from now and reports each message it shows to delivered, once the message can be
// read and before Send returns. So a receipt may overtake the record that the message was accepted, as with real providers.
func New(now func() card.Moment, delivered func(alerts.Receipt)) *Phone {
	return &Phone{now: now, delivered: delivered, mode: Working, shown: map[string][]Shown{}}
}

// Channel is the telephone as a provider of one kind, App or SMS.
func (p *Phone) Channel(kind alerts.ChannelKind) channel.Channel { return line{p, kind} }

// Switch sets the mode for the attempts that begin from now on.
func (p *Phone) Switch(m Mode) error {
	if m != Working && m != Failing && m != Hanging {
		return fmt.Errorf("sandbox mode %q is none of working, failing, hanging", m)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	return nil
}

// Mode is the position of the switch.
func (p *Phone) Mode() Mode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode
}

// Messages are the newest messages of one customer, newest first.
func (p *Phone) Messages(customer string) []Shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.shown[customer])
	slices.Reverse(list)
	return list
}

// Customers lists those who have messages, the most recently written to first, at most limit.
func (p *Phone) Customers(limit int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.recency[max(len(p.recency)-limit, 0):])
	slices.Reverse(list)
	return list
}

// show puts a message on the telephone, unless it is there already, and says under which id.
func (p *Phone) show(m channel.Outgoing) (id string, isNew bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = "sandbox-" + m.MessageID
	list := p.shown[m.Customer]
	if slices.ContainsFunc(list, func(s Shown) bool { return s.MessageID == m.MessageID }) {
		return id, false
	}
	list = append(list, Shown{
		MessageID: m.MessageID, Customer: m.Customer, PromptID: m.PromptID, Kind: m.Kind, Purpose: m.Purpose,
		Language: m.Language, Text: m.Text, To: m.To, At: p.now(),
	})
	p.shown[m.Customer] = list[max(len(list)-maxPerCustomer, 0):]
	p.recency = append(slices.DeleteFunc(p.recency, func(c string) bool { return c == m.Customer }), m.Customer)
	if len(p.recency) > maxCustomers {
		delete(p.shown, p.recency[0])
		p.recency = p.recency[1:]
	}
	return id, true
}
