package stream

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is added, replaced, written and evicted, a customer that is in the cache has its newest value, and one that has changed
// since it was written is in the cache. A map is the model.
func TestTheCacheForgetsOnlyWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCache(NewBudget(int64(rapid.IntRange(64, 4096).Draw(t, "budget"))))
		model, dirty, mark := map[string][]byte{}, map[string]bool{}, uint64(1)
		var flying []ref
		customer := func() string { return fmt.Sprint("c", rapid.IntRange(0, 40).Draw(t, "customer")) }
		value := func() []byte {
			n := rapid.SampledFrom([]int{0, 1, 63, 64, 65, 500, 3000}).Draw(t, "size")
			return bytes.Repeat([]byte{byte(rapid.IntRange(0, 255).Draw(t, "fill"))}, n)
		}
		land := func() {
			for _, r := range flying {
				c.landed(r, 0)
			}
			flying = nil
		}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(*rapid.T) {
				who, v := customer(), value()
				r := c.find(who)
				if r == none {
					r = c.add(who, model[who], 0)
				}
				require.Equal(t, len(model[who]), len(c.value(r)))
				c.replace(r, v)
				c.touch(r, mark)
				model[who], dirty[who] = v, true
			},
			"read": func(*rapid.T) {
				who := customer()
				if c.find(who) == none {
					c.add(who, model[who], 0)
				}
			},
			"write": func(t *rapid.T) {
				land()
				mark++
				for range rapid.IntRange(1, 5).Draw(t, "states") {
					r := c.takeDirty()
					if r == none {
						require.Empty(t, dirty)
						break
					}
					delete(dirty, string(c.key(r)))
					flying = append(flying, r)
				}
			},
			"": func(t *rapid.T) {
				for who := range dirty {
					require.NotEqual(t, none, c.find(who), "a change was lost")
				}
				for who, v := range model {
					if r := c.find(who); r != none {
						require.True(t, bytes.Equal(v, c.value(r)), "%s has another value", who)
						require.Equal(t, who, string(c.key(r)))
					}
				}
				used := int64(0)
				for _, e := range c.entries {
					if e.used {
						used += int64(classSize[e.block.class])
					}
				}
				require.Equal(t, used, c.arena.budget.Used(), "the budget counts what is in use")
			},
		})
		c.close()
		require.Zero(t, c.arena.budget.Used())
	})
}

func TestTheCacheStaysWithinItsBudgetWhenAllIsWritten(t *testing.T) {
	budget := NewBudget(64 << 10)
	c := newCache(budget)
	for n := range 20_000 {
		c.add(fmt.Sprint("customer-", n), make([]byte, 100+n%900), 0)
	}
	require.Less(t, budget.Used(), int64(66<<10))
	require.Less(t, len(c.arena.chunks), 3, "evicted blocks are used again")
}

func TestCustomersWhoseHashesAgreeAreToldApart(t *testing.T) {
	c := newCache(NewBudget(1 << 20))
	a := c.add("a", []byte("one"), 0)
	b := c.add("b", []byte("two"), 0)
	// As if both had hashed alike: b goes into a's chain.
	delete(c.index, c.entries[b].hash)
	c.entries[b].hash, c.entries[b].chained = c.entries[a].hash, a
	c.index[c.entries[a].hash] = b
	require.Equal(t, a, c.find("a"))
	c.remove(b)
	require.Equal(t, a, c.find("a"))
	c.remove(a)
	require.Equal(t, none, c.find("a"))
}

func TestSizeClassesHoldWhatTheyAreFor(t *testing.T) {
	for n := 0; n < 1<<20; n += 1 + n/50 {
		size := classSize[classOf(n)]
		require.GreaterOrEqual(t, size, n)
		require.LessOrEqual(t, size, max(64, n+n/2+64), "at most a third is wasted")
	}
}
