package e2e_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// perlCentre is a message centre of Debian's Net::SMPP (.ci/peers/smsc.pl). It runs where CARDWATCH_SMSC_PEER names the script.
type perlCentre struct {
	port   int
	orders io.Writer
	phones telephones[string]
}

const centrePassword = "secret08"

func newPerlCentre(t *testing.T) *perlCentre {
	t.Helper()
	script := os.Getenv("CARDWATCH_SMSC_PEER")
	if script == "" {
		t.Skip("CARDWATCH_SMSC_PEER is not set: install libnet-smpp-perl and set it to the path of .ci/peers/smsc.pl")
	}
	cmd := exec.Command("perl", script, "CARDWATCH", centrePassword)
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := &perlCentre{orders: orders}
	port, ended := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(ended)
		c.listen(t, out, port)
	}()
	t.Cleanup(func() {
		_ = orders.Close() // at the end of its orders the centre ends
		<-ended
		_ = cmd.Wait()
	})
	c.port = <-port
	c.order(t, "receipts text")
	return c
}

// listen reads what the centre says until it ends. A receipt or an answer that Cardwatch refuses fails the test.
func (c *perlCentre) listen(t *testing.T, out io.Reader, port chan<- int) {
	defer close(port)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var e struct {
			Event, To    string
			Port, Status int
			Faults       []string
			Text         *string
		}
		if !assert.NoError(t, json.Unmarshal(lines.Bytes(), &e)) {
			continue
		}
		switch {
		case e.Event == "listening":
			port <- e.Port
		case e.Event == "submit" && e.Text != nil:
			c.phones.show("+"+e.To, *e.Text)
		case e.Event == "deliver_sm_resp":
			assert.Zero(t, e.Status, "Cardwatch did not take what the centre brought")
		}
		assert.NotEqual(t, "invalid", e.Event, "the centre found fault with %v", e.Faults)
	}
}

func (c *perlCentre) order(t *testing.T, format string, args ...any) {
	t.Helper()
	_, err := fmt.Fprintf(c.orders, format+"\n", args...)
	require.NoError(t, err)
}

func (c *perlCentre) section(t *testing.T, dir string) string {
	return fmt.Sprintf("{name: carrier, smpp: {address: \"127.0.0.1:%d\", system_id: CARDWATCH, password_file: %q, source: \"95588\", receipts: true, "+
		"message_id_base: 16, receipt_id_base: 10}}", c.port, secretFile(t, dir, "centre", centrePassword))
}

func (c *perlCentre) shows(t *testing.T, phone string, n int) string {
	return c.phones.await(t, phone, n)
}

func (c *perlCentre) says(t *testing.T, phone, text string) {
	c.order(t, "reply %s 0 %s", strings.TrimPrefix(phone, "+"), hex.EncodeToString([]byte(text)))
}

// twilio is a service that speaks Twilio's interface and signs its calls by its own reading of Twilio's documentation.
type twilio struct {
	t      *testing.T
	server *httptest.Server
	hook   string
	phones telephones[string]
	sids   atomic.Int64
}

const (
	twilioAccount = "AC00000000000000000000000000000005"
	twilioToken   = "the token of an account for tests"
	twilioNumber  = "+15005550006"
)

func newTwilio(t *testing.T) *twilio {
	s := &twilio{t: t}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

func (s *twilio) section(t *testing.T, dir string) string {
	return fmt.Sprintf("{name: carrier, twilio: {account_sid: %s, auth_token_files: [%q], from: %q, receipts: true, endpoint: %q, allow_private: true}}",
		twilioAccount, secretFile(t, dir, "twilio", twilioToken), twilioNumber, s.server.URL)
}

// ServeHTTP takes a message and tells that it was delivered before it has answered that it was taken, as happens in a fast network.
func (s *twilio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account, token, _ := r.BasicAuth()
	good := assert.Equal(s.t, "/2010-04-01/Accounts/"+twilioAccount+"/Messages.json", r.URL.Path) &&
		assert.Equal(s.t, twilioAccount, account) && assert.Equal(s.t, twilioToken, token) &&
		assert.Equal(s.t, twilioNumber, r.FormValue("From"))
	if !good {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	sid := s.sid("SM")
	s.phones.show(r.FormValue("To"), r.FormValue("Body"))
	status := s.calls(r.FormValue("StatusCallback"), twilioToken, url.Values{
		"AccountSid": {twilioAccount}, "MessageSid": {sid}, "MessageStatus": {"delivered"}, "To": {r.FormValue("To")},
	})
	assert.Equal(s.t, http.StatusOK, status)
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"sid":%q,"status":"queued"}`, sid) // whoever has left asks again
}

func (s *twilio) sid(kind string) string { return fmt.Sprintf("%s%032x", kind, s.sids.Add(1)) }

// calls makes a call-back signed with a token and gives the answer's status, 0 when there is none.
func (s *twilio) calls(address, token string, form url.Values) int {
	var names []string
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	h := hmac.New(sha1.New, []byte(token))
	io.WriteString(h, address)
	for _, name := range names {
		io.WriteString(h, name+form.Get(name))
	}
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if !assert.NoError(s.t, err) {
		return 0
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	response, err := browser.Do(request)
	if !assert.NoError(s.t, err) {
		return 0
	}
	status, _ := drain(response)
	return status
}

func (s *twilio) shows(t *testing.T, phone string, n int) string { return s.phones.await(t, phone, n) }

// says calls back twice with the same message, as when the first answer was lost; a stranger's call before it is refused.
func (s *twilio) says(t *testing.T, phone, text string) {
	t.Helper()
	form := url.Values{"AccountSid": {twilioAccount}, "MessageSid": {s.sid("SM")}, "From": {phone}, "To": {twilioNumber}, "Body": {text}}
	address := s.hook + "/hooks/carrier"
	require.Equal(t, http.StatusUnauthorized, s.calls(address, "another account's token", form))
	for range 2 {
		require.Equal(t, http.StatusOK, s.calls(address, twilioToken, form))
	}
}
