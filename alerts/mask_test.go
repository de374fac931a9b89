package alerts_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func requireMasked(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		asJSON, err := json.Marshal(v)
		require.NoError(t, err)
		for _, printed := range []string{fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), string(asJSON)} {
			require.NotContains(t, printed, "138001380", "%T", v)
		}
	}
}
