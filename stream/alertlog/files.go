package alertlog

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/history"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// InFiles gives the alert's records out of <topic>.jsonl or <topic>.jsonl.gz in a directory, none when there is no such alert there.
func InFiles(dir, id string) ([]detectors.Alert, error) {
	var found []detectors.Alert
	read := 0
	for _, topic := range topics() {
		file, path, err := history.OpenTopic(dir, topic, nil)
		if err != nil {
			return nil, fmt.Errorf("alertlog: %w", err)
		}
		if file == nil {
			continue
		}
		read++
		alerts, err := searchFile(file, topic, id)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("alertlog: %s: %w", path, err)
		}
		found = append(found, alerts...)
	}
	if read == 0 {
		return nil, fmt.Errorf("alertlog: %s holds no alerts: expected %s.jsonl or %s.jsonl.gz, as replay writes it", dir, wire.AlertTopic, wire.AlertTopic)
	}
	return found, nil
}

func searchFile(file io.Reader, topic, id string) (found []detectors.Alert, err error) {
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for lines.Scan() {
		if a := match(topic, lines.Bytes(), id); a != nil {
			found = append(found, *a)
		}
	}
	return found, lines.Err()
}
