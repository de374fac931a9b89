package outbound

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
)

// PushData is what an app is told beside the words that are shown, the same whichever way it comes.
func PushData(m channel.Outgoing) map[string]string {
	data := map[string]string{"message_id": m.MessageID, "purpose": string(m.Purpose)}
	for name, value := range map[string]string{"prompt_id": m.PromptID, "answer_url": m.AnswerURL} {
		if value != "" {
			data[name] = value
		}
	}
	return data
}

// TimeLeft is how long a message is still worth delivering, in whole seconds; limited is false when it has no end, and left is less
// than a second when it has expired.
func (c *Client) TimeLeft(m channel.Outgoing) (left time.Duration, limited bool) {
	if m.ExpiresAt.IsZero() {
		return 0, false
	}
	return m.ExpiresAt.Sub(c.Now()).Truncate(time.Second), true
}
