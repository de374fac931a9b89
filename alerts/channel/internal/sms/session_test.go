package sms

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSequenceNumbersGoRoundAndSkipZero(t *testing.T) {
	s := NewSession(nil, &Protocol{MaxSequence: 0x7FFFFFFF, Window: 1})
	s.sequence = 0x7FFFFFFE
	require.Equal(t, uint32(0x7FFFFFFF), s.register(func(Frame) {}))
	require.Equal(t, uint32(1), s.register(func(Frame) {}))
}

func TestAnswersThatNeverComeDoNotPileUp(t *testing.T) {
	s := NewSession(nil, &Protocol{MaxSequence: 0x7FFFFFFF, Window: 1})
	for range 2 * pendingKept {
		s.register(func(Frame) {})
	}
	require.Len(t, s.pending, pendingKept)
}
