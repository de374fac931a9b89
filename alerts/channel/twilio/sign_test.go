package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of Twilio's documentation and of the test suites of its libraries.
func TestSignaturesAreThoseOfThePublishedExamples(t *testing.T) {
	for _, x := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"CallSid": {"CA1234567890ABCDE"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"},
			"Caller": {"+14158675309"}}, "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
		{url.Values{"CallSid": {"CA1234567890ABCDE"}, "Digits": {"1234"}, "From": {"+12349013030"}, "To": {"+18005551212"},
			"Caller": {"+12349013030"}}, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
		{url.Values{"Sid": {"CA123"}, "SidAccount": {"AC123"}, "Digits": {"5678", "1234", "1234"}}, "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
	} {
		c := &Channel{options: Options{AuthTokens: []string{"another", "12345"}}}
		const address = "https://mycompany.com/myapp.php?foo=1&bar=2"
		require.True(t, c.signed(address, x.form, x.want))
		require.False(t, c.signed(address+"&", x.form, x.want))
		require.False(t, c.signed(address, x.form, ""))

		h := hmac.New(sha1.New, []byte("12345"))
		h.Write([]byte(signedText(address, x.form)))
		require.Equal(t, x.want, base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
}
