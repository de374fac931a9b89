package load

import (
	"fmt"
	"io"
	"strings"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/bench/quality"
)

// Result is what one run measured. Compare its figures with each other: they are from one machine and one hour.
type Result struct {
	Machine    Machine      `json:"machine"`
	Hotpath    *Hotpath     `json:"hotpath,omitempty"`
	Detector   *Detector    `json:"detector,omitempty"`
	Throughput []Throughput `json:"throughput,omitempty"`
	Latency    []Open       `json:"latency,omitempty"`
	Memory     []Footprint  `json:"memory,omitempty"`
	Restore    []Restore    `json:"restore,omitempty"`
	Peers      *Peers       `json:"peers,omitempty"`
	Desk       *Desk        `json:"desk,omitempty"`
	// Quality says how well the detectors judge, not how fast.
	Quality []quality.Report `json:"quality,omitempty"`
}

// Machine is where it was measured.
type Machine struct {
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	System string `json:"system"`
	// Broker is "embedded" or the address of a running one.
	Broker string `json:"broker"`
}

// WriteBenchstat writes the figures as lines of Go's benchmark format, which benchstat compares.
func (r *Result) WriteBenchstat(w io.Writer) error {
	var out strings.Builder
	line := func(name string, f part.Figure) {
		fmt.Fprintf(&out, "Benchmark%s %d %.0f ns/op %.0f cpu-ns/op %.3f allocs/op %.0f rec/s\n",
			name, f.Records, 1e9/f.PerSecond, 1e3*f.CPUMicros, f.Allocs, f.PerSecond)
	}
	if h := r.Hotpath; h != nil {
		line("Hotpath/decode", h.Decode)
		line("Hotpath/monitor", h.Monitor)
	}
	if d := r.Detector; d != nil {
		for _, step := range d.Steps {
			fmt.Fprintf(&out, "BenchmarkDetector/%s %d %.1f ns/op\n", step.Name, d.Transactions, step.Nanos)
		}
	}
	for _, t := range r.Throughput {
		line("Throughput/"+t.name()+"/floor", t.Floor)
		line("Throughput/"+t.name()+"/engine", t.Engine)
	}
	for _, o := range r.Latency {
		fmt.Fprintf(&out, "BenchmarkLatency/%s/rate=%d %d %.0f p50-ns %.0f p99-ns %.0f p99.9-ns\n", o.name(), o.Rate,
			o.FromIntended.Samples, 1e6*o.FromIntended.P50, 1e6*o.FromIntended.P99, 1e6*o.FromIntended.P999)
	}
	for _, m := range r.Memory {
		fmt.Fprintf(&out, "BenchmarkMemory/cards=%d 1 %d heap-B %d rss-B\n", m.Cards, m.HeapInUse, m.Resident)
	}
	for _, m := range r.Restore {
		fmt.Fprintf(&out, "BenchmarkRestore/%s 1 %.0f ns/op\n", m.name(), 1e9*m.Seconds)
	}
	if d := r.Desk; d != nil {
		for _, run := range d.Runs {
			fmt.Fprintf(&out, "BenchmarkDesk/gateway=%s %d %.0f alert-p99-ns %.0f asked-p99-ns %.0f block-p99-ns\n", run.Gateway,
				run.FromIntended.Samples, 1e6*run.FromIntended.P99, 1e6*run.Dialogue.ToAccepted.P99, 1e6*run.Dialogue.NoToBlock.P99)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (s scene) name() string {
	return fmt.Sprintf("cards=%d/partitions=%d/%s", s.Cards, s.Partitions, s.Distribution)
}
