package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	baseURL  = "https://bank.example/card"
	customer = "cust-7"
	cardID   = "tok-9f31-4477"
	account  = "acct-0815"
	phone    = alerts.Phone("+8613800138000")
)

var cny = card.Currency{'C', 'N', 'Y'}

// bank is a small Cardwatch: real store, real monitor and desk, one partition, and Kafka replaced by applying at once.
type bank struct {
	t       *testing.T
	web     *web.Server
	handler http.Handler
	view    stream.View
	phone   *sandbox.Phone
	links   *web.Links
	hub     *clerk.Hub
	// silences is the real book, without its topic.
	silences *desktest.Silences

	mu      sync.Mutex
	now     time.Time
	monitor *stream.Task[detectors.State]
	desk    *stream.Task[alerts.State]
	offset  int64
	// kafkaDown makes every publication fail; deskBehind lets Kafka take events that the desk has not read yet.
	kafkaDown, deskBehind bool
	// published counts the events that the web has written, by topic.
	published map[string]int
}

// Send applies what a processor puts out, as the other processor would read it from Kafka.
func (b *bank) Send(_ context.Context, messages []kafka.Message) error {
	for _, m := range messages {
		for topic, task := range map[string]bool{wire.AlertTopic: true, wire.CollectionTopic: true} {
			if task && m.Topic == topic {
				b.applyDesk(topic, string(m.Key), m.Value)
			}
		}
	}
	return nil
}

func newBank(t *testing.T, change ...func(*web.Config)) *bank {
	zone := time.FixedZone("CST", 8*3600)
	b := &bank{t: t, now: time.Date(2026, 3, 1, 2, 0, 0, 0, zone), published: map[string]int{}}
	db, err := store.Open("", store.Options{FS: vfs.NewMem()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	b.view = stream.View{DB: db, Partitions: 1}

	monitor, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	b.monitor, err = stream.NewTask(stream.NewMonitor(monitor, nil), stream.TaskConfig{
		Space: db.Space(stream.MonitorTag, 0), Sink: b, Zone: zone,
	})
	require.NoError(t, err)
	core, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(t, err)
	b.hub = clerk.NewHub(1000)
	b.desk, err = stream.NewTask(stream.NewDesk(core, nil), stream.TaskConfig{
		Space: db.Space(stream.DeskTag, 0), Sink: discard{}, Zone: zone, FindByPhone: b.view.FindByPhone,
		Committed: b.hub.Changed,
	})
	require.NoError(t, err)

	b.phone = sandbox.New(func() card.Moment { return card.MomentOf(b.clock()) }, func(alerts.Receipt) {})
	b.links, err = web.NewLinks(web.LinkKey{ID: 2, Secret: []byte(strings.Repeat("s", 32))}, web.LinkKey{ID: 1, Secret: []byte(strings.Repeat("r", 32))})
	require.NoError(t, err)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	b.silences = &desktest.Silences{Now: func() card.Moment { return card.MomentOf(b.clock()) }}
	cfg := web.Config{
		Silences: b.silences,
		Clerk: clerk.New(clerk.Config{
			View: b.view, Desk: core, Publish: b.publish, Now: func() card.Moment { return card.MomentOf(b.clock()) }, Hub: b.hub, Log: quiet,
		}),
		View: b.view, Now: b.clock, Links: b.links, BaseURL: baseURL, Sandbox: b.phone,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "cardwatch_up 1") }),
		Log:     quiet,
	}
	for _, c := range change {
		c(&cfg)
	}
	programs := api.Config{
		View: b.view, Clerk: cfg.Clerk, Now: b.silences.Now, CursorKey: []byte(strings.Repeat("k", 32)), Silences: b.silences, Log: quiet,
		Explain: func(ctx context.Context, id, caseID string) (*explain.Explanation, error) {
			return b.web.Explain(ctx, id, caseID)
		},
	}
	if cfg.Rules != nil {
		programs.Quality = cfg.Rules.Quality
	}
	cfg.API, err = api.New(programs)
	require.NoError(t, err)
	b.web, err = web.New(cfg)
	require.NoError(t, err)
	b.handler = b.web.Handler()
	return b
}

type discard struct{}

func (discard) Send(context.Context, []kafka.Message) error { return nil }

func (b *bank) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// pass lets time go by, for everybody at the desk too.
func (b *bank) pass(d time.Duration) {
	b.mu.Lock()
	b.now = b.now.Add(d)
	now := b.now
	b.mu.Unlock()
	require.NoError(b.t, b.desk.Advance(now.UnixMilli()))
	require.NoError(b.t, b.desk.Commit(b.t.Context()))
}

func (b *bank) publish(_ context.Context, topic, customer string, value []byte) error {
	if b.kafkaDown {
		return errors.New("dial tcp 10.0.0.7:9092: secret internals")
	}
	b.mu.Lock()
	b.published[topic]++
	b.mu.Unlock()
	if !b.deskBehind {
		b.applyDesk(topic, customer, value)
	}
	return nil
}

func (b *bank) applyDesk(topic, customer string, value []byte) {
	apply(b, b.desk, stream.NewDesk(nil, nil).Spec(), topic, customer, value)
}

// feed writes an event of the bank's own to the monitor.
func (b *bank) feed(topic, customer string, value []byte) {
	apply(b, b.monitor, stream.NewMonitor(nil, nil).Spec(), topic, customer, value)
}

func apply[S any](b *bank, task *stream.Task[S], spec stream.Spec, topic, customer string, value []byte) {
	b.t.Helper()
	now := b.clock()
	for input, name := range spec.Inputs {
		if name == topic {
			b.offset++
			require.NoError(b.t, task.Apply(input, &kafka.Record{Offset: b.offset, Timestamp: now.UnixMilli(), Key: []byte(customer), Value: value}))
			require.NoError(b.t, task.Commit(b.t.Context()))
			return
		}
	}
	require.Fail(b.t, "nobody reads "+topic)
}

func (b *bank) head(id string) card.Head {
	return card.Head{ID: id, Customer: customer, At: card.MomentOf(b.clock())}
}

// contact tells the desk how to reach the customer.
func (b *bank) contact(lang card.Language) {
	c := alerts.Contact{
		Head: b.head("contact-1"), Phone: phone, PushToken: "push", Language: lang, Timezone: "Asia/Shanghai", OffsetMinutes: 480,
		Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
	}
	b.applyDesk(wire.ContactTopic, customer, wire.AppendContact(nil, &c))
}

// use lets the customer's card be used.
func (b *bank) use(id, city string, minor int64) {
	t := card.Transaction{
		Head: b.head(id), Card: cardID, Account: account, Type: card.Purchase, Status: card.Approved, Entry: card.Chip,
		Amount: card.Money{Minor: minor, Currency: cny}, MerchantName: hostile[0], Place: card.Place{City: city, Country: "CN"},
	}
	b.feed(wire.TransactionTopic, customer, wire.AppendTransaction(nil, &t))
}

// suspect opens a case: a card of Harbin is used for a large amount in Shenzhen an hour after it was used at home. It gives the
// case's id.
func (b *bank) suspect() string {
	profile := card.Customer{Head: b.head("customer-1"), Home: card.Place{City: "230100"}, Timezone: "Asia/Shanghai", Currency: cny, Language: card.Chinese}
	b.feed(wire.CustomerTopic, customer, wire.AppendCustomer(nil, &profile))
	for i := range 30 {
		b.use(fmt.Sprint("home-", i), "230100", 8_800)
		b.pass(time.Minute)
	}
	b.pass(20 * time.Minute)
	b.use("away", "440300", 1_880_000)
	return b.state().Cases[0].ID
}

func (b *bank) state() *alerts.State {
	b.t.Helper()
	state, err := b.view.Desk(customer)
	require.NoError(b.t, err)
	return state
}

// deliver shows the customer's newest message on the sandbox telephone, as the dispatcher would.
func (b *bank) deliver() alerts.Message {
	state := b.state()
	m := state.Messages[len(state.Messages)-1]
	words, err := alerts.Defaults().Render(m)
	require.NoError(b.t, err)
	_, err = b.phone.Channel(m.Channel).Send(b.t.Context(), channel.Outgoing{
		MessageID: m.ID, Customer: customer, Kind: m.Channel, To: m.To, PushToken: "push", Text: words.Text, Language: m.Language,
		PromptID: m.PromptID, Purpose: m.Purpose, ExpiresAt: m.ExpiresAt,
	})
	require.NoError(b.t, err)
	return m
}

// link is the path of the page on which the customer answers the newest prompt.
func (b *bank) link() string {
	state := b.state()
	u, err := url.Parse(b.web.LinkTo(&state.Prompts[len(state.Prompts)-1], customer))
	require.NoError(b.t, err)
	return strings.TrimPrefix(u.Path, "/card")
}

// request is a request to the console by its own pages.
func request(method, target string, form url.Values) *http.Request {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:4711"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

func (b *bank) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *bank) get(target, lang string) *httptest.ResponseRecorder {
	r := request(http.MethodGet, target, nil)
	r.Header.Set("Accept-Language", lang)
	return b.do(r)
}

func (b *bank) post(target string, fields ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(request(http.MethodPost, target, form))
}

// postAs is post by a member of staff.
func (b *bank) postAs(actor, target string, fields ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := request(http.MethodPost, target, form)
	r.AddCookie(&http.Cookie{Name: "cardwatch_actor", Value: actor})
	r.Header.Set("Accept-Language", "en")
	return b.do(r)
}

var (
	onceField = regexp.MustCompile(`name="once" value="([^"]+)"`)
	tagsOnly  = regexp.MustCompile(`(?s)<[^>]*>`)
	spaces    = regexp.MustCompile(`\s+`)
)

// once reads the value that makes a page's form safe to send twice.
func once(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	found := onceField.FindStringSubmatch(w.Body.String())
	require.Len(t, found, 2, "no form on the page")
	return found[1]
}

// words is what a page says, without its tags.
func words(w *httptest.ResponseRecorder) string {
	return strings.TrimSpace(spaces.ReplaceAllString(tagsOnly.ReplaceAllString(w.Body.String(), " "), " "))
}
