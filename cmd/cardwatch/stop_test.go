package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
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
	said  bytes.Buffer
	ended chan struct{}
}

// serve starts the program and waits until it is ready.
func serve(t *testing.T, config, probes string) *process {
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
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + probes + "/readyz")
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}, time.Minute, 20*time.Millisecond, "not ready")
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
	probes := freePort(t)
	config := file(t, "cardwatch.yaml", fmt.Sprintf(`kafka: {brokers: ["%s"], session_timeout: 6s, heartbeat_interval: 500ms}
store: {dir: "%s", min_free_percent: 0}
http: {listen: "%s"}
metrics: {listen: "%s"}
`, k.ListenAddrs()[0], t.TempDir(), freePort(t), probes))

	first := serve(t, config, probes)
	require.NoError(t, first.Process.Signal(syscall.SIGTERM))
	<-first.ended
	require.Equal(t, exitInterrupted, first.ProcessState.ExitCode())
	require.Empty(t, k.GroupInfo("cardwatch.monitor").Members, "it has left its group")

	second := serve(t, config, probes)
	var holding atomic.Bool
	k.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		return nil, fmt.Errorf("refused"), holding.Load()
	})
	holding.Store(true) // so that an end in order takes its time
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
	holding.Store(false)

	third := serve(t, config, probes)
	require.NoError(t, third.Process.Signal(os.Interrupt))
	<-third.ended
	require.Equal(t, exitInterrupted, third.ProcessState.ExitCode())
	require.NotContains(t, third.said.String(), "damaged")
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
