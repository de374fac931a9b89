package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

// Prompt is the question "was this you?" about one card. A card has at most one open prompt.
type Prompt struct {
	ID, CaseID, Card string
	State            PromptState
	// Mark is the two characters that a text message names when several prompts of one customer are open ("7F").
	Mark string
	// To is the number bound when the prompt was opened: texts count only from there, whatever the contact says later.
	To Phone
	// Rung is the channel asked last; Analyst once the ladder is climbed.
	Rung ChannelKind
	// ClimbAt is when the next rung is tried, unknown once Rung is Analyst.
	ClimbAt   card.Moment
	OpenedAt  card.Moment
	ExpiresAt card.Moment
	// Severity is the case's when it was asked, as a rank: a graver finding later supersedes the prompt.
	Severity int
	// AmountMinor is the largest sum of money in the case's findings when it was asked, 0 when they name none.
	AmountMinor int64
	// HelpSent says that the one help text for an answer that is not understood has been spent.
	HelpSent bool
	// EndedAt is when it left PromptOpen, EndedBy the channel of the answer that ended it; unset while open.
	EndedAt card.Moment
	EndedBy ChannelKind
}

// PromptState is where a prompt stands.
type PromptState string

// The prompt states (notes/reliability-security.md §4.7).
const (
	PromptOpen       PromptState = "open"
	PromptYes        PromptState = "yes"
	PromptNo         PromptState = "no"
	PromptExpired    PromptState = "expired"
	PromptSuperseded PromptState = "superseded"
	PromptCancelled  PromptState = "cancelled"
)
