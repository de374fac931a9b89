// Package progress draws one line about long work on a terminal: share, rate, time left. On anything but a terminal it is silent, so
// that logs and pipes stay clean. A Bar belongs to one goroutine; only commands use it.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Bar is the line. A nil *Bar is silent.
type Bar struct {
	out            io.Writer
	label          string
	done, total    int64
	now            func() time.Time
	started, drawn time.Time
}

// New is a bar on f for total units (bytes, records), nil when f is no terminal. With a total of 0 it shows count and rate only.
func New(f *os.File, label string, total int64) *Bar {
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return newBar(f, label, total, time.Now)
}

func newBar(out io.Writer, label string, total int64, now func() time.Time) *Bar {
	return &Bar{out: out, label: label, total: total, now: now, started: now()}
}

// Add counts n more units, and redraws at most ten times a second.
func (b *Bar) Add(n int64) {
	if b == nil {
		return
	}
	b.done += n
	if now := b.now(); now.Sub(b.drawn) >= 100*time.Millisecond {
		b.drawn = now
		fmt.Fprintf(b.out, "\r%s\x1b[K", b.line(now.Sub(b.started)))
	}
}

// Done removes the line, so that what the command says next starts on a clean one.
func (b *Bar) Done() {
	if b != nil && !b.drawn.IsZero() {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}

func (b *Bar) line(spent time.Duration) string {
	rate := float64(b.done) / max(spent.Seconds(), 1e-3)
	if b.total <= 0 || b.done <= 0 {
		return fmt.Sprintf("%s %s  %s/s", b.label, short(float64(b.done)), short(rate))
	}
	share := min(float64(b.done)/float64(b.total), 1)
	left := time.Duration((1 - share) / share * float64(spent)).Round(time.Second)
	full := int(share * 24)
	drawn := strings.Repeat("#", full) + strings.Repeat(".", 24-full)
	return fmt.Sprintf("%s [%s] %3.0f%%  %s/s  %s left", b.label, drawn, share*100, short(rate), left)
}

// short writes a count with at most four digits: 12.3k, 4.5M.
func short(n float64) string {
	for _, unit := range []string{"", "k", "M", "G"} {
		if n < 1000 {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + unit
		}
		n /= 1000
	}
	return fmt.Sprintf("%.0fT", n)
}
