package e2e_test

import (
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var browser = http.Client{Timeout: 15 * time.Second}

// site is one process's console and probes, as a browser and a Prometheus see them.
type site struct{ console, probes string }

// get gives a page's status and text; 0 when nobody answers.
func get(address string) (int, string) {
	response, err := browser.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	return drain(response)
}

func drain(response *http.Response) (int, string) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, html.UnescapeString(string(body))
}

func post(t *testing.T, address string, form url.Values) (int, string) {
	t.Helper()
	response, err := browser.PostForm(address, form)
	require.NoError(t, err)
	return drain(response)
}

// metric sums the series of /metrics that start with the name and have all the labels; 0 when nobody answers.
func (s site) metric(name string, labels ...string) float64 {
	_, text := get(s.probes + "/metrics")
	sum := 0.0
next:
	for line := range strings.Lines(text) {
		series, value, found := strings.Cut(strings.TrimSpace(line), "} ")
		if !found || !strings.HasPrefix(series, name+"{") {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(series, label) {
				continue next
			}
		}
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			sum += n
		}
	}
	return sum
}

// applied waits until a processor has applied n records of a topic.
func (s site) applied(t *testing.T, processor, topic string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return s.metric("cardwatch_stream_records_total", label("processor", processor), label("topic", topic)) >= float64(n)
	}, patience, glance, "the %s has not applied %d records of %s", processor, n, topic)
}

// owned is the number of partitions that the process's monitor works on.
func (s site) owned() int { return s.running("monitor") }

// running is the number of partitions that the process works on as that processor.
func (s site) running(processor string) int {
	return int(s.metric("cardwatch_stream_partition_running", label("processor", processor)))
}

func label(name, value string) string { return fmt.Sprintf("%s=%q", name, value) }

var (
	answerLink = regexp.MustCompile(`href="(http://[^"]+/p/[^"]+)"`)
	onceField  = regexp.MustCompile(`name="once" value="([^"]+)"`)
)

// linkOnPhone waits for the question on the customer's telephone and gives the link in it.
func (s site) linkOnPhone(t *testing.T, customer string) string {
	t.Helper()
	var link []string
	require.Eventually(t, func() bool {
		_, page := get(s.console + "/phone?customer=" + url.QueryEscape(customer))
		link = answerLink.FindStringSubmatch(page)
		return link != nil
	}, patience, glance, "no question with a link reached the telephone of %s", customer)
	return link[1]
}

// answers opens the customer's link, as scanners and the customer do, and answers on the page.
func answers(t *testing.T, link, answer string) {
	t.Helper()
	for range 2 {
		status, page := get(link)
		require.Equal(t, http.StatusOK, status, page)
		require.Regexp(t, onceField, page)
	}
	_, page := get(link)
	once := onceField.FindStringSubmatch(page)[1]
	status, page := post(t, link, url.Values{"answer": {answer}, "once": {once}})
	require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, status, page)
}

// freePort gives an address that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
