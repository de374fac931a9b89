package transplant_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/transplant"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const header = "trans_date_trans_time,card_id,merchant,category,amt,merch_lat,merch_long,is_fraud\n"

// history is a year of two purchases a day by so many cards.
func history(cards int) string {
	var b strings.Builder
	b.WriteString(header)
	for day := range 360 {
		for c := range cards {
			for i, category := range []string{"grocery_pos", "shopping_net"} {
				fmt.Fprintf(&b, "2025-%02d-%02d %02d:00:00,C%d,Shop %d,%s,%d.50,40.65,-77.76,0\n",
					1+day/30, 1+day%28, 9+i*8, c, (day+c)%40, category, 20+(day*7+c*13)%90)
			}
		}
	}
	return b.String()
}

func records(t *testing.T, seed uint64) []gen.Record {
	b, err := transplant.Read(strings.NewReader(history(40)))
	require.NoError(t, err)
	cfg := transplant.Defaults()
	cfg.Seed, cfg.AttackShare = seed, 1
	s, err := transplant.New(b, cfg)
	require.NoError(t, err)
	var all []gen.Record
	for r, ok := s.Next(); ok; r, ok = s.Next() {
		all = append(all, r)
	}
	return all
}

func TestStreamIsInOrderOfArrivalAndTheSameForItsSeed(t *testing.T) {
	first := records(t, 1)
	require.Equal(t, first, records(t, 1))
	require.NotEqual(t, first, records(t, 2))
	ids := map[string]bool{}
	for i, r := range first {
		require.False(t, i > 0 && r.Arrived.Before(first[i-1].Arrived), "record %d", i)
		require.False(t, ids[r.Body.Meta().ID], "event %s twice", r.Body.Meta().ID)
		ids[r.Body.Meta().ID] = true
	}
}

func TestEveryKindOfAttackIsThereAndOnlyInTheScoredTime(t *testing.T) {
	cfg := transplant.Defaults()
	kinds := map[gen.Attack]int{}
	for _, r := range records(t, 3) {
		tx, ok := r.Body.(*card.Transaction)
		if !ok || r.Label.Attack == "" {
			continue
		}
		kinds[r.Label.Attack]++
		require.False(t, r.Arrived.UnixMilli < cfg.Start.UnixMilli+int64(cfg.Unscored)*24*60*60*1000, tx.ID)
		require.NotEmpty(t, r.Label.Episode)
	}
	require.Len(t, kinds, 5)
}

func TestRowsThatCannotBeReadTellTheirLine(t *testing.T) {
	for bad, cause := range map[string]string{
		"card_id,amt\n": "first line",
		header + "2025-01-01 00:00:57,C1,Shop,gas_transport,70.05,40.65,-77.76,0\nyesterday,C1,Shop,gas_transport,1,1,1,0\n": "line 3",
		header + "2025-01-01 00:00:57,C1,Shop,rockets,70.05,40.65,-77.76,0\n":                                                `category "rockets"`,
		header + "2025-01-01 00:00:57,C1,Shop,home,much,40.65,-77.76,0\n":                                                    "line 2",
	} {
		_, err := transplant.Read(strings.NewReader(bad))
		require.ErrorContains(t, err, cause)
	}
	b, err := transplant.Read(strings.NewReader(header + "2025-01-01 00:00:57,C1,Shop,home,1,40.65,-77.76,1\n"))
	require.NoError(t, err)
	_, err = transplant.New(b, transplant.Defaults())
	require.ErrorContains(t, err, "no card of the background")
}
