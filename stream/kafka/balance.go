package kafka

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"sync"

	kgo "github.com/segmentio/kafka-go"
)

// Balancer shares a group's partition numbers out among its members. All members of a group need the same one.
type Balancer struct {
	name   string
	assign func(members []claim, partitions []int) map[string][]int
}

// claim is a member, what it owned when the group was last balanced, and how much it has of the partitions' state.
type claim struct {
	id         string
	generation int32 // 0 when it never owned anything
	partitions []int
	copied     map[int]int64
}

// all is how much the member has of all partitions together.
func (c *claim) all() (sum int64) {
	for _, n := range c.copied {
		sum += n
	}
	return sum
}

// Sticky gives every member the same number of partitions, give or take one, and moves as few as that allows. What has to move goes to
// who has the freshest copy.
func Sticky() Balancer { return Balancer{name: "cardwatch-sticky", assign: assignSticky} }

// SingleOwner gives all partitions to one member: the present owner if it is still there, else who has the freshest copies. The others
// stand by.
func SingleOwner() Balancer { return Balancer{name: "cardwatch-single-owner", assign: assignSingle} }

func assignSticky(members []claim, partitions []int) map[string][]int {
	owned := settleClaims(members, partitions)
	// Those that own most get the larger shares, as that moves least.
	slices.SortFunc(members, func(a, b claim) int {
		return cmp.Or(cmp.Compare(len(owned[b.id]), len(owned[a.id])), strings.Compare(a.id, b.id))
	})
	shares, assigned, taken := map[string]int{}, map[string][]int{}, map[int]bool{}
	for i, m := range members {
		shares[m.id] = len(partitions) / len(members)
		if i < len(partitions)%len(members) {
			shares[m.id]++
		}
		assigned[m.id] = slices.Clip(owned[m.id][:min(len(owned[m.id]), shares[m.id])])
		for _, p := range assigned[m.id] {
			taken[p] = true
		}
	}
	for _, p := range partitions {
		if taken[p] {
			continue
		}
		best := -1
		for i, m := range members {
			if len(assigned[m.id]) < shares[m.id] && (best < 0 || m.copied[p] > members[best].copied[p]) {
				best = i
			}
		}
		assigned[members[best].id] = append(assigned[members[best].id], p)
	}
	return assigned
}

// settleClaims gives each partition to the member that owned it most recently. Two claim the same one when a member comes back that
// was thought dead.
func settleClaims(members []claim, partitions []int) map[string][]int {
	newestFirst := slices.SortedFunc(slices.Values(members), func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.generation, a.generation), strings.Compare(a.id, b.id))
	})
	owned, settled := map[string][]int{}, map[int]bool{}
	for _, m := range newestFirst {
		for _, p := range m.partitions {
			if !settled[p] && slices.Contains(partitions, p) {
				settled[p] = true
				owned[m.id] = append(owned[m.id], p)
			}
		}
	}
	return owned
}

func assignSingle(members []claim, partitions []int) map[string][]int {
	owner := slices.MinFunc(members, func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.generation, a.generation), cmp.Compare(b.all(), a.all()), strings.Compare(a.id, b.id))
	})
	return map[string][]int{owner.id: partitions}
}

// groupBalancer is a Balancer as kafka-go wants it, with what this member owns.
type groupBalancer struct {
	Balancer
	copied func() map[int]int64
	mu     sync.Mutex
	mine   claim
}

// own remembers an assignment, to be claimed when the group is balanced the next time.
func (b *groupBalancer) own(generation int32, partitions []int) {
	if len(partitions) == 0 {
		generation = 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mine = claim{generation: generation, partitions: partitions}
}

// ProtocolName implements kgo.GroupBalancer.
func (b *groupBalancer) ProtocolName() string { return b.name }

// UserData implements kgo.GroupBalancer: the generation, the number of partitions owned since and these, four bytes each; then, for
// each partition of which this member has a copy, its number and, in eight bytes, how much that is.
func (b *groupBalancer) UserData() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data := binary.BigEndian.AppendUint32(nil, uint32(b.mine.generation))
	data = binary.BigEndian.AppendUint32(data, uint32(len(b.mine.partitions)))
	for _, p := range b.mine.partitions {
		data = binary.BigEndian.AppendUint32(data, uint32(p))
	}
	if b.copied == nil {
		return data, nil
	}
	for p, n := range b.copied() {
		data = binary.BigEndian.AppendUint32(data, uint32(p))
		data = binary.BigEndian.AppendUint64(data, uint64(n))
	}
	return data, nil
}

// AssignGroups implements kgo.GroupBalancer; the member that leads the group calls it for all. The same partition numbers of each topic
// go to the same member.
func (b *groupBalancer) AssignGroups(members []kgo.GroupMember, partitions []kgo.Partition) kgo.GroupMemberAssignments {
	byTopic, numbers := map[string][]int{}, map[int]bool{}
	for _, p := range partitions {
		byTopic[p.Topic] = append(byTopic[p.Topic], p.ID)
		numbers[p.ID] = true
	}
	claims := make([]claim, len(members))
	for i, m := range members {
		claims[i] = readClaim(m)
	}
	assigned := b.assign(claims, slices.Sorted(maps.Keys(numbers)))
	all := kgo.GroupMemberAssignments{}
	for _, m := range members {
		all[m.ID] = map[string][]int{}
		for _, topic := range m.Topics {
			for _, p := range assigned[m.ID] {
				if slices.Contains(byTopic[topic], p) {
					all[m.ID][topic] = append(all[m.ID][topic], p)
				}
			}
		}
	}
	return all
}

// readClaim is the reverse of UserData. What is damaged counts as nothing.
func readClaim(m kgo.GroupMember) claim {
	c := claim{id: m.ID, copied: map[int]int64{}}
	data := m.UserData
	if len(data) < 8 {
		return c
	}
	owned := int(binary.BigEndian.Uint32(data[4:]))
	if data = data[8:]; len(data)/4 < owned || (len(data)-4*owned)%12 != 0 {
		return c
	}
	c.generation = int32(binary.BigEndian.Uint32(m.UserData))
	for ; owned > 0; owned-- {
		c.partitions = append(c.partitions, int(int32(binary.BigEndian.Uint32(data))))
		data = data[4:]
	}
	for ; len(data) > 0; data = data[12:] {
		c.copied[int(int32(binary.BigEndian.Uint32(data)))] = int64(binary.BigEndian.Uint64(data[4:]))
	}
	return c
}
