package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// wire is a network inside a bubble of testing/synctest: time passes only when everybody waits.
type wire struct {
	conns chan net.Conn
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	c, ok := <-w.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.conns) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// reader is somebody who listens to the events.
type reader struct {
	conn net.Conn
	in   *bufio.Reader
}

// listen opens a stream on a server of its own connection and leaves its answer unread.
func (w *wire) listen(t *testing.T, secret, after string) *reader {
	ours, theirs := net.Pipe()
	w.conns <- theirs
	ask := "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + secret + "\r\n"
	if after != "" {
		ask += "Last-Event-ID: " + after + "\r\n"
	}
	_, err := ours.Write([]byte(ask + "\r\n"))
	require.NoError(t, err)
	return &reader{ours, bufio.NewReader(ours)}
}

// status reads the head of the answer.
func (r *reader) status(t *testing.T) string {
	status, err := r.in.ReadString('\n')
	require.NoError(t, err)
	for {
		line, err := r.in.ReadString('\n')
		require.NoError(t, err)
		if line == "\r\n" {
			return strings.TrimSpace(status)
		}
	}
}

// until reads until a line begins with a prefix; it gives the line.
func (r *reader) until(t *testing.T, prefix string) string {
	for {
		line, err := r.in.ReadString('\n')
		require.NoError(t, err, "waiting for %q", prefix)
		if strings.HasPrefix(line, prefix) {
			return strings.TrimSpace(line)
		}
	}
}

// streaming runs a test against the API over the network, in a bubble.
func streaming(t *testing.T, test func(t *testing.T, o *office, w *wire)) {
	o := newOffice(t)
	synctest.Test(t, func(t *testing.T) {
		o.t = t
		o.open() // the hub's channels belong to the bubble
		w := &wire{conns: make(chan net.Conn)}
		server := &http.Server{Handler: o.server}
		go func() { _ = server.Serve(w) }()
		test(t, o, w)
		o.server.Close()
		require.NoError(t, server.Close())
		synctest.Wait()
	})
}

func TestEventsTellWhatChangesAndGoOnWhereTheyWere(t *testing.T) {
	streaming(t, func(t *testing.T, o *office, w *wire) {
		r := w.listen(t, "r-secret", "")
		require.Equal(t, "HTTP/1.1 200 OK", r.status(t))
		r.until(t, "retry:")
		synctest.Wait()
		id := o.Finding("cust-1", "tok-9f31-4477")
		last := strings.TrimPrefix(r.until(t, "id: "), "id: ")
		r.until(t, "event: change")
		data := r.until(t, "data: ")
		require.Contains(t, data, `"customer_id":"cust-1"`)
		require.Contains(t, data, `"id":"`+id+`","state":"new","queue":"first"`)
		require.NotContains(t, data, "9f31")
		r.until(t, ": still here")
		require.NoError(t, r.conn.Close())

		o.Finding("cust-2", "tok-2") // while nobody listens
		again := w.listen(t, "r-secret", last)
		again.status(t)
		require.Contains(t, again.until(t, "data: "), `"customer_id":"cust-2"`)
		require.NoError(t, again.conn.Close())
	})
}

func TestAReaderFromTooLongAgoBeginsAnew(t *testing.T) {
	streaming(t, func(t *testing.T, o *office, w *wire) {
		for i := range 300 { // more than the ring holds
			o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
		}
		for _, last := range []string{"m", "!", fmt.Sprint(uint64(1) << 50), "mh34"} {
			r := w.listen(t, "r-secret", last)
			r.status(t)
			r.until(t, "event: reset")
			require.NoError(t, r.conn.Close())
			synctest.Wait()
		}
	})
}

func TestACallerHasThreeStreams(t *testing.T) {
	streaming(t, func(t *testing.T, _ *office, w *wire) {
		var open []*reader
		for range 3 {
			r := w.listen(t, "r-secret", "")
			require.Equal(t, "HTTP/1.1 200 OK", r.status(t))
			r.until(t, "retry:")
			open = append(open, r)
		}
		refused := w.listen(t, "r-secret", "")
		require.Equal(t, "HTTP/1.1 429 Too Many Requests", refused.status(t))
		require.NoError(t, refused.conn.Close())
		other := w.listen(t, "a-secret", "")
		require.Equal(t, "HTTP/1.1 200 OK", other.status(t), "another caller is not affected")
		require.NoError(t, open[0].conn.Close())
		synctest.Wait()
		again := w.listen(t, "r-secret", "")
		require.Equal(t, "HTTP/1.1 200 OK", again.status(t))
		for _, r := range append(open[1:], other, again) {
			require.NoError(t, r.conn.Close())
		}
	})
}

// Fault 45: one who takes nothing is dropped after ten seconds, and neither the desk nor the other readers wait for them.
func TestASlowReaderIsDroppedAndHoldsNobodyUp(t *testing.T) {
	streaming(t, func(t *testing.T, o *office, w *wire) {
		slow := w.listen(t, "a-secret", "")
		fast := w.listen(t, "r-secret", "")
		fast.status(t)
		fast.until(t, "retry:")
		start := time.Now()
		for i := range 50 {
			o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
			require.Contains(t, fast.until(t, "data: "), fmt.Sprintf(`"customer_id":"cust-%d"`, i))
		}
		require.Zero(t, time.Since(start), "nobody has waited for the slow one")
		fast.until(t, ": still here")
		synctest.Wait()
		_, err := slow.conn.Write([]byte("x"))
		require.Error(t, err, "the slow one's connection is closed")
		require.NoError(t, fast.conn.Close())
	})
}

func TestStreamsEndWithTheServer(t *testing.T) {
	o := newOffice(t)
	synctest.Test(t, func(t *testing.T) {
		o.t = t
		o.open()
		w := &wire{conns: make(chan net.Conn)}
		server := &http.Server{Handler: o.server}
		go func() { _ = server.Serve(w) }()
		r := w.listen(t, "r-secret", "")
		r.status(t)
		r.until(t, "retry:")
		o.server.Close()
		go func() { _, _ = r.in.Discard(1 << 20) }() // reads on until the end
		require.NoError(t, server.Shutdown(context.Background()))
		require.NoError(t, r.conn.Close())
		synctest.Wait()
	})
}
