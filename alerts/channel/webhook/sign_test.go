package webhook

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The example of the standard's own test suites.
func TestSignaturesAreThoseOfThePublishedExample(t *testing.T) {
	list, err := keys([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
	require.NoError(t, err)
	const id, at, want = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	body := []byte(`{"test": 2432232314}`)
	require.Equal(t, want, sign(list, id, at, body))
	require.True(t, verify(list, id, at, body, want))
	require.False(t, verify(list, id, at, body, ""))
	require.False(t, verify(nil, id, at, body, want))
}
