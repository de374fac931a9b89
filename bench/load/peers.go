package load

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Peers is Cardwatch beside another implementation, on the same topics of the same broker, in turn.
type Peers struct {
	scene
	// Transactions is how many each run measures, after every card's history.
	Transactions int       `json:"transactions"`
	Runs         []PeerRun `json:"runs"`
	// Open holds the open loops: first Cardwatch's at every rate, then the peer's.
	Open []PeerOpen `json:"open_loop"`
}

// PeerRun is one of them working off the backlog from empty states.
type PeerRun struct {
	Name      string  `json:"name"`
	PerSecond float64 `json:"records_per_second"`
	CPUMicros float64 `json:"cpu_us_per_record"`
	// BrokerSeconds is the broker's processor time over the whole run, history included.
	BrokerSeconds float64 `json:"broker_cpu_seconds"`
	ResidentMB    float64 `json:"rss_mb"`
	// Alerts counts records of its alert topic, history included.
	Alerts int64 `json:"alerts"`
}

// PeerOpen is one open loop and who alerted in it.
type PeerOpen struct {
	Name string `json:"name"`
	Open
}

const (
	us = "cardwatch"
	// peerTopic is the peer's alert topic, peerGroup its consumer group, followed by the number of the run.
	peerTopic = "peer.alert.v1"
	peerGroup = "bench-peer-"
	// turns is how often each works off the backlog.
	turns = 2
)

func (b *bench) peers(ctx context.Context) (err error) {
	if len(b.Peer) == 0 {
		return errors.New("--peer is missing: the command of the other implementation, bench/peers/kafka-streams/run for one")
	}
	s, err := b.setUp(ctx, b.first())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	c, err := b.newContest(ctx, s)
	if err != nil {
		return err
	}
	for turn := range turns {
		if err := c.ours(ctx, turn); err != nil {
			return err
		}
		if err := c.theirs(ctx, turn); err != nil {
			return err
		}
	}
	if err := errors.Join(c.ourLoops(ctx), c.theirLoops(ctx)); err != nil {
		return err
	}
	b.result.Peers = &c.out
	b.say("peers:\n%s", c.table())
	return nil
}

// contest is the peers suite on its stage.
type contest struct {
	*bench
	*stage
	out     Peers
	now     int64
	history int64 // records before the measurement: profiles, and uses of every card
	uses    int64 // of which are uses
	group   string
}

func (b *bench) newContest(ctx context.Context, s *stage) (*contest, error) {
	if err := s.create(ctx, []kafka.TopicSpec{{Name: peerTopic, Partitions: s.Partitions, ReplicationFactor: 1}}); err != nil {
		return nil, err
	}
	f, err := b.newFiller(s, b.History*s.Cards+b.Transactions, trafficEnd)
	if err != nil {
		return nil, err
	}
	if _, err := b.history(ctx, f, b.History); err != nil {
		return nil, err
	}
	c := &contest{bench: b, stage: s, out: Peers{scene: s.scene, Transactions: b.Transactions}}
	c.uses, c.history = int64(f.written), int64(s.Cards+f.written)
	if _, err := f.uses(ctx, b.Transactions); err != nil {
		return nil, err
	}
	c.now = f.now()
	return c, nil
}

// ours lets Cardwatch begin anew, with nothing on its disk and nothing of its own on the broker.
func (c *contest) ours(ctx context.Context, turn int) (err error) {
	if c.storeDir, err = c.dir(c.Dir, "turn"); err != nil {
		return err
	}
	c.group = fmt.Sprintf("%s-%d", group, turn)
	if turn > 0 {
		if err := c.renewOutputs(ctx); err != nil {
			return err
		}
	}
	c.say("peers: %s, turn %d", us, turn+1)
	before := part.TimeOf(c.pid)
	a, err := c.engine(ctx, c.stage, part.EngineOrder{
		Group: c.group, Records: c.history + int64(c.Transactions), Skip: c.history, Now: c.now,
	})
	if err != nil {
		return err
	}
	alerts, err := c.alerts(ctx)
	c.out.Runs = append(c.out.Runs, PeerRun{
		Name: us, PerSecond: a.Measured.PerSecond, CPUMicros: a.Measured.CPUMicros, Alerts: alerts,
		BrokerSeconds: (part.TimeOf(c.pid) - before).Seconds(), ResidentMB: float64(a.Memory.Resident >> 20),
	})
	return err
}

// renewOutputs empties every topic but those that were filled.
func (c *contest) renewOutputs(ctx context.Context) error {
	var names []string
	var specs []kafka.TopicSpec
	for _, spec := range topics(c.stage.Partitions) {
		if spec.Name != wire.CustomerTopic && spec.Name != wire.TransactionTopic {
			names, specs = append(names, spec.Name), append(specs, spec)
		}
	}
	if err := c.deleteTopics(ctx, names); err != nil {
		return err
	}
	return c.create(ctx, specs)
}

// ourLoops goes on where Cardwatch's last turn ended.
func (c *contest) ourLoops(ctx context.Context) error {
	engine, err := part.Start(ctx, c.PartCommand, c.order(part.EngineOrder{Group: c.group}))
	if err != nil {
		return err
	}
	err = engine.Answer(&part.Ready{})
	if err == nil {
		err = c.loops(ctx, us, beside{series: "our", alertTopic: wire.AlertTopic, pid: engine.PID()})
	}
	return errors.Join(err, engine.Stop())
}

func (c *contest) loops(ctx context.Context, name string, by beside) error {
	opens, err := c.openLoops(ctx, c.stage, by)
	for _, o := range opens {
		c.out.Open = append(c.out.Open, PeerOpen{name, o})
	}
	return err
}

// table is the result for people.
func (c *contest) table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "who\ttx/s\tCPU µs/tx\tbroker CPU s\trss MB\talerts\t")
	for _, r := range c.out.Runs {
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.1f\t%.0f\t%d\t\n", r.Name, r.PerSecond, r.CPUMicros, r.BrokerSeconds, r.ResidentMB, r.Alerts)
	}
	fmt.Fprintln(w, "who\trate\tp50 ms\tp99 ms\tp99.9 ms\tCPU µs/tx\t")
	for _, o := range c.out.Open {
		l := o.FromIntended
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t\n", o.Name, o.Rate, l.P50, l.P99, l.P999, o.CPUMicros)
	}
	_ = w.Flush() // into memory
	return text.String()
}
