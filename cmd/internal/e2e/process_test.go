package e2e_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is a running cardwatch.
type process struct {
	name           string
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{}
	code           int
}

// output collects what a process says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// logged is how much of a failed test's processes is shown.
const logged = 8 << 10

// start runs the binary. It is killed when the test ends; after a failure its log is shown.
func (l *lane) start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{name: name, cmd: exec.Command(l.binary, args...), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "CARDWATCH_") {
			p.cmd.Env = append(p.cmd.Env, entry)
		}
	}
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		err := p.cmd.Wait()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.code = -1
			return
		}
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		if p.running() {
			_ = p.cmd.Process.Kill() // it may have ended by itself meanwhile
		}
		<-p.ended
		if t.Failed() {
			text := p.stderr.String()
			t.Logf("%s ended with %d; the end of its log:\n%s", p.name, p.code, text[max(0, len(text)-logged):])
		}
	})
	return p
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// wait gives the exit code.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.code
	case <-time.After(patience):
		require.Fail(t, "the process does not end", p.name)
		return 0
	}
}

// signal sends a signal and gives the exit code and how long the process took to end.
func (p *process) signal(t *testing.T, sig syscall.Signal) (code int, took time.Duration) {
	t.Helper()
	began := time.Now()
	require.NoError(t, p.cmd.Process.Signal(sig))
	code = p.wait(t)
	return code, time.Since(began).Round(time.Millisecond)
}
