package mapping

import (
	"embed"
	"slices"
	"strings"
)

//go:embed mappings/*.yaml
var shippedFiles embed.FS

// Shipped lists the names of the built-in mappings, sorted: `cardwatch import --map sparkov`.
func Shipped() []string {
	entries, err := shippedFiles.ReadDir("mappings")
	if err != nil {
		return nil // The directory is part of the binary.
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// ShippedSource is the text of a built-in mapping, to use or to copy and change; ok is false when there is none of that name.
func ShippedSource(name string) (yaml []byte, ok bool) {
	if !slices.Contains(Shipped(), name) {
		return nil, false
	}
	yaml, err := shippedFiles.ReadFile("mappings/" + name + ".yaml")
	return yaml, err == nil
}
