package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/stream/mapping"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Rekey is what the role rekey reads.
type Rekey struct {
	Sources []RekeySource `yaml:"sources" doc:"A list of the bank's topics, as in - {topic: bank.card.events, mapping: /etc/cardwatch/bank.yaml}. Keys of each: topic; mapping, a file or the name of a shipped one (cardwatch import --map card-events --show), empty when values have the contract's shape already; target, the input topic of those, cards.transaction.v1 by default (a mapping names its own); token_key_file, for a mapping that makes tokens of card numbers; lookups, {NAME: FILE.csv}, for one that joins files. Any key, any number of partitions; values are JSON objects."`
}

// RekeySource is one topic of the bank's.
type RekeySource struct {
	Topic        string            `yaml:"topic"`
	Mapping      string            `yaml:"mapping"`
	Target       string            `yaml:"target"`
	TokenKeyFile string            `yaml:"token_key_file"`
	Lookups      map[string]string `yaml:"lookups"`
	// Compiled is the mapping, ready to use; nil without one.
	Compiled *mapping.Mapping `yaml:"-"`
}

// ReadMapping gives a mapping file's name and text or, when there is no such file, those of the shipped mapping of that name.
func ReadMapping(name string) (file string, text []byte, err error) {
	text, err = os.ReadFile(name)
	if err == nil {
		return name, text, nil
	}
	if shipped, ok := mapping.ShippedSource(name); ok {
		return name + ".yaml", shipped, nil
	}
	return "", nil, fmt.Errorf("cannot read %s: %w, and no shipped mapping has that name (%s)", name, cause(err), strings.Join(mapping.Shipped(), ", "))
}

// maxTopic is Kafka's bound of a topic's name.
const maxTopic = 249

func (l *loader) checkRekey() {
	if l.Has(RoleRekey) && len(l.Rekey.Sources) == 0 {
		l.fail("rekey", "role rekey has no source; list the topics to read under rekey.sources")
	}
	topics := map[string]bool{}
	for i := range l.Rekey.Sources {
		path, s := "rekey.sources["+strconv.Itoa(i)+"]", &l.Rekey.Sources[i]
		switch {
		case s.Topic == "" || strings.Trim(s.Topic, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != "" ||
			len(wire.DeadLetter(s.Topic)) > maxTopic:
			l.fail(path, "topic %q is no name of a topic: letters, digits, dots and dashes, at most %d", s.Topic, maxTopic-len(wire.DeadLetter("")))
		case slices.Contains(wire.Topics(), s.Topic):
			l.fail(path+".topic", "%s is Cardwatch's own; a source is a topic of the bank's", s.Topic)
		case topics[s.Topic]:
			l.fail(path+".topic", "topic %s stands here twice; one mapping can make several records of a value", s.Topic)
		}
		topics[s.Topic] = true
		l.checkMapping(path, s)
		l.checkTarget(path, s)
	}
}

func (l *loader) checkMapping(path string, s *RekeySource) {
	if s.Mapping == "" {
		if s.TokenKeyFile != "" || len(s.Lookups) > 0 {
			l.fail(path, "token_key_file and lookups belong to a mapping")
		}
		return
	}
	name, text, err := ReadMapping(s.Mapping)
	if err != nil {
		l.fail(path+".mapping", "%s", err)
		return
	}
	m, err := mapping.Parse(name, text)
	var problems strictyaml.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			l.fail(path+".mapping", "%s", p.Error())
		}
		return
	}
	if err := l.equip(path, s, m); err != nil {
		return
	}
	if _, err := m.Stream(); err != nil {
		l.fail(path+".mapping", "%s", err)
		return
	}
	s.Compiled = m
}

// equip gives the mapping its key and its files. The error has been noted.
func (l *loader) equip(path string, s *RekeySource, m *mapping.Mapping) error {
	note := func(at string, err error) error {
		if err != nil {
			l.fail(at, "%s", err)
		}
		return err
	}
	if s.TokenKeyFile != "" {
		key, err := ReadKey(s.TokenKeyFile, l.Insecure)
		if err == nil {
			err = m.UseTokenKey(key.Reveal())
		}
		if note(path+".token_key_file", err) != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Lookups)) {
		if err := note(path+".lookups."+name, UseLookup(m, name, s.Lookups[name])); err != nil {
			return err
		}
	}
	return nil
}

// UseLookup gives the mapping the file of a lookup.
func UseLookup(m *mapping.Mapping, name, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("lookup %s: cannot read %s: %w", name, path, cause(err))
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return m.UseLookup(name, file)
}

func (l *loader) checkTarget(path string, s *RekeySource) {
	known := wire.Inputs()
	switch {
	case s.Target == "" && s.Mapping == "":
		s.Target = wire.TransactionTopic
	case s.Target != "" && !slices.Contains(known, s.Target):
		l.fail(path+".target", "target %q is no input topic%s", s.Target, strictyaml.DidYouMean(s.Target, known))
	case s.Target != "" && s.Compiled != nil && !slices.Contains(s.Compiled.Topics(), s.Target):
		l.fail(path+".target", "mapping %s does not write %s but %s; a mapping names its topics itself", s.Mapping, s.Target,
			strings.Join(s.Compiled.Topics(), ", "))
	}
}
