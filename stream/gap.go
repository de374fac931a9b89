package stream

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Gap is a number of offsets of one partition that retention took before they were read.
type Gap struct {
	Topic       string
	Partition   int
	First, Last int64
}

// ParseGap reads "topic/partition:first-last", as a stopped partition's error and readiness show it.
func ParseGap(s string) (Gap, error) {
	place, offsets, ok := strings.Cut(s, ":")
	slash := strings.LastIndexByte(place, '/')
	first, last, two := strings.Cut(offsets, "-")
	if !ok || !two || slash <= 0 {
		return Gap{}, fmt.Errorf("stream: gap %q is not topic/partition:first-last", s)
	}
	g := Gap{Topic: place[:slash]}
	var errs [3]error
	g.Partition, errs[0] = strconv.Atoi(place[slash+1:])
	g.First, errs[1] = strconv.ParseInt(first, 10, 64)
	g.Last, errs[2] = strconv.ParseInt(last, 10, 64)
	if err := errors.Join(errs[:]...); err != nil || g.Partition < 0 || g.First < 0 || g.Last < g.First {
		return Gap{}, fmt.Errorf("stream: gap %q is not topic/partition:first-last", s)
	}
	return g, nil
}

// String is the form that ParseGap reads.
func (g Gap) String() string {
	return fmt.Sprintf("%s/%d:%d-%d", g.Topic, g.Partition, g.First, g.Last)
}

// accepts says where to read on when an error is a gap that an operator has accepted, to the offset.
func (e *Engine[S]) accepts(err error) (from int64, accepted bool) {
	var gap *kafka.GapError
	if !errors.As(err, &gap) || gap.Want >= gap.LogStart {
		return 0, false
	}
	found := Gap{gap.Topic, gap.Partition, gap.Want, gap.LogStart - 1}
	for _, g := range e.cfg.AcceptGaps {
		if g == found {
			e.cfg.Log.Error("records are lost, as an operator accepts", "processor", e.spec.Name, "gap", g.String())
			e.cfg.Metrics.gapAccepted(e.spec.Name, gap.Topic, g.Last-g.First+1)
			return gap.LogStart, true
		}
	}
	return 0, false
}
