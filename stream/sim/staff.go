package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// staff are the people at this process's console: they work on whatever cases it shows, up to date or not.
func (l *life) staff(ctx context.Context, producer *kafka.Producer) error {
	for n := 0; ; n++ {
		pause(ctx, 3*time.Second)
		if ctx.Err() != nil || l.worker.world.closed.Load() {
			return nil
		}
		cases, err := l.view(nil).List(alerts.IndexCases, "", 3)
		if err != nil {
			return err
		}
		for _, c := range cases {
			act := alerts.Command{
				Head:  card.Head{ID: l.worker.world.nextAct(), Customer: c.Customer, At: now()},
				Actor: fmt.Sprint("staff", l.worker.id), CaseID: c.ID,
				Verb: [...]alerts.Verb{alerts.Claim, alerts.AddNote, alerts.Close, alerts.Reopen, alerts.Release}[n%5], Note: "as seen",
			}
			if act.Verb == alerts.Close {
				act.Disposition = [...]alerts.Disposition{alerts.ConfirmedFraud, alerts.GenuineUse, alerts.Inconclusive}[n/5%3]
			}
			err := producer.Send(ctx, []kafka.Message{{
				Topic: wire.CommandTopic, Partition: -1, Key: []byte(c.Customer), Value: wire.AppendCommand(nil, &act),
			}})
			if err != nil && ctx.Err() == nil {
				l.worker.world.detail("worker %d: an act of staff is lost: %v", l.worker.id, err)
			}
		}
	}
}
