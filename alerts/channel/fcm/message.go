package fcm

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// The parts of a message of FCM that we use.
type (
	call struct {
		Message message `json:"message"`
	}
	message struct {
		Token        string            `json:"token"`
		Notification notification      `json:"notification"`
		Data         map[string]string `json:"data"`
		Android      android           `json:"android"`
		APNS         apns              `json:"apns"`
	}
	notification struct {
		Title string `json:"title,omitempty"`
		Body  string `json:"body"`
	}
	android struct {
		Priority     string              `json:"priority"`
		TTL          string              `json:"ttl,omitempty"`
		Notification androidNotification `json:"notification"`
	}
	androidNotification struct {
		Tag       string `json:"tag"`
		ChannelID string `json:"channel_id,omitempty"`
	}
	apns struct {
		Headers map[string]string `json:"headers"`
	}
)

// maxTTL is the longest that FCM keeps a message: four weeks.
const maxTTL = 28 * 24 * time.Hour

// body writes a message. It is not collapsible in FCM's own sense, since FCM keeps four collapse keys for a device at most; the tag
// and the collapse id are what the device itself goes by.
func (c *Channel) body(m channel.Outgoing) ([]byte, error) {
	msg := message{
		Token: m.PushToken, Notification: notification{Title: m.Title, Body: m.Text}, Data: outbound.PushData(m),
		Android: android{Priority: "HIGH", Notification: androidNotification{Tag: m.MessageID, ChannelID: c.androidChannel}},
		APNS:    apns{Headers: map[string]string{"apns-priority": "10", "apns-collapse-id": outbound.ID(m.MessageID)}},
	}
	if left, limited := c.client.TimeLeft(m); limited {
		if left < time.Second {
			return nil, errors.New("the message has expired")
		}
		msg.Android.TTL = fmt.Sprintf("%ds", min(left, maxTTL)/time.Second)
		msg.APNS.Headers["apns-expiration"] = strconv.FormatInt(m.ExpiresAt.UnixMilli/1000, 10)
	}
	return json.Marshal(call{Message: msg})
}
