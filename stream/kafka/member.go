package kafka

import (
	"context"
	"errors"
	"fmt"

	kgo "github.com/segmentio/kafka-go"
)

// Member is one membership in one generation of a group, in whose name a Transactor stores positions.
type Member struct {
	Group string
	// ID is empty and Generation -1 for somebody who is no member and stores positions for a group all the same.
	ID         string
	Generation int32
}

// Member tells in whose name the assignment was made.
func (a *Assignment) Member() Member {
	return Member{Group: a.generation.GroupID, ID: a.generation.MemberID, Generation: a.Generation}
}

// StillMember asks the group whether the membership holds: nil when it does, also while a rebalance is on the way, ErrNotMember when
// the generation has ended. It retries until ctx ends.
func (c *Client) StillMember(ctx context.Context, m Member) error {
	if m.ID == "" {
		return nil
	}
	again := retry{c: c, transport: c.main, what: "ask group " + m.Group + " for this membership"}
	for {
		err := once(ctx, func(ctx context.Context) error { return c.askHeartbeat(ctx, m) })
		var code kgo.Error
		errors.As(err, &code)
		switch {
		case err == nil, code == kgo.RebalanceInProgress:
			return nil
		case code == kgo.IllegalGeneration, code == kgo.UnknownMemberId, code == kgo.FencedInstanceID:
			return ErrNotMember
		case code != 0 && !code.Temporary() && code != kgo.BrokerNotAvailable && code != kgo.Unknown:
			return fmt.Errorf("kafka: %s: %w", again.what, explain(err))
		}
		if err := again.after(ctx, err); err != nil {
			return err
		}
	}
}

// askHeartbeat sends one heartbeat. kafka-go v0.4.51 takes the answer's two fields in the wrong order, so that the error code comes out
// as the low half of the throttle time.
func (c *Client) askHeartbeat(ctx context.Context, m Member) error {
	res, err := c.api.Heartbeat(ctx, &kgo.HeartbeatRequest{GroupID: m.Group, GenerationID: m.Generation, MemberID: m.ID})
	if err != nil {
		return err
	}
	if code := kgo.Error(int16(res.Throttle.Milliseconds())); code != 0 {
		return code
	}
	return res.Error
}
