package spideriq_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// fakeToken is no real one. Its parts are long enough to count as secrets.
const fakeToken = "client_51f0aa:key_9c27d03e:secret_55ab8114"

// fakeCredentials are no real ones.
var fakeCredentials = spideriq.Credentials{"api_key": "sk-or-v1-0b5e77aa31", "account_id": "acct-4411f0"}

const (
	// good is the body of a success for every endpoint.
	good = `{"success": true, "integration": {"id": 42}, "integrations": [], "summary": {"total": 0}, "recommendations": [], "synced": 0, "failed": 0, "results": []}`
	no   = `{"success": false, "error": "no"}`
)

// A reply is what a request without a network comes to.
type reply func(*http.Request) (*http.Response, error)

func (r reply) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// answer has the content type of JSON unless the headers, lines as on the wire, say
// otherwise.
func answer(status int, body string, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		h, text := http.Header{"Content-Type": {"application/json"}}, body
		for _, line := range headers {
			key, value, _ := strings.Cut(line, ": ")
			h.Set(key, value)
		}
		if req.Method == http.MethodHead {
			text = ""
		}
		return &http.Response{StatusCode: status, Header: h, ContentLength: -1, Body: io.NopCloser(strings.NewReader(text)), Request: req}, nil
	}
}

// recorded is the whole HTTP answer in a file of testdata.
func recorded(name string) reply {
	file, err := os.ReadFile(filepath.Join("testdata", name+".http"))
	resp, notHTTP := http.ReadResponse(bufio.NewReader(bytes.NewReader(file)), nil)
	if err = cmp.Or(err, notHTTP); err != nil {
		panic(err)
	}
	return reply(httpmock.ResponderFromResponse(resp))
}

func failing(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hanging lasts until the request is given up.
func hanging(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// A fakeAPI is a RoundTripper that keeps what is sent and replies in turn, with the
// last reply again and again.
type fakeAPI struct {
	open    atomic.Int64 // bodies of answers that were not closed
	mu      sync.Mutex
	replies []reply
	sent    []sentRequest
	times   []time.Time // of what was sent
}

type sentRequest struct {
	Method, URL, Body string
	Header            http.Header
}

func replying(replies ...reply) *fakeAPI { return &fakeAPI{replies: replies} }

func (a *fakeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := sentRequest{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body.Close()
		sent.Body = string(body)
	}
	a.mu.Lock()
	a.sent, a.times = append(a.sent, sent), append(a.times, time.Now())
	next := a.replies[min(len(a.sent), len(a.replies))-1]
	a.mu.Unlock()
	resp, err := next(req)
	if resp != nil && resp.Body != nil {
		a.open.Add(1)
		resp.Body = &countedBody{resp.Body, sync.OnceFunc(func() { a.open.Add(-1) })}
	}
	return resp, err
}

type countedBody struct {
	io.ReadCloser
	closed func()
}

func (b *countedBody) Close() error { b.closed(); return b.ReadCloser.Close() }

// restart forgets what was sent and goes on with other replies.
func (a *fakeAPI) restart(replies ...reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replies, a.sent, a.times = replies, nil, nil
}

func (a *fakeAPI) requests() []sentRequest {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.sent)
}

// waits returns the time between each two requests.
func (a *fakeAPI) waits() (waits []time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := 1; i < len(a.times); i++ {
		waits = append(waits, a.times[i].Sub(a.times[i-1]))
	}
	return waits
}

func (a *fakeAPI) client(t testing.TB, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	return newClient(t, a, opts...)
}

// newClient returns a client that sends with rt, or with its own transport when rt
// is nil.
func newClient(t testing.TB, rt http.RoundTripper, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	client, err := spideriq.NewClient(fakeToken, append([]spideriq.Option{over(rt)}, opts...)...)
	require.NoError(t, err)
	return client
}

func over(rt http.RoundTripper) spideriq.Option {
	return spideriq.WithHTTPClient(&http.Client{Transport: rt})
}

// once is for clients that make one attempt a call, outside of bubbles.
var once = spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1})

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

// An endpoint is a call that makes one request, or several attempts at it.
type endpoint func(context.Context, *spideriq.Client, ...spideriq.RequestOption) error

var endpoints = map[string]endpoint{"Update": update, "List": list, "Create": create, "Delete": remove, "Health": health, "SyncBilling": syncBilling, "Do": do}

func update(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	i, err := c.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000)}, opts...)
	return oneOf(i != nil, err)
}

func list(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	rows, err := c.Integrations.List(ctx, spideriq.ListParams{}, opts...)
	return oneOf(rows != nil, err)
}

func create(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	i, err := c.Integrations.Create(ctx, spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: fakeCredentials}, opts...)
	return oneOf(i != nil, err)
}

func remove(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	return c.Integrations.Delete(ctx, 42, opts...)
}

func health(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	report, err := c.Integrations.Health(ctx, opts...)
	return oneOf(report != nil, err)
}

func syncBilling(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	sync, err := c.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{}, opts...)
	return oneOf(sync != nil, err)
}

func do(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	return c.Do(ctx, "PATCH", "/integrations/42", struct{}{}, new(struct{ Integration struct{ ID int } }), opts...)
}

// oneOf reports a call that returned both a value and an error, or neither.
func oneOf(value bool, err error) error {
	if value == (err == nil) {
		return err
	}
	return fmt.Errorf("value %t beside error %v", value, err)
}

func asType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// requireAs returns the error of type E in err.
func requireAs[E error](t testing.TB, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	require.True(t, ok, "%T: %v", err, err)
	return e
}

// assertPlain says that err is none of the types that tell of a request.
func assertPlain(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assert.False(t, asType[*spideriq.APIError](err) || asType[*spideriq.TransportError](err) || asType[*spideriq.InvalidResponseError](err), "%T %v", err, err)
}

// outcomeOf reads what an error of either family tells about the attempts.
func outcomeOf(err error) (attempts int, mayHaveApplied bool) {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.Attempts, e.MayHaveApplied
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.Attempts, e.MayHaveApplied
	}
	return -1, false
}

// assertNoSecret looks for the token, its parts and the credentials in text.
func assertNoSecret(t testing.TB, text string, about ...any) {
	t.Helper()
	secrets := append(strings.Split(fakeToken, ":"), fakeCredentials["api_key"], fakeCredentials["account_id"])
	for _, secret := range secrets {
		assert.NotContains(t, strings.ToLower(text), secret, about...)
		assert.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", secret), about...)
	}
}

// snake is a field's name as the API writes it.
func snake(field string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(field, "${1}_$2"))
}

// child is the variable that makes a test the program which it needs.
const child = "SPIDERIQ_TEST_CHILD"

// runAsChild runs the test of that name in a process of its own and returns what it
// printed.
func runAsChild(t *testing.T, name string, env ...string) string {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$")
	program.Env = slices.Concat(os.Environ(), env, []string{child + "=1"})
	output, err := program.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return string(output)
}
