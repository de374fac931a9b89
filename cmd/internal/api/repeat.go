package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

// repeats remembers which request an Idempotency-Key came with. It only serves to say that a key was used for something else: that a repeated
// request acts once follows from the id of its event, which the desk knows for a day, whatever has restarted meanwhile.
type repeats struct {
	mu sync.Mutex
	// newest and older hold up to maxRepeats keys each; when newest is full it becomes older.
	newest, older map[string][sha256.Size]byte
}

// maxRepeats bounds the memory: some megabytes.
const maxRepeats = 20_000

func newRepeats() *repeats { return &repeats{newest: map[string][sha256.Size]byte{}} }

// note keeps what a key came with first and reports whether this is the same.
func (m *repeats) note(key string, request [sha256.Size]byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, found := m.newest[key]
	if !found {
		known, found = m.older[key]
	}
	if found {
		return known == request
	}
	if len(m.newest) >= maxRepeats {
		m.newest, m.older = map[string][sha256.Size]byte{}, m.newest
	}
	m.newest[key] = request
	return true
}

// once gives what the ids of a request's events are made from: its Idempotency-Key and what is asked, so that asking twice acts once; without
// a key something new. what is the request's body as it was read.
func (s *Server) once(r *request, what any) (string, *Problem) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" && len(r.Header.Values("Idempotency-Key")) == 0 {
		return rand.Text(), nil
	}
	if !isKey(key) {
		return "", refusal(CodeBadKey)
	}
	body, err := json.Marshal(what)
	if err != nil {
		return "", s.failed(r, err)
	}
	request := sha256.Sum256([]byte(r.Method + " " + r.URL.Path + "\x00" + r.caller.actor + "\x00" + string(body)))
	if !s.repeat.note(r.caller.name+"\x00"+key, request) {
		return "", refusal(CodeKeyReused)
	}
	return clerk.ActID("key", key, r.caller.name, hex.EncodeToString(request[:])), nil
}

func isKey(key string) bool {
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(key) >= 1 && len(key) <= 64
}
