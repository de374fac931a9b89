package kafka

import (
	"fmt"
	"slices"
	"testing"

	kgo "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// group is a consumer group as its leader sees it, balanced again and again while members come and go.
type group struct {
	members    map[string]*groupBalancer
	generation int32
}

// rebalance lets each member in turn be the leader, who must all decide the same, and returns the partition numbers by member.
func (g *group) rebalance(t require.TestingT, partitions []kgo.Partition, topics []string) map[string][]int {
	g.generation++
	var joined []kgo.GroupMember
	for id, m := range g.members {
		data, err := m.UserData()
		require.NoError(t, err)
		joined = append(joined, kgo.GroupMember{ID: id, Topics: topics, UserData: data})
	}
	var decided kgo.GroupMemberAssignments
	for _, leader := range g.members {
		assigned := leader.AssignGroups(joined, partitions)
		require.True(t, decided == nil || fmt.Sprint(decided) == fmt.Sprint(assigned), "every leader decides the same")
		decided = assigned
	}
	got := map[string][]int{}
	for id, byTopic := range decided {
		for _, topic := range topics {
			require.Equal(t, byTopic[topics[0]], byTopic[topic], "co-partitioned topics move together")
		}
		got[id] = byTopic[topics[0]]
		mine := slices.Sorted(slices.Values(got[id]))
		g.members[id].own(g.generation, mine)
	}
	return got
}

func TestStickyIsCompleteBalancedAndMovesLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 24).Draw(t, "partitions")
		topics := []string{"tx", "payments"}
		var partitions []kgo.Partition
		for _, topic := range topics {
			for p := range n {
				partitions = append(partitions, kgo.Partition{Topic: topic, ID: p})
			}
		}
		g := &group{members: map[string]*groupBalancer{}}
		var before map[string][]int
		for step := range rapid.IntRange(1, 6).Draw(t, "steps") {
			ids := slices.Sorted(func(yield func(string) bool) {
				for id := range g.members {
					if !yield(id) {
						return
					}
				}
			})
			if len(ids) > 0 && rapid.Bool().Draw(t, "one leaves") {
				delete(g.members, rapid.SampledFrom(ids).Draw(t, "who"))
			}
			for i := range rapid.IntRange(0, 3).Draw(t, "join") {
				g.members[fmt.Sprintf("m-%d-%d", step, i)] = &groupBalancer{Balancer: Sticky()}
			}
			if len(g.members) == 0 {
				continue
			}
			after := g.rebalance(t, partitions, topics)

			owners := map[int]string{}
			for id, ps := range after {
				require.InDelta(t, float64(n)/float64(len(after)), len(ps), 0.999, "shares differ by one at most")
				for _, p := range ps {
					require.NotContains(t, owners, p, "one owner a partition")
					owners[p] = id
				}
			}
			require.Len(t, owners, n, "every partition has an owner")
			share := n / len(after)
			for id, had := range before {
				if _, stays := after[id]; !stays {
					continue
				}
				kept := 0
				for _, p := range had {
					if owners[p] == id {
						kept++
					}
				}
				require.GreaterOrEqual(t, kept, min(len(had), share), "a member keeps what it had, up to its share")
			}
			before = after
		}
	})
}

func TestAReturningMemberDoesNotTakeWhatOthersOwnSince(t *testing.T) {
	zombie := claim{id: "a", generation: 3, partitions: []int{0, 1}}
	owner := claim{id: "b", generation: 5, partitions: []int{0, 1}}
	require.Equal(t, map[string][]int{"b": {0, 1}}, settleClaims([]claim{zombie, owner}, []int{0, 1}))
	require.Equal(t, map[string][]int{"b": {0, 1}}, assignSingle([]claim{zombie, owner}, []int{0, 1}))
}

func TestForeignUserDataCountsAsNoClaim(t *testing.T) {
	for _, data := range [][]byte{nil, {1}, []byte("12345")} {
		require.Equal(t, claim{id: "m", copied: map[int]int64{}}, readClaim(kgo.GroupMember{ID: "m", UserData: data}))
	}
}
