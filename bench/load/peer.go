package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	kgo "github.com/segmentio/kafka-go"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// A peer is started as
//
//	BROKER=host:port APP=group STATE_DIR=dir COMMAND INPUT OUTPUT --customers TOPIC --records N --warmup N
//	BROKER=host:port APP=group STATE_DIR=dir COMMAND INPUT OUTPUT --customers TOPIC --serve
//
// The first works off N records of INPUT, commits, prints one line of JSON (peerAnswer) and ends; figures are of the records
// after the warm-up. The second works until it gets SIGTERM. Both commit to the consumer group APP, go on from what STATE_DIR
// holds, and write alerts that hold the ids of their events.

// peerAnswer is the line that a peer prints.
type peerAnswer struct {
	Records    int64   `json:"records"`
	PerSecond  float64 `json:"records_per_second"`
	CPUMicros  float64 `json:"cpu_us_per_record"`
	ResidentMB float64 `json:"rss_mb"`
	Alerts     int64   `json:"alerts"`
}

// command is the peer in a turn, whose state and group are its own.
func (c *contest) command(ctx context.Context, turn int, args ...string) *exec.Cmd {
	args = append([]string{wire.TransactionTopic, peerTopic, "--customers", wire.CustomerTopic}, args...)
	cmd := exec.CommandContext(ctx, c.Peer[0], append(c.Peer[1:len(c.Peer):len(c.Peer)], args...)...)
	cmd.Env = append(os.Environ(), "BROKER="+c.addr, "APP="+peerGroup+strconv.Itoa(turn),
		"STATE_DIR="+filepath.Join(c.dirs[0], "peer-"+strconv.Itoa(turn)))
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// theirs lets the peer begin anew.
func (c *contest) theirs(ctx context.Context, turn int) error {
	c.say("peers: %s, turn %d", c.Peer[0], turn+1)
	before := part.TimeOf(c.pid)
	records := strconv.FormatInt(c.uses+int64(c.Transactions), 10)
	out, err := c.command(ctx, turn, "--records", records, "--warmup", strconv.FormatInt(c.uses, 10)).Output()
	if err != nil {
		return fmt.Errorf("the peer %s: %w", c.Peer[0], err)
	}
	var a peerAnswer
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], &a); err != nil {
		return fmt.Errorf("the peer's answer %q: %w", out, err)
	}
	c.out.Runs = append(c.out.Runs, PeerRun{
		Name: c.peerName(), PerSecond: a.PerSecond, CPUMicros: a.CPUMicros, Alerts: a.Alerts,
		BrokerSeconds: (part.TimeOf(c.pid) - before).Seconds(), ResidentMB: a.ResidentMB,
	})
	return nil
}

func (c *contest) peerName() string { return filepath.Base(filepath.Dir(c.Peer[0])) }

// theirLoops goes on where the peer's last turn ended, once it has caught up with what Cardwatch's loops have written.
func (c *contest) theirLoops(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := c.command(running, turns-1, "--serve")
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the peer %s: %w", c.Peer[0], err)
	}
	planted := 0
	for _, o := range c.out.Open {
		planted += int(o.Planted)
	}
	err := c.awaitGroup(ctx, peerGroup+strconv.Itoa(turns-1))
	if err == nil {
		err = c.loops(ctx, c.peerName(), beside{series: "their", firstCard: planted, alertTopic: peerTopic, pid: cmd.Process.Pid})
	}
	stop()
	_ = cmd.Wait() // it was told to end, and how it does is its own affair
	return err
}

// awaitGroup waits until the group has committed everything that the transaction topic holds.
func (s *stage) awaitGroup(ctx context.Context, group string) error {
	ends, err := s.ends(ctx, wire.TransactionTopic)
	if err != nil {
		return err
	}
	return await(ctx, "the peer has not caught up", func(ctx context.Context) (bool, error) {
		lag, err := s.lag(ctx, group, ends)
		return lag <= 0, err
	})
}

func (s *stage) lag(ctx context.Context, group string, ends []int64) (lag int64, err error) {
	partitions := make([]int, len(ends))
	for p := range ends {
		partitions[p] = p
	}
	res, err := s.admin.OffsetFetch(ctx, &kgo.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{wire.TransactionTopic: partitions}})
	if err != nil {
		return 0, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	for _, p := range res.Topics[wire.TransactionTopic] {
		lag += ends[p.Partition] - max(p.CommittedOffset, 0)
	}
	return lag, nil
}
