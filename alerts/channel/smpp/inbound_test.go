package smpp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/smpp"
)

const answered = 0x80000005

func (e *ears) all() []channel.Heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]channel.Heard{}, e.heard...)
}

func (e *ears) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
}

func TestRepliesAreHeardInEveryAlphabet(t *testing.T) {
	for name, tt := range map[string]struct {
		coding byte
		text   []byte
		want   string
	}{
		"GSM default alphabet":      {0, []byte("N\x00\x1b\x65"), "N@€"},
		"ASCII":                     {1, []byte("NO"), "NO"},
		"Latin-1":                   {3, []byte{'N', 0xE9}, "Né"},
		"UCS-2":                     {8, []byte{0x54, 0x26, 0xD8, 0x3D, 0xDE, 0x4F}, "否🙏"},
		"eight bits, in truth UTF8": {4, []byte("否"), "否"},
		"eight bits of something":   {4, []byte{0xFF}, "ÿ"},
		"half a character":          {8, []byte{0x54, 0x26, 0x54}, "否"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
				got := centre.tell(t, 5, deliver(0, tt.coding, tt.text))
				require.Equal(t, response{answered, 0, 1}, got)
				r := e.all()[0].Reply
				require.Equal(t, tt.want, r.Text)
				require.Equal(t, alerts.Phone("+8613800138000"), r.From)
				require.Equal(t, alerts.Phone("95588"), r.To)
				require.Equal(t, e.all()[0].ID, r.ProviderMessageID)
				require.False(t, r.Verified)
			})
		})
	}
}

func TestTwoRepliesWithOneTextAreTwo(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		centre.tell(t, 5, deliver(0, 0, []byte("Y")))
		centre.tell(t, 5, deliver(0, 0, []byte("Y")))
		require.NotEqual(t, e.all()[0].ID, e.all()[1].ID)
	})
}

func TestWhatCouldNotBeStoredComesAgain(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		e.fail(errors.New("the log is away"))
		require.Equal(t, uint32(0x64), centre.tell(t, 5, deliver(0, 0, []byte("N"))).status)
		e.fail(nil)
		require.Equal(t, uint32(0), centre.tell(t, 5, deliver(0, 0, []byte("N"))).status)
		require.Len(t, e.all(), 1)
	})
}

func TestWhatCannotBeReadIsNotRepeated(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		require.Equal(t, uint32(0x65), centre.tell(t, 5, []byte{0, 1, 1}).status)
		require.Equal(t, uint32(0), centre.tell(t, 5, []byte("\x00\x05\x00SHOP\x00\x03\x0095588\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01Y")).status)
		require.Empty(t, e.all())
	})
}

func part(ref, total, n byte, text string) []byte {
	return deliver(0x40, 0, append([]byte{5, 0, 3, ref, total, n}, text...))
}

func TestALongReplyIsHeardWhole(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		centre.tell(t, 5, part(7, 3, 3, "card"))
		centre.tell(t, 5, part(7, 3, 1, "NO that was "))
		centre.tell(t, 5, part(7, 3, 1, "NO that was "))
		require.Empty(t, e.all())
		e.fail(errors.New("the log is away"))
		require.Equal(t, uint32(0x64), centre.tell(t, 5, part(7, 3, 2, "not my ")).status)
		e.fail(nil)
		require.Equal(t, uint32(0), centre.tell(t, 5, part(7, 3, 2, "not my ")).status)
		require.Len(t, e.all(), 1)
		require.Equal(t, "NO that was not my card", e.all()[0].Reply.Text)
	})
}

func TestPartsMayBeMarkedOtherwise(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		sar := func(n byte, text string) []byte {
			return deliver(0, 0, []byte(text), 0x02, 0x0C, 0, 2, 1, 9, 0x02, 0x0E, 0, 1, 2, 0x02, 0x0F, 0, 1, n)
		}
		centre.tell(t, 5, sar(1, "N"))
		centre.tell(t, 5, sar(2, "O"))
		wide := func(n byte, text string) []byte {
			return deliver(0x40, 0, append([]byte{6, 8, 4, 1, 9, 2, n}, text...))
		}
		centre.tell(t, 5, wide(2, "S"))
		centre.tell(t, 5, wide(1, "YE"))
		centre.tell(t, 5, deliver(0, 0, nil, append([]byte{0x04, 0x24, 0, 4}, "HELP"...)...))
		require.Equal(t, "NO", e.all()[0].Reply.Text)
		require.Equal(t, "YES", e.all()[1].Reply.Text)
		require.Equal(t, "HELP", e.all()[2].Reply.Text)
	})
}

func TestALongReplyWithoutItsEndIsHeardAfterAWhile(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		centre.tell(t, 5, part(7, 2, 1, "NO"))
		time.Sleep(59 * time.Second)
		require.Empty(t, e.all())
		time.Sleep(20 * time.Second)
		synctest.Wait()
		require.Equal(t, "NO", e.all()[0].Reply.Text)
	})
}

func receiptText(id, stat string) []byte {
	return fmt.Appendf(nil, "id:%s sub:001 dlvrd:001 submit date:2611252300 done date:2611252301 stat:%s err:000 text:id:9 stat:UNKNOWN", id, stat)
}

func TestReceiptsAreRead(t *testing.T) {
	tlvs := append([]byte{0x00, 0x1E, 0, 5}, "id-a\x00\x04\x27\x00\x01"...)
	for name, tt := range map[string]struct {
		body   []byte
		want   alerts.SendOutcome
		reason channel.Reason
	}{
		"delivered, by the text":           {deliver(4, 0, receiptText("id-a", "DELIVRD")), alerts.Delivered, ""},
		"delivered, by the parameters":     {deliver(4, 0, nil, append(tlvs, 2)...), alerts.Delivered, ""},
		"the parameters go before":         {deliver(4, 0, receiptText("x", "UNDELIV"), append(tlvs, 2)...), alerts.Delivered, ""},
		"undeliverable":                    {deliver(4, 0, receiptText("id-a", "UNDELIV")), alerts.Undelivered, channel.Unavailable},
		"expired":                          {deliver(4, 0, nil, append(tlvs, 3)...), alerts.Undelivered, channel.Unavailable},
		"rejected, in small letters":       {deliver(4, 0, receiptText("id-a", "rejectd")), alerts.Undelivered, channel.BadMessage},
		"on its way":                       {deliver(0x20, 0, nil, append(tlvs, 1)...), alerts.Accepted, ""},
		"unknown":                          {deliver(4, 0, receiptText("id-a", "UNKNOWN")), alerts.OutcomeUnknown, ""},
		"a state that is not in the table": {deliver(4, 0, receiptText("id-a", "FOO")), alerts.OutcomeUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, e *ears) {
				_, err := c.Send(t.Context(), text("m1", "hello"))
				require.NoError(t, err)
				require.Equal(t, uint32(0), centre.tell(t, 5, tt.body).status)
				require.Equal(t, channel.Delivery{
					MessageID: "m1", ProviderMessageID: "id-a", Outcome: tt.want, Reason: tt.reason, At: noon(),
				}, *e.all()[0].Delivery)
			})
		})
	}
}

func TestAReceiptOfAnotherProcessIsToldByTheProvidersID(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, e *ears) {
		centre.tell(t, 5, deliver(4, 0, receiptText("before", "DELIVRD")))
		d := e.all()[0].Delivery
		require.Empty(t, d.MessageID)
		require.Equal(t, "before", d.ProviderMessageID)
		require.Equal(t, uint32(0), centre.tell(t, 5, deliver(4, 0, []byte("no id"))).status)
		require.Len(t, e.all(), 1)
	})
}

func TestIDsMayComeBackInAnotherBase(t *testing.T) {
	bubble(t, func(o *smpp.Options, centre *smsc) {
		o.MessageIDBase, o.ReceiptIDBase = 16, 10
		centre.answers = func(int, submitted) (uint32, string) { return 0, "4B0A1C" }
	}, func(t *testing.T, c *smpp.Channel, centre *smsc, e *ears) {
		got, err := c.Send(t.Context(), text("m1", "hello"))
		require.NoError(t, err)
		centre.tell(t, 5, deliver(4, 0, receiptText("0004917788", "DELIVRD")))
		require.Equal(t, "m1", e.all()[0].Delivery.MessageID)
		require.Equal(t, got.ProviderMessageID, e.all()[0].Delivery.ProviderMessageID)
	})
}

func TestALongTextIsDeliveredWhenAllPartsAre(t *testing.T) {
	for name, tt := range map[string]struct {
		stats []string
		want  []alerts.SendOutcome
	}{
		"all":                {[]string{"a DELIVRD", "b DELIVRD"}, []alerts.SendOutcome{alerts.Delivered}},
		"in any order":       {[]string{"b DELIVRD", "a DELIVRD"}, []alerts.SendOutcome{alerts.Delivered}},
		"a repeated receipt": {[]string{"a DELIVRD", "a DELIVRD"}, nil},
		"one fails":          {[]string{"a DELIVRD", "b UNDELIV"}, []alerts.SendOutcome{alerts.Undelivered}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, e *ears) {
				_, err := c.Send(t.Context(), text("m1", strings.Repeat("银", 71)))
				require.NoError(t, err)
				for _, s := range tt.stats {
					id, stat, _ := strings.Cut(s, " ")
					centre.tell(t, 5, deliver(4, 0, receiptText("id-"+id, stat)))
				}
				var got []alerts.SendOutcome
				for _, h := range e.all() {
					got = append(got, h.Delivery.Outcome)
				}
				require.Equal(t, tt.want, got)
			})
		})
	}
}
