package stream

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/store"
)

// The queue gives each timer once and in order, whatever is set when, whenever commits come: a plain sorted list is the model.
func TestTimersComeInOrderWhateverIsSetWhen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stored, uncommitted, model []store.Timer
		q := timerQueue{chunk: 3, read: func(from int64, limit int) ([]store.Timer, error) {
			slices.SortFunc(stored, compareTimers)
			i, _ := slices.BinarySearchFunc(stored, from, func(t store.Timer, from int64) int { return cmp.Compare(t.Due, from) })
			list := stored[i:]
			for n := limit; n < len(list); n++ {
				if list[n].Due != list[n-1].Due {
					list = list[:n]
				}
			}
			return slices.Clone(list), nil
		}}
		now, named := int64(0), 0
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				for range rapid.SampledFrom([]int{1, 2, 5, 60}).Draw(t, "timers") {
					named++
					timer := store.Timer{Due: now + 1 + rapid.Int64Range(0, 3*minHorizon).Draw(t, "in"), Customer: fmt.Sprint(named)}
					q.set(timer)
					uncommitted, model = append(uncommitted, timer), append(model, timer)
				}
			},
			"commit": func(*rapid.T) {
				stored, uncommitted = append(stored, uncommitted...), nil
				q.stored(func(string) bool { return true })
			},
			"advance": func(t *rapid.T) {
				now += rapid.Int64Range(0, minHorizon).Draw(t, "by")
				slices.SortFunc(model, compareTimers)
				seen := map[string]bool{}
				for {
					timer, due, err := q.next(now)
					require.NoError(t, err)
					if !due {
						break
					}
					if seen[timer.Customer] { // the queue may repeat a timer; the state's own wish decides
						continue
					}
					seen[timer.Customer] = true
					require.NotEmpty(t, model)
					require.Equal(t, model[0], timer)
					model = model[1:]
				}
				if len(model) > 0 {
					require.Greater(t, model[0].Due, now, "a timer was missed")
				}
				fired := func(t store.Timer) bool { return t.Due <= now }
				stored, uncommitted = slices.DeleteFunc(stored, fired), slices.DeleteFunc(uncommitted, fired)
			},
		})
	})
}
