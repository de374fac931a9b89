package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// errCut is what a process without a cable sees.
var errCut = errors.New("sim: network is cut")

// host is one process's place on the network. What it sends passes a pump per direction, which takes its time; a request may
// so be applied although its answer is lost, and may arrive after its sender has given it up.
type host struct {
	network *kfake.VirtualNetwork

	mu     sync.Mutex
	rng    *rand.Rand
	slow   time.Duration
	cables map[*cable]struct{}
	// open is closed while packets pass; it is replaced by an open channel while they do not.
	open chan struct{}
	dead bool
	// fuse is called at a packet, when left reaches 0.
	fuse func()
	left int
}

func newHost(network *kfake.VirtualNetwork, rng *rand.Rand) *host {
	h := &host{network: network, rng: rng, cables: map[*cable]struct{}{}, open: make(chan struct{})}
	close(h.open)
	return h
}

// dial is kafka.Config.Dial.
func (h *host) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	gate, err := h.gate()
	if err != nil {
		return nil, err
	}
	select {
	case <-gate:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	broker, err := h.network.DialContext(ctx, kind, address)
	if err != nil {
		return nil, err
	}
	client, ours := net.Pipe()
	c := &cable{host: h, broker: broker, client: ours}
	if !h.keep(c) {
		return nil, errors.Join(errCut, broker.Close(), client.Close())
	}
	go c.pump(broker, ours, c.forGroup)
	go c.pump(ours, broker, func([]byte) {})
	return client, nil
}

// cable is one connection.
type cable struct {
	host           *host
	broker, client net.Conn
	// instant is a connection for group membership. kafka-go holds a lock while it waits for an answer on one of these; were the answer
	// to take simulated time, that could never pass.
	instant atomic.Bool
}

// pump carries bytes one way, and ends the connection when an end of it is closed.
func (c *cable) pump(to, from net.Conn, look func([]byte)) {
	buf := make([]byte, 8<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			look(buf[:n])
			pass := c.host.pass
			if c.instant.Load() {
				pass = c.host.passAtOnce
			}
			if lost := pass(); lost == nil {
				_, err = to.Write(buf[:n])
			} else {
				err = lost
			}
		}
		if err != nil {
			c.host.forget(c)
			break
		}
	}
	for err := error(nil); err == nil; {
		_, err = from.Read(buf) // what a lingering broker says to nobody
	}
}

// linger is how long a broker takes a connection for open that was lost; longer than a session.
const linger = 2 * session

// end closes the connection. A broker does not see that of one for group membership at once, as when a machine has lost its power: kfake
// would keep a member for ever whose connection is closed before its answer could be written.
func (c *cable) end() {
	closing := func() { c.broker.Close() }
	c.client.Close()
	if c.instant.Load() {
		time.AfterFunc(linger, closing)
		return
	}
	closing()
}

// forGroup recognises a request about group membership by its API key, 8 … 14.
func (c *cable) forGroup(request []byte) {
	const sizeBytes = 4
	if len(request) > sizeBytes+2 && int(binary.BigEndian.Uint32(request))+sizeBytes == len(request) {
		if key := binary.BigEndian.Uint16(request[sizeBytes:]); key >= uint16(kmsg.OffsetCommit) && key <= uint16(kmsg.SyncGroup) {
			c.instant.Store(true)
		}
	}
}

// passAtOnce takes no time; while nothing passes it is an error, as if the connection had broken.
func (h *host) passAtOnce() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead || !h.passes() {
		return errCut
	}
	return nil
}

// pass takes as long as a packet does.
func (h *host) pass() error {
	h.mu.Lock()
	delay := time.Duration(h.rng.Int64N(int64(time.Millisecond)))
	if h.rng.IntN(200) == 0 {
		delay *= 40
	}
	if h.slow > 0 {
		delay += time.Duration(h.rng.Int64N(int64(h.slow)))
	}
	burn := func() {}
	if h.left--; h.left == 0 {
		burn = h.fuse
	}
	h.mu.Unlock()
	burn()
	time.Sleep(delay)
	gate, err := h.gate()
	if err != nil {
		return err
	}
	<-gate
	_, err = h.gate()
	return err
}

func (h *host) gate() (<-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead {
		return nil, errCut
	}
	return h.open, nil
}

func (h *host) keep(c *cable) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cables[c] = struct{}{}
	return !h.dead
}

// forget ends a connection that nobody has ended yet.
func (h *host) forget(c *cable) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, kept := h.cables[c]; kept {
		delete(h.cables, c)
		c.end()
	}
}

// reset tears every connection; new ones may be opened.
func (h *host) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.cables {
		c.end()
	}
	clear(h.cables)
}

// cut ends the host for good: nothing that is under way arrives.
func (h *host) cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = true
	for c := range h.cables {
		c.end()
	}
	clear(h.cables)
	h.letPass()
}

// freeze holds every packet until thaw, also those of connections that are closed meanwhile.
func (h *host) freeze() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passes() && !h.dead {
		h.open = make(chan struct{})
	}
}

func (h *host) thaw() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.letPass()
}

// delay makes packets take up to d longer; 0 ends it.
func (h *host) delay(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slow = d
}

// atPacket calls f at the n-th packet from now on, before that leaves.
func (h *host) atPacket(n int, f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fuse, h.left = f, n
}

func (h *host) passes() bool {
	select {
	case <-h.open:
		return true
	default:
		return false
	}
}

func (h *host) letPass() {
	if !h.passes() {
		close(h.open)
	}
}
