package cmpp

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

// Channel is an account at a gateway. It may be used by many goroutines at once.
type Channel struct {
	options  Options
	protocol sms.Protocol
	link     *sms.Link
}

// New checks the options and makes a channel of them. It calls nobody: Run does.
func New(o Options) (*Channel, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c := &Channel{options: o}
	c.protocol = sms.Protocol{
		Read: readPDU, Encode: encodePDU, Ask: activeTest, Leave: terminate, MaxSequence: 0xFFFFFFFE,
		Window: o.Window, Response: o.ResponseTimeout, Enquire: o.EnquireEvery, Handle: c.handle,
	}
	c.link = sms.NewLink(o.Name, o.Log, c.open)
	return c, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.options.Name }

// Kind is alerts.SMS.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.SMS }

// Bound reports whether there is a session.
func (c *Channel) Bound() bool { return c.link.Up() }

// Run keeps the session until ctx ends, then says good-bye and returns nil. It is called once.
func (c *Channel) Run(ctx context.Context, hear channel.Hear) error {
	c.link.Run(ctx, hear, sms.Take{Read: c.read, Decode: decode, Answer: c.answer, Now: c.options.Now})
	return nil
}

// Sizes of a text and of a part in octets of UCS-2.
const aloneOctets, partOctets, maxParts = 140, 134, 255

// Send submits the parts of a message that the gateway has not accepted yet.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return channel.Accepted{}, c.link.Failed(channel.NoAnswer, err)
	}
	to, mainland := outbound.Mainland(m.To)
	if _, valid := outbound.Phone(to); !mainland || !valid {
		return channel.Accepted{}, c.link.Failed(channel.BadAddress, nil)
	}
	reference := c.link.Ledger.Begin(m.MessageID, m.Text)
	last, all := c.link.Ledger.Accepted(m.MessageID)
	if !all {
		characters, _ := sms.Encode(m.Text, sms.UCS2)
		texts := []string{strings.Join(characters, "")}
		if len(texts[0]) > aloneOctets {
			texts = sms.Cut(characters, partOctets)
		}
		if len(texts) > maxParts {
			return channel.Accepted{}, c.link.Failed(channel.BadMessage, errors.New("cmpp: the text takes more parts than there are"))
		}
		var parts []sms.Part
		for n, text := range texts {
			body := c.submit(to, m, place{reference, uint8(len(texts)), uint8(n + 1)}, text)
			parts = append(parts, sms.Part{Command: submit, Body: body, Accepted: c.accepted})
		}
		var err error
		if last, err = c.link.Send(ctx, m.MessageID, reference, parts); err != nil {
			return channel.Accepted{}, err
		}
	}
	return channel.Accepted{ProviderMessageID: last, ReceiptExpected: c.options.Receipts}, nil
}

type place struct{ reference, total, number uint8 }

// submit is the body of a submit to one number, free of charge for the customer.
func (c *Channel) submit(to string, m channel.Outgoing, at place, content string) []byte {
	o := c.options
	var report, udhi uint8
	if o.Receipts {
		report = 1
	}
	if at.total > 1 {
		udhi = 1
		content = string(sms.Header(at.reference, at.total, at.number)) + content
	}
	b := append(make([]byte, 8), at.total, at.number, report, 1)
	b = text(b, o.ServiceID, 10)
	b = append(b, 2) // Fee_UserType: the account pays
	b = text(b, "", o.Version.number())
	if o.Version == V3 {
		b = append(b, 0)
	}
	b = append(b, 0, udhi, sms.CodingUCS2)
	b = text(b, o.SourceAddr, 6)
	b = text(b, "01", 2) // FeeType: free of charge
	b = text(b, "000000", 6)
	b = text(b, validity(m), 17)
	b = text(b, "", 17)
	b = text(b, o.Source, 21)
	b = append(b, 1)
	b = text(b, to, o.Version.number())
	if o.Version == V3 {
		b = append(b, 0)
	}
	b = append(append(b, uint8(len(content))), content...)
	return text(b, "", o.Version.reserved())
}

var china = time.FixedZone("", 8*60*60)

// validity is the end of validity in China's time, as SMPP 3.3 writes it: 32 quarters of an hour ahead of UTC.
func validity(m channel.Outgoing) string {
	if m.ExpiresAt.IsZero() {
		return ""
	}
	return m.ExpiresAt.Time().In(china).Format("060102150405") + "032+"
}

// accepted reads the answer to a submit.
func (c *Channel) accepted(f sms.Frame) (id string, err error) {
	r := reader{rest: f.Body}
	number := binary.BigEndian.Uint64(r.octets(8))
	result := c.options.Version.readResult(&r)
	if f.Command != submit|sms.Response || r.bad {
		return "", c.link.Failed(channel.NoAnswer, errShort)
	}
	if result != done {
		return "", &channel.Error{Provider: c.Name(), Reason: c.options.Version.reason(result), RetryAfter: waitOf(result)}
	}
	return strconv.FormatUint(number, 10), nil
}

// formatGBK is a text in Chinese characters of two octets.
const formatGBK = 15

func decode(content []byte, format uint8) string {
	if format == formatGBK {
		if s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content); err == nil {
			return string(s)
		}
	}
	return sms.Decode(content, format, sms.Latin1)
}
