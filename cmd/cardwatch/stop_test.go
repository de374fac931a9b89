package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// asProcess makes the test binary the program itself, so that signals can be sent to it.
const asProcess = "CARDWATCH_TEST_AS_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		if err := os.Unsetenv(asProcess); err != nil { // the program knows no such key
			panic(err)
		}
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// process is a running `cardwatch run`.
type process struct {
	*exec.Cmd
	said  talk
	ended chan struct{}
}

// talk is what a process says.
type talk struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *talk) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *talk) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serve starts the program and waits until it works on both partitions in both roles.
func serve(t *testing.T, config string) *process {
	t.Helper()
	binary, err := os.Executable()
	require.NoError(t, err)
	s := &process{Cmd: exec.Command(binary, "run", "-c", config), ended: make(chan struct{})}
	s.Env = append(os.Environ(), asProcess+"=1")
	s.Stderr = &s.said
	require.NoError(t, s.Start())
	go func() {
		defer close(s.ended)
		_ = s.Wait() // ProcessState tells
	}()
	t.Cleanup(func() {
		_ = s.Process.Kill() // it may have ended
		<-s.ended
		if t.Failed() {
			t.Log(s.said.String())
		}
	})
	require.Eventually(t, func() bool { return strings.Count(s.said.String(), "partition is live") == 4 }, time.Minute, 20*time.Millisecond)
	return s
}

// Row 39 of the fault matrix: the first signal ends the process in order, a second one at once; neither loses anything.
func TestTheFirstSignalEndsInOrderTheSecondAtOnce(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(k.Close)
	client, err := kafka.New(kafka.Config{Brokers: k.ListenAddrs()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.CreateTopics(context.Background(), app.Topics(2, 1, app.BrokerTime, "cardwatch.monitor", "cardwatch.desk")))
	dir := t.TempDir()
	config := file(t, "cardwatch.yaml", fmt.Sprintf(`kafka: {brokers: ["%s"], session_timeout: 6s, heartbeat_interval: 500ms}
store: {dir: "%s", min_free_percent: 0}
http: {listen: "%s"}
metrics: {listen: "%s"}
`, k.ListenAddrs()[0], dir, freePort(t), freePort(t)))

	first := serve(t, config)
	require.NoError(t, first.Process.Signal(syscall.SIGTERM))
	<-first.ended
	require.Equal(t, exitInterrupted, first.ProcessState.ExitCode())
	require.Empty(t, k.GroupInfo("cardwatch.monitor").Members, "it has left its group")

	second := serve(t, config)
	var holding atomic.Bool
	k.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		return nil, fmt.Errorf("refused"), holding.Load()
	})
	holding.Store(true) // so that an end in order waits for the writes that it begins
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for running := true; running; {
		select {
		case <-second.ended:
			running = false
		case <-ticker.C:
			_ = second.Process.Signal(syscall.SIGTERM) // it may just have ended
		}
	}
	status, ok := second.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled(), "it has ended in order: %v", second.ProcessState)

	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	for partition := range 2 {
		_, found, err := db.Space('m', partition).Progress()
		require.NoError(t, err)
		require.True(t, found, "the store is whole, the next start goes on from it")
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
