package stream

import "sync/atomic"

// Budget bounds the memory of the cached states of all partitions of a process together.
type Budget struct {
	limit int64
	used  atomic.Int64
}

// NewBudget is a budget of so many bytes.
func NewBudget(bytes int64) *Budget { return &Budget{limit: bytes} }

// Used is how many bytes the caches take.
func (b *Budget) Used() int64 { return b.used.Load() }

func (b *Budget) exceeded() bool { return b.used.Load() > b.limit }

// chunkSize is what the arena asks of the runtime at a time; larger blocks get a chunk of their own.
const chunkSize = 1 << 20

// block is a piece of the arena's memory.
type block struct {
	chunk, offset uint32
	class         uint8
}

// arena hands out blocks of bytes from large chunks without pointers, so that the garbage collector passes over a million states in a
// few thousand steps. A block that was given back is handed out again for the same size class.
type arena struct {
	budget *Budget
	chunks [][]byte
	// fresh is the unused rest of the newest shared chunk.
	fresh block
	free  [classes][]block
}

// Size classes are 64 bytes apart up to 2 KiB, then each is a quarter larger than the one before.
const (
	fineStep    = 64
	fineClasses = 32
	classes     = 120
)

var classSize = func() (sizes [classes]int) {
	for i := range sizes {
		if i < fineClasses {
			sizes[i] = (i + 1) * fineStep
			continue
		}
		sizes[i] = (sizes[i-1] + sizes[i-1]/4) &^ (fineStep - 1)
	}
	return sizes
}()

func classOf(n int) uint8 {
	if n <= fineClasses*fineStep {
		return uint8((max(n, 1) - 1) / fineStep)
	}
	class := fineClasses
	for classSize[class] < n {
		class++
	}
	return uint8(class)
}

// alloc gives a block that holds at least n bytes.
func (a *arena) alloc(n int) block {
	class := classOf(n)
	size := classSize[class]
	a.budget.used.Add(int64(size))
	if list := a.free[class]; len(list) > 0 {
		b := list[len(list)-1]
		a.free[class] = list[:len(list)-1]
		return b
	}
	if size > chunkSize/4 {
		a.chunks = append(a.chunks, make([]byte, size))
		return block{chunk: uint32(len(a.chunks) - 1), class: class}
	}
	if len(a.chunks) == 0 || int(a.fresh.offset)+size > chunkSize {
		a.chunks = append(a.chunks, make([]byte, chunkSize))
		a.fresh = block{chunk: uint32(len(a.chunks) - 1)}
	}
	b := a.fresh
	b.class = class
	a.fresh.offset += uint32(size)
	return b
}

func (a *arena) release(b block) {
	a.budget.used.Add(-int64(classSize[b.class]))
	a.free[b.class] = append(a.free[b.class], b)
}

func (a *arena) bytes(b block) []byte {
	return a.chunks[b.chunk][b.offset : int(b.offset)+classSize[b.class]]
}

// close gives the memory back to the budget.
func (a *arena) close(used int64) { a.budget.used.Add(-used) }
