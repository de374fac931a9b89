package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

const (
	envPrefix   = "CARDWATCH_"
	envPassword = "CARDWATCH_KAFKA_SASL_PASSWORD"
)

// setting is one value of the configuration that a single text can set.
type setting struct {
	path  string
	value reflect.Value
}

// settings lists every single value under v, in the order of the file.
func settings(path string, v reflect.Value) []setting {
	var all []setting
	for _, f := range strictyaml.Fields(v.Type()) {
		inner := v.FieldByIndex(f.Index)
		at := strings.TrimPrefix(path+"."+f.Key, ".")
		_, isText := inner.Addr().Interface().(encoding.TextUnmarshaler)
		switch {
		case isText:
			all = append(all, setting{at, inner})
		case inner.Kind() == reflect.Struct:
			all = append(all, settings(at, inner)...)
		case inner.Kind() == reflect.Map, inner.Kind() == reflect.Slice && inner.Type().Elem().Kind() == reflect.Struct:
			// Tables and lists of sections are set in the file only.
		default:
			all = append(all, setting{at, inner})
		}
	}
	return all
}

// envName is the variable of a path: kafka.tls.ca_file is CARDWATCH_KAFKA_TLS_CA_FILE.
func envName(path string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(path))
}

// environment applies the variables that start with CARDWATCH_; one that names nothing is an error, since a mistyped variable would
// otherwise leave the default in force without a word.
func (l *loader) environment(env []string) {
	byName := map[string]setting{}
	names := []string{envPassword}
	for _, s := range settings("", reflect.ValueOf(l.Config).Elem()) {
		byName[envName(s.path)] = s
		names = append(names, envName(s.path))
	}
	for _, entry := range slices.Sorted(slices.Values(env)) {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if name == envPassword {
			l.Kafka.SASL.Password = Secret{[]byte(text)}
			continue
		}
		s, known := byName[name]
		if !known {
			l.doc.AddOutside("environment: "+name, "no setting has this name%s", strictyaml.DidYouMean(name, names))
			continue
		}
		if want := strictyaml.Set(s.value, text); want != "" {
			l.doc.AddOutside("environment: "+name, "%s must be %s", s.path, want)
			continue
		}
		l.fromEnv[s.path] = name
	}
}
