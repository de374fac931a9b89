package part

import (
	"context"
	"encoding/json"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// DeskOrder asks for the desk and its sender, with a signed gateway for each kind of channel.
type DeskOrder struct {
	// App and SMS are the gateways' addresses, Secret what calls to them are signed with.
	App    string `json:"app"`
	SMS    string `json:"sms"`
	Secret string `json:"secret"`
}

// DeskGroup is the desk's consumer group beside a monitor's.
func DeskGroup(monitor string) string { return monitor + "-desk" }

// desk is the desk's engine and its sender.
type desk struct {
	engine     *stream.Engine[alerts.State]
	dispatcher *dispatch.Dispatcher
	receipts   *kafka.Gather
	view       stream.View
	now        func() card.Moment
}

// newDesk wires the desk as cmd/internal/app does, on what the monitor stands on.
func newDesk(h *host, config stream.EngineConfig, registry *prometheus.Registry) (*desk, error) {
	config.Group = kafka.GroupConfig{Group: DeskGroup(h.order.Group), Balancer: kafka.SingleOwner()}
	if err := h.changelog(config.Group.Group); err != nil {
		return nil, err
	}
	d := &desk{view: stream.View{DB: h.db, Partitions: h.order.Partitions}}
	d.now = func() card.Moment { return card.MomentOf(config.Clock.Now().In(china)) }
	policy := alerts.Defaults()
	recorded, err := json.Marshal(policy)
	if err != nil {
		return nil, err
	}
	config.Rules, config.WriteBehind, config.FindByPhone = recorded, 0, d.view.FindByPhone
	config.Committed = func(int, []string) { d.dispatcher.Wake() }
	producer, err := h.client.Producer(context.Background(), "")
	if err != nil {
		return nil, err
	}
	d.receipts = kafka.NewGather(producer, 10*time.Second)
	d.engine, err = stream.NewEngine(func(recorded []byte) (stream.Processor[alerts.State], error) {
		policy := alerts.Defaults()
		if err := json.Unmarshal(recorded, &policy); err != nil {
			return nil, err
		}
		core, err := alerts.NewDesk(policy)
		return stream.NewDesk(core, nil), err
	}, config)
	if err != nil {
		return nil, err
	}
	return d, d.sender(h.order.Desk, policy, config, registry)
}

func (d *desk) sender(o *DeskOrder, policy alerts.Policy, config stream.EngineConfig, registry *prometheus.Registry) error {
	metrics, err := dispatch.NewMetrics(registry)
	if err != nil {
		return err
	}
	var providers []dispatch.Provider
	for kind, url := range map[alerts.ChannelKind]string{alerts.App: o.App, alerts.SMS: o.SMS} {
		gateway, err := webhook.New(webhook.Options{
			Name: "bench_" + string(kind), Kind: kind, URL: url, Secrets: []string{o.Secret}, AllowPrivate: true, Now: d.now,
		})
		if err != nil {
			return err
		}
		providers = append(providers, dispatch.Provider{Channel: gateway})
	}
	d.dispatcher, err = dispatch.New(dispatch.Config{
		Policy: policy, Channels: providers, Outbox: outbox{stream.NewOutbox(d.owned())}, Record: d.record, Now: d.now, Metrics: metrics, Log: config.Log, Seed: 1,
	})
	return err
}

// run works until ctx ends.
func (d *desk) run(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return d.engine.Run(ctx) })
	parts.Go(func() error { d.dispatcher.Run(ctx); return nil })
	return parts.Wait()
}

func (d *desk) caughtUp(partitions int) bool { return len(d.engine.Status().CaughtUp()) == partitions }

// owned is the view of what may be sent from.
func (d *desk) owned() stream.View {
	view := d.view
	view.Only = d.engine.Status().CaughtUp
	return view
}

func (d *desk) record(ctx context.Context, r alerts.Receipt) error {
	return d.receipts.Send(ctx, kafka.Message{
		Topic: wire.ReceiptTopic, Partition: -1, Key: []byte(r.Customer), Value: wire.AppendReceipt(nil, &r), Timestamp: r.At.UnixMilli,
	})
}

// outbox is the desk's store as the sender sees it.
type outbox struct{ *stream.Outbox }

// Pending implements dispatch.Outbox.
func (o outbox) Pending(_ context.Context, kind alerts.ChannelKind, now card.Moment, limit int) ([]dispatch.Row, error) {
	due, err := o.Due(kind, now, limit)
	rows := make([]dispatch.Row, len(due))
	for i, e := range due {
		rows[i] = dispatch.Row{Customer: e.Customer, MessageID: e.ID}
	}
	return rows, err
}

// State implements dispatch.Outbox.
func (o outbox) State(_ context.Context, customer string) (*alerts.State, error) {
	return o.Outbox.State(customer)
}
