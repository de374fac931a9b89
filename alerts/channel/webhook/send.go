package webhook

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// send is the call of schema/send.json.
type send struct {
	Type      string   `json:"type"`
	Timestamp string   `json:"timestamp"`
	Data      outgoing `json:"data"`
}

type outgoing struct {
	MessageID string             `json:"message_id"`
	Customer  string             `json:"customer_id"`
	Kind      alerts.ChannelKind `json:"kind"`
	Purpose   alerts.Purpose     `json:"purpose"`
	Language  string             `json:"language"`
	Title     string             `json:"title,omitempty"`
	Text      string             `json:"text"`
	ExpiresAt string             `json:"expires_at,omitempty"`
	PromptID  string             `json:"prompt_id,omitempty"`
	AnswerURL string             `json:"answer_url,omitempty"`
	PushToken string             `json:"push_token,omitempty"`

	PushPlatform alerts.PushPlatform `json:"push_platform,omitempty"`
	To           string              `json:"to,omitempty"`
}

func sendOf(kind alerts.ChannelKind, m channel.Outgoing, now card.Moment) send {
	language := m.Language
	if language != card.English {
		language = card.Chinese
	}
	data := outgoing{
		MessageID: m.MessageID, Customer: m.Customer, Kind: kind, Purpose: m.Purpose, Language: language.String(),
		Title: m.Title, Text: m.Text, PromptID: m.PromptID,
	}
	if !m.ExpiresAt.IsZero() {
		data.ExpiresAt = m.ExpiresAt.String()
	}
	// Each kind is told what reaches the customer over it, and nothing else about them.
	if kind == alerts.SMS {
		data.To = m.To.Reveal()
	} else {
		data.PushToken, data.PushPlatform, data.AnswerURL = m.PushToken, m.PushPlatform, m.AnswerURL
	}
	return send{Type: "message.send", Timestamp: now.String(), Data: data}
}
