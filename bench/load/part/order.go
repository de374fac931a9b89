package part

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Order is what a part is to do: exactly one of its fields is set.
type Order struct {
	Broker *BrokerOrder `json:"broker,omitempty"`
	Floor  *FloorOrder  `json:"floor,omitempty"`
	Engine *EngineOrder `json:"engine,omitempty"`
	Sender *SenderOrder `json:"sender,omitempty"`
}

// Serve reads an Order from in, carries it out and writes its answers to out. It is the whole life of a part's process.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("bench: a part is started by `cardwatch bench`, not by hand: %w", err)
	}
	var o Order
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("bench: order %s: %w", line, err)
	}
	told, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, lines) // ends with standard input, whatever the reason
		stop()
	}()
	answer := func(v any) error { return json.NewEncoder(out).Encode(v) }
	switch {
	case o.Broker != nil:
		return serveBroker(told, *o.Broker, answer)
	case o.Floor != nil:
		return serveFloor(told, *o.Floor, answer)
	case o.Engine != nil:
		return serveEngine(told, *o.Engine, answer)
	case o.Sender != nil:
		return serveSender(told, *o.Sender, answer)
	}
	return fmt.Errorf("bench: order %s names no part that this binary has", line)
}

// Process is a part that runs.
type Process struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	answers *json.Decoder
}

// patience is how long a part may take to end once it has been told to.
const patience = 2 * time.Minute

// Start starts a part. command is this program with the arguments that make it call Serve. Whoever started it calls Stop.
func Start(ctx context.Context, command []string, o Order) (*Process, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("bench: start %s: %w", command[0], err)
	}
	p := &Process{cmd: cmd, stdin: stdin, answers: json.NewDecoder(stdout)}
	if _, err := stdin.Write(append(line, '\n')); err != nil {
		return nil, errors.Join(fmt.Errorf("bench: order a part: %w", err), p.Stop())
	}
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Answer reads the part's next answer into v, waiting for it.
func (p *Process) Answer(v any) error {
	if err := p.answers.Decode(v); err != nil {
		return fmt.Errorf("bench: a part ended without an answer; its own error stands above: %w", err)
	}
	return nil
}

// Tell ends the part's work without waiting, so that a last answer can be read.
func (p *Process) Tell() error { return p.stdin.Close() }

// Stop ends the part's work and waits for its process.
func (p *Process) Stop() error {
	_ = p.stdin.Close() // it may be closed already
	slow := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer slow.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("bench: a part: %w", err)
	}
	return nil
}

// Ask runs a part that gives one answer.
func Ask[A any](ctx context.Context, command []string, o Order) (answer A, err error) {
	p, err := Start(ctx, command, o)
	if err != nil {
		return answer, err
	}
	err = p.Answer(&answer)
	return answer, errors.Join(err, p.Stop())
}
