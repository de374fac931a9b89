package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// world is everything that is simulated.
type world struct {
	cfg        Config
	rng        *rand.Rand
	partitions int
	// limits, writeBehind, budget and standby are how the engines are set.
	limits      stream.Limits
	writeBehind time.Duration
	budget      int64
	delivery    time.Duration
	standby     bool
	// rules are the monitor's, by version; the newest is what a process starts with.
	rules   []*detectors.Monitor
	rollOut time.Duration
	policy  *alerts.Desk
	network kfake.VirtualNetwork
	cluster *kfake.Cluster
	workers []*worker
	carrier *carrier

	// closed sends the staff home.
	closed atomic.Bool

	mu     sync.Mutex
	report Report
	begun  time.Time
	// unheard are the clients whose heartbeats the coordinator does not get, although they get an answer.
	unheard map[string]bool
	acts    int
}

func newWorld(cfg Config) (*world, error) {
	w := &world{cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 0)), begun: time.Now(), unheard: map[string]bool{}}
	w.report.Faults, w.carrier = map[string]int{}, newCarrier(w)
	w.partitions = 2 + w.rng.IntN(3)
	w.writeBehind = [...]time.Duration{0, 300 * time.Millisecond, 2 * time.Second, 10 * time.Second}[w.rng.IntN(4)]
	w.budget = [...]int64{16 << 10, 256 << 20}[w.rng.IntN(2)]
	w.standby = w.rng.IntN(2) == 0
	w.rollOut = [...]time.Duration{5 * time.Second, 10 * time.Second, 100 * time.Hour}[w.rng.IntN(3)]
	w.delivery = [...]time.Duration{4 * time.Second, 30 * time.Second}[w.rng.IntN(2)]
	if w.rng.IntN(4) > 0 {
		w.limits = stream.Limits{Batch: 1 + w.rng.IntN(20), Flight: 1 + w.rng.IntN(5), Mark: 1 + w.rng.IntN(20), Runs: 1 + w.rng.IntN(50)}
	}
	policy := alerts.Defaults()
	policy.AppWait, policy.SMSWait, policy.PromptLife = 5*time.Second, 10*time.Second, time.Minute
	var err error
	if w.rules, err = ruleSets(); err != nil {
		return nil, err
	}
	if w.policy, err = alerts.NewDesk(policy); err != nil {
		return nil, err
	}
	w.cluster, err = kfake.NewCluster(
		kfake.NumBrokers(brokers), kfake.Ports(9092, 9093, 9094), kfake.ListenFn(w.network.Listen), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		return nil, err
	}
	w.cluster.ControlKey(int16(kmsg.Produce), w.stamp)
	w.cluster.ControlKey(int16(kmsg.Heartbeat), w.heartbeat)
	for id := range 2 + w.rng.IntN(2) {
		w.workers = append(w.workers, &worker{
			id: id, world: w, disk: vfs.NewCrashableMem(), rng: rand.New(rand.NewPCG(cfg.Seed, 100+uint64(id))),
		})
	}
	return w, nil
}

const brokers = 3

// ruleSets are rules that decide differently.
func ruleSets() (versions []*detectors.Monitor, err error) {
	for _, alertAt := range []int{50, 70, 30} {
		rules := detectors.Defaults()
		rules.Version = "sim." + strconv.Itoa(len(versions))
		rules.LargeOutOfTown.AlertAt, rules.LateNightHighFrequency.AlertAt = alertAt, alertAt
		rules.RepaymentStress.ElevatedAt, rules.RepaymentStress.HighAt = 0.02, 0.05 // messages about money are rare otherwise
		m, err := detectors.NewMonitor(rules)
		if err != nil {
			return nil, err
		}
		if len(versions) == 1 {
			m = m.WithDrafts(versions[0]) // whose book stays with the states when the version goes
		}
		versions = append(versions, m)
	}
	return versions, nil
}

// newestRules is the version that a process starts with now.
func (w *world) newestRules() byte {
	return byte(time.Since(w.begun) / w.rollOut % time.Duration(len(w.rules)))
}

// heartbeat answers for the coordinator to a member that it is not to hear of.
func (w *world) heartbeat(req kmsg.Request) (kmsg.Response, error, bool) {
	w.cluster.KeepControl()
	beat := req.(*kmsg.HeartbeatRequest)
	w.mu.Lock()
	defer w.mu.Unlock()
	for client := range w.unheard {
		if strings.HasPrefix(beat.MemberID, client+"-") {
			return beat.ResponseKind(), nil, true
		}
	}
	return nil, nil, false
}

// hear says whether the coordinator hears of a member that is alive.
func (w *world) hear(client string, heard bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if heard {
		delete(w.unheard, client)
	} else {
		w.unheard[client] = true
	}
}

// stamp makes the brokers write their own time into records, as Kafka does on a topic with message.timestamp.type=LogAppendTime. kfake
// does so when the writer asks for it, but leaves the checksum to us; time stands still until it has.
func (w *world) stamp(req kmsg.Request) (kmsg.Response, error, bool) {
	w.cluster.KeepControl()
	const crcAt, attributesAt, firstTimeAt, maxTimeAt, headerEnd = 17, 21, 27, 35, 61
	now := uint64(time.Now().UnixMilli())
	for _, topic := range req.(*kmsg.ProduceRequest).Topics {
		for _, p := range topic.Partitions {
			if b := p.Records; len(b) >= headerEnd {
				b[attributesAt+1] |= 8
				binary.BigEndian.PutUint64(b[firstTimeAt:], now)
				binary.BigEndian.PutUint64(b[maxTimeAt:], now)
				binary.BigEndian.PutUint32(b[crcAt:], crc32.Checksum(b[attributesAt:], castagnoli))
			}
		}
	}
	return nil, nil, false
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// outside is a client that nothing happens to, for the bank and the auditor.
func (w *world) outside() (*kafka.Client, error) {
	return kafka.New(kafka.Config{
		Brokers: w.cluster.ListenAddrs(), ClientID: "outside", Dial: w.network.DialContext, DeliveryTimeout: time.Hour,
		OnRetry: func(what string, err error) { w.detail("bank: %s: %v", what, err) },
	})
}

func (w *world) createTopics(ctx context.Context) error {
	c, err := w.outside()
	if err != nil {
		return err
	}
	defer c.Close()
	var specs []kafka.TopicSpec
	for _, name := range w.topics() {
		specs = append(specs, kafka.TopicSpec{Name: name, Partitions: w.partitions, ReplicationFactor: 1})
	}
	for _, name := range changelogs {
		specs = append(specs, kafka.TopicSpec{
			Name: name, Partitions: w.partitions, ReplicationFactor: 1, Config: map[string]string{"cleanup.policy": "compact"},
		})
	}
	return c.CreateTopics(ctx, specs)
}

var changelogs = []string{stream.ChangelogTopic("monitor"), stream.ChangelogTopic("desk")}

// nextAct is the event_id of an act of staff.
func (w *world) nextAct() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acts++
	return fmt.Sprint("act", w.acts)
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report.Faults[what]++
}

// violate reports that a promise is broken.
func (w *world) violate(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report.Violations = append(w.report.Violations, fmt.Sprintf(format, args...))
}

// maxTrace bounds the lines that are kept of a run: the last ones tell most.
const maxTrace = 2000

// note writes a line into the trace.
func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := time.Since(w.begun).Truncate(time.Millisecond).String() + " " + fmt.Sprintf(format, args...)
	if w.report.Trace = append(w.report.Trace, line); len(w.report.Trace) > maxTrace {
		w.report.Trace = w.report.Trace[len(w.report.Trace)/2:]
	}
}

// detail is a note that is only wanted when somebody looks at one run.
func (w *world) detail(format string, args ...any) {
	if w.cfg.Verbose {
		w.note(format, args...)
	}
}

// log is a worker's log; it goes into the trace.
func (w *world) log(worker int) *slog.Logger {
	level := slog.LevelWarn
	if w.cfg.Verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(traceWriter{w, worker}, &slog.HandlerOptions{Level: level}))
}

type traceWriter struct {
	world  *world
	worker int
}

// Write implements io.Writer.
func (t traceWriter) Write(line []byte) (int, error) {
	t.world.note("worker %d: %s", t.worker, line[:len(line)-1])
	return len(line), nil
}
