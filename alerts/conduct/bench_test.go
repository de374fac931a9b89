package conduct_test

import (
	"testing"

	"github.com/cardwatch/cardwatch/alerts/conduct"
)

func BenchmarkDecide(b *testing.B) {
	at := moment(b, wednesday)
	l := logOf(b, made(at.Add(-hour), conduct.NoAnswer), made(at.Add(-day), conduct.Conversation), made(at.Add(-9*day), conduct.NoAnswer))
	for _, id := range []conduct.PackID{conduct.CN, conduct.Safest} {
		p := packOf(b, id)
		b.Run(string(id), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				conduct.Decide(p, conduct.Flags{}, l, ask(at))
			}
		})
	}
}

func BenchmarkPackOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		conduct.PackOf(conduct.CN)
	}
}
