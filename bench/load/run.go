package load

import (
	"context"
	"fmt"
	"runtime"
)

// suites are the measurements by name; each adds to the result.
var suites = map[string]func(*bench, context.Context) error{
	"hotpath":    (*bench).hotpath,
	"detector":   (*bench).detector,
	"throughput": (*bench).throughput,
	"latency":    (*bench).latency,
	"memory":     (*bench).memory,
	"restore":    (*bench).restore,
	"peers":      (*bench).peers,
	"quality":    (*bench).quality,
	"desk":       (*bench).desk,
}

// bench is one run.
type bench struct {
	Config
	result Result
}

// Run measures what the Config asks for. It returns what it has measured even when a later suite failed.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	b := &bench{Config: cfg}
	if b.Progress == nil {
		b.Progress = func(string) {}
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	b.result.Machine = Machine{
		Cores: runtime.GOMAXPROCS(0), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Broker: or(cfg.Broker, "embedded"),
	}
	for _, name := range b.Suites {
		b.say("suite %s", name)
		if err := suites[name](b, ctx); err != nil {
			return &b.result, fmt.Errorf("load: suite %s: %w", name, err)
		}
	}
	return &b.result, nil
}

func (b *bench) say(format string, args ...any) { b.Progress(fmt.Sprintf(format, args...)) }

// scene is one combination of what the lists of the Config hold.
type scene struct {
	Cards        int    `json:"cards"`
	Partitions   int    `json:"partitions"`
	Distribution string `json:"distribution"`
}

func (s scene) String() string {
	return fmt.Sprintf("%d cards, %d partitions, %s", s.Cards, s.Partitions, s.Distribution)
}

// scenes lists the combinations.
func (b *bench) scenes() (list []scene) {
	for _, cards := range b.Cards {
		for _, partitions := range b.Partitions {
			for _, distribution := range b.Distributions {
				list = append(list, scene{cards, partitions, distribution})
			}
		}
	}
	return list
}

// first is the scene of a suite that needs only one.
func (b *bench) first() scene { return b.scenes()[0] }
