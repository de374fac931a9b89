package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// settings is a configuration file that an operator would write.
type settings struct {
	dir, broker, group, roles string
	// extra are sections beside the common ones.
	extra string
	site  site
}

// newSettings gives a process its own store and ports. Processes with the same group share the partitions.
func newSettings(t *testing.T, broker, group, roles string) settings {
	t.Helper()
	return settings{
		dir: t.TempDir(), broker: broker, group: group, roles: roles,
		site: site{console: "http://" + freePort(t), probes: "http://" + freePort(t)},
		// Nearly every record that these tests plant is an alert; no rule may be stopped for that.
		extra: "breaker: {budget_per_10k: 0}\n",
	}
}

func (s *settings) store() string { return filepath.Join(s.dir, "store") }

// file writes the configuration and gives its path.
func (s *settings) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(s.dir, "cardwatch.yaml")
	text := fmt.Sprintf(`roles: [%s]
kafka:
  brokers: ["%s"]
  group_prefix: "%s"
  session_timeout: 6s
  heartbeat_interval: 500ms
topics:
  partitions: %d
  replication_factor: 1
store:
  dir: "%s"
  min_free_percent: 0
http:
  listen: "%s"
metrics:
  listen: "%s"
`, s.roles, s.broker, s.group, partitions, s.store(), s.site.console[len("http://"):], s.site.probes[len("http://"):]) + s.extra
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// newGroup is a group prefix that no run before has used.
func newGroup() string { return "e2e-" + strconv.FormatInt(time.Now().UnixNano(), 36) }
