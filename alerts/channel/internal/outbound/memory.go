package outbound

import (
	"sync"

	"github.com/cardwatch/cardwatch/alerts/channel"
)

// remembered is how many accepted messages a Memory holds: those of several minutes at the highest load.
const remembered = 10_000

// Memory holds what a provider accepted last, for providers that do not recognise a message by its id. It does not outlive the
// process: a message whose acceptance was not recorded before a crash can go out once more.
type Memory struct {
	mu       sync.Mutex
	accepted map[string]channel.Accepted
	ids      []string
	next     int
}

// Find gives what came of a message that was accepted before.
func (m *Memory) Find(messageID string) (channel.Accepted, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accepted[messageID]
	return a, ok
}

// Keep remembers a message that was accepted, in place of the oldest one when there are too many.
func (m *Memory) Keep(messageID string, a channel.Accepted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accepted == nil {
		m.accepted = map[string]channel.Accepted{}
	}
	if _, ok := m.accepted[messageID]; ok {
		return
	}
	m.accepted[messageID] = a
	if len(m.ids) < remembered {
		m.ids = append(m.ids, messageID)
		return
	}
	delete(m.accepted, m.ids[m.next])
	m.ids[m.next] = messageID
	m.next = (m.next + 1) % remembered
}
