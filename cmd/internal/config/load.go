package config

import (
	"os"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// Load reads the file and applies the environment (os.Environ()). The error is strictyaml.Problems: one problem a line as
// file:line:column: message, with the line itself from Detail. Secrets are read too, so what loads can start.
func Load(path string, env []string) (*Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, strictyaml.Problems{{File: path, Message: "cannot read the configuration: " + cause(err).Error()}}
	}
	return parse(path, src, env)
}

func parse(path string, src []byte, env []string) (*Config, error) {
	c := Defaults()
	l := loader{Config: &c, doc: strictyaml.Read(path, src, &c), fromEnv: map[string]string{}}
	// Without a readable file further checks would only complain about its consequences.
	if err := l.doc.Err(); err != nil && !l.doc.Parsed() {
		return nil, err
	}
	l.environment(env)
	l.readRules()
	l.check()
	if err := l.doc.Err(); err != nil {
		return nil, err
	}
	return &c, nil
}

// loader is a configuration that is being put together.
type loader struct {
	*Config
	doc *strictyaml.Document
	// fromEnv names the variable that set a path.
	fromEnv map[string]string
}

// fail notes a problem with the value at path, wherever that came from.
func (l *loader) fail(path, format string, args ...any) {
	if name, ok := l.fromEnv[path]; ok {
		l.doc.AddOutside("environment: "+name, format, args...)
		return
	}
	l.doc.Add(path, format, args...)
}
