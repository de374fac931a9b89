package part

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Figure is how fast and how dear one way through some records was.
type Figure struct {
	Records   int64   `json:"records"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"records_per_second"`
	// CPUMicros is the processor time of the measured process per record, all cores together, in microseconds; BrokerMicros is
	// the broker's, 0 when its process is not known.
	CPUMicros    float64 `json:"cpu_us_per_record"`
	BrokerMicros float64 `json:"broker_cpu_us_per_record,omitempty"`
	// Allocs counts heap objects per record.
	Allocs float64 `json:"allocs_per_record"`
}

// mark is what clocks and counters showed at one moment.
type mark struct {
	at          time.Time
	cpu, broker time.Duration
	mallocs     uint64
}

func takeMark(brokerPID int) mark {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return mark{at: time.Now(), cpu: ownTime(), broker: TimeOf(brokerPID), mallocs: m.Mallocs}
}

// until is the figure of what happened between two marks.
func (m mark) until(end mark, records int64) Figure {
	if records == 0 {
		return Figure{Seconds: end.at.Sub(m.at).Seconds()}
	}
	n, took := float64(records), end.at.Sub(m.at).Seconds()
	return Figure{
		Records: records, Seconds: took, PerSecond: n / took,
		CPUMicros:    float64((end.cpu - m.cpu).Microseconds()) / n,
		BrokerMicros: float64((end.broker - m.broker).Microseconds()) / n,
		Allocs:       float64(end.mallocs-m.mallocs) / n,
	}
}

// ownTime is the processor time that this process has used, in user and system mode.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TimeOf is the processor time that another process and its children have used, to 10 ms; 0 where the system does not tell.
func TimeOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field is the program's name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux
	used := time.Duration(number(fields[11])+number(fields[12])) * tick
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return used // not every kernel lists them
	}
	for _, child := range bytes.Fields(children) {
		used += TimeOf(int(number(child)))
	}
	return used
}

func number(digits []byte) int64 {
	n, _ := strconv.ParseInt(string(digits), 10, 64) // what the kernel writes is a number
	return n
}

// Memory is what a process holds, in bytes.
type Memory struct {
	// HeapInUse is after a collection; Resident is what the system counts, Peak the most that it ever was. 0 where it does not tell.
	HeapInUse uint64 `json:"heap_in_use_bytes"`
	Resident  uint64 `json:"rss_bytes"`
	Peak      uint64 `json:"peak_rss_bytes"`
}

func takeMemory() Memory {
	resident := status("VmRSS:")
	runtime.GC()
	runtime.GC() // the second one ends the sweep of the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{HeapInUse: m.HeapInuse, Resident: resident, Peak: status("VmHWM:")}
}

// status reads a line of /proc/self/status that counts kB.
func status(name string) uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(name))
	line, _, _ := bytes.Cut(rest, []byte("kB"))
	return uint64(number(bytes.TrimSpace(line))) << 10
}

// Measure runs something in this process and says what it cost per record.
func Measure(records int64, run func() error) (Figure, error) {
	runtime.GC()
	before := takeMark(0)
	if err := run(); err != nil {
		return Figure{}, err
	}
	return before.until(takeMark(0), records), nil
}
