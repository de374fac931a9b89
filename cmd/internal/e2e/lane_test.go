package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// restartLimit bounds a restart of the broker on a machine that is busy with other things.
const restartLimit = 5 * time.Minute

const exitInterrupted = 130

// lane is a real Apache Kafka and the real binary.
type lane struct {
	// group is the prefix of the consumer groups whose changelogs there are.
	group          string
	broker, binary string
}

// newLane builds the binary, or skips the test when there is no broker.
func newLane(t *testing.T) *lane {
	t.Helper()
	l := &lane{broker: os.Getenv("KAFKA_TEST_BROKER")}
	if l.broker == "" {
		t.Skip("KAFKA_TEST_BROKER is not set: run `.ci/kafka/broker.sh start` and set it to 127.0.0.1:19092 to test against Apache Kafka")
	}
	l.binary = filepath.Join(t.TempDir(), "cardwatch")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", l.binary, "github.com/cardwatch/cardwatch/cmd/cardwatch").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return l
}

// TestOnApacheKafka tells the stories with real processes, one story after the other, each on topics of its own.
func TestOnApacheKafka(t *testing.T) {
	l := newLane(t)
	t.Run("from a transaction to the customer's answer and back", l.answers)
	t.Run("a customer answers by text message", l.answersByText)
	t.Run("bad records and clear card numbers", l.badRecords)
	t.Run("two monitors share, hand over and fail over", l.handOver)
	t.Run("monitors are killed, and stopped until they are zombies", l.zombies)
	t.Run("the broker restarts", l.brokerRestarts)
	t.Run("topics that do not fit are refused", l.refusesTopics)
	t.Run("the broker is somewhere else", l.wrongBroker)
	t.Run("one store belongs to one process", l.sameStore)
	t.Run("an idle process ends when told", l.endsWhenTold)
}

// noTopics deletes what an earlier story left.
func (l *lane) noTopics(t *testing.T) *bank {
	t.Helper()
	b := newBank(t, l.broker)
	names := []string{foreignTopic, wire.DeadLetter(foreignTopic)}
	for _, s := range app.Topics(1, 1, app.BrokerTime, l.group+".monitor", l.group+".desk") {
		names = append(names, s.Name)
	}
	// Connections of its own: those that are kept from a story before may be to a broker that was restarted since.
	connections := new(kafka.Transport)
	defer connections.CloseIdleConnections()
	admin := kafka.Client{Addr: kafka.TCP(l.broker), Timeout: 30 * time.Second, Transport: connections}
	_, err := admin.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: names})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		left, err := b.client.Topics(t.Context(), names)
		return err == nil && len(left) == 0
	}, patience, glance, "the topics of an earlier story are still there")
	return b
}

// freshTopics makes the topics as an operator would.
func (l *lane) freshTopics(t *testing.T) *bank {
	t.Helper()
	b := l.noTopics(t)
	l.group = newGroup()
	s := newSettings(t, l.broker, l.group, "monitor, desk")
	create := l.start(t, "topics create", "topics", "create", "-c", s.file(t))
	require.Zero(t, create.wait(t), create.stderr.String())
	require.Contains(t, create.stdout.String(), "cards.transaction.v1\t4 partitions")
	return b
}

// service starts `cardwatch run` and waits until it is ready.
func (l *lane) service(t *testing.T, name string, s settings) *process {
	t.Helper()
	p := l.start(t, name, "run", "-c", s.file(t))
	require.Eventually(t, func() bool {
		status, _ := get(s.site.probes + "/readyz")
		return status == 200 || !p.running()
	}, patience, glance, "%s does not become ready", name)
	require.True(t, p.running(), "%s ended: %s", name, p.stderr.String())
	return p
}

func (l *lane) answers(t *testing.T) {
	b := l.freshTopics(t)
	s := newSettings(t, l.broker, l.group, "monitor, desk")
	p := l.service(t, "cardwatch", s)
	t.Run("no", func(t *testing.T) { customerSaysNo(t, b, s.site) })
	t.Run("yes", func(t *testing.T) { customerSaysYes(t, b, s.site) })
	code, took := p.signal(t, syscall.SIGTERM)
	require.Equal(t, exitInterrupted, code)
	t.Logf("ended %v after SIGTERM", took)
}

func (l *lane) badRecords(t *testing.T) {
	b := l.freshTopics(t)
	s := newSettings(t, l.broker, l.group, "monitor, desk")
	p := l.service(t, "cardwatch", s)
	badRecords(t, b)
	code, _ := p.signal(t, syscall.SIGTERM)
	require.Equal(t, exitInterrupted, code)
	requireMasked(t, p.stderr.String()+p.stdout.String(), "the log")
	require.NoError(t, filepath.WalkDir(s.store(), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		requireMasked(t, string(text), path)
		return err
	}))
}

func (l *lane) endsWhenTold(t *testing.T) {
	l.freshTopics(t)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := newSettings(t, l.broker, l.group, "monitor, desk")
			p := l.service(t, "cardwatch", s)
			code, took := p.signal(t, sig)
			require.Equal(t, exitInterrupted, code)
			t.Logf("ended after %v", took)
		})
	}
}
