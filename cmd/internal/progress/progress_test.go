package progress

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is a time that only the test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time       { return c.Time }
func (c *clock) pass(d time.Duration) { c.Time = c.Add(d) }
func newClock() *clock                { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }
func last(screen *bytes.Buffer) string {
	lines := strings.Split(screen.String(), "\r")
	return strings.TrimSuffix(lines[len(lines)-1], "\x1b[K")
}

func TestBarShowsShareRateAndTimeLeft(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "import", 40_000, c.now)
	c.pass(10 * time.Second)
	bar.Add(10_000)
	require.Equal(t, "import [######..................]  25%  1k/s  30s left", last(&screen))
	c.pass(30 * time.Second)
	bar.Add(30_000)
	require.Equal(t, "import [########################] 100%  1k/s  0s left", last(&screen))
}

func TestBarWithoutTotalShowsCountAndRate(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "replay", 0, c.now)
	c.pass(2 * time.Second)
	bar.Add(2_469_000)
	require.Equal(t, "replay 2.5M  1.2M/s", last(&screen))
}

func TestBarNeverShowsMoreThanAll(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "import", 10, c.now)
	c.pass(time.Second)
	bar.Add(25)
	require.Contains(t, last(&screen), "100%")
}

func TestBarRedrawsAtMostTenTimesASecond(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "import", 1000, c.now)
	for range 1000 {
		c.pass(time.Millisecond)
		bar.Add(1)
	}
	require.Equal(t, 10, strings.Count(screen.String(), "import"))
}

func TestDoneLeavesACleanLine(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "import", 10, c.now)
	bar.Done()
	require.Empty(t, screen.String(), "nothing was drawn, nothing is to be removed")
	bar.Add(5)
	bar.Done()
	require.True(t, strings.HasSuffix(screen.String(), "\r\x1b[K"))
}

func TestNoBarOutsideATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer f.Close()
	bar := New(f, "import", 100)
	bar.Add(50)
	copied, err := io.ReadAll(bar.Reader(strings.NewReader("data")))
	require.NoError(t, err)
	require.Equal(t, "data", string(copied))
	bar.Done()
	info, err := f.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Size())
}

func TestReaderCountsBytes(t *testing.T) {
	var screen bytes.Buffer
	c := newClock()
	bar := newBar(&screen, "import", 8, c.now)
	c.pass(time.Second)
	_, err := io.ReadAll(bar.Reader(strings.NewReader("four")))
	require.NoError(t, err)
	require.Contains(t, last(&screen), " 50%")
}
