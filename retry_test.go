package spideriq_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
)

// A tape plays answers in turn, the last one for ever, and keeps what was sent.
type tape struct {
	mu      sync.Mutex
	answers []taped
	sent    []tapedRequest
}

type taped func(*http.Request) (*http.Response, error)

type tapedRequest struct {
	at      time.Time
	method  string
	url     string
	header  http.Header
	body    string
	getBody string
}

func play(answers ...taped) *tape { return &tape{answers: answers} }

func (tp *tape) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := tapedRequest{at: time.Now(), method: req.Method, url: req.URL.String(), header: req.Header.Clone(), body: drained(req.Body)}
	if req.GetBody != nil {
		again, _ := req.GetBody()
		sent.getBody = drained(again)
	}
	tp.mu.Lock()
	next := tp.answers[min(len(tp.sent), len(tp.answers)-1)]
	tp.sent = append(tp.sent, sent)
	tp.mu.Unlock()
	return next(req)
}

func drained(body io.ReadCloser) string {
	if body == nil {
		return ""
	}
	text, _ := io.ReadAll(body)
	body.Close()
	return string(text)
}

func (tp *tape) requests() []tapedRequest {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return slices.Clone(tp.sent)
}

// waits returns the time between each two requests.
func (tp *tape) waits() (waits []time.Duration) {
	sent := tp.requests()
	for i := 1; i < len(sent); i++ {
		waits = append(waits, sent[i].at.Sub(sent[i-1].at))
	}
	return waits
}

// anyAnswer is one that every method understands.
const anyAnswer = `{"success": true, "integration": {"id": 42}, "integrations": [], "summary": {"total": 0}, "synced": 0}`

// says answers with a status, and with headers given as pairs.
func says(status int, headers ...string) taped {
	body := `{"success": false, "error": "no"}`
	if status/100 == 2 {
		body = anyAnswer
	}
	return saysBody(status, body, headers...)
}

func saysBody(status int, body string, headers ...string) taped {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		text := strings.NewReader(body)
		if req.Method == http.MethodHead {
			text.Reset("")
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(text), ContentLength: -1, Request: req}, nil
	}
}

func fails(err error) taped { return func(*http.Request) (*http.Response, error) { return nil, err } }

// hangs until the request is given up.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

const tapeToken = "some_client:some_key:some_secret"

func clientOf(t testing.TB, rt http.RoundTripper, opts ...spideriq.Option) *spideriq.Client {
	client, err := spideriq.NewClient(tapeToken, append(opts, spideriq.WithHTTPClient(&http.Client{Transport: rt}))...)
	require.NoError(t, err)
	return client
}

type methodCall func(context.Context, *spideriq.Client, ...spideriq.RequestOption) error

func tryDo(method string) methodCall {
	return func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		return c.Do(ctx, method, "/integrations/42", nil, nil, opts...)
	}
}

func tryUpdate(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	_, err := c.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000)}, opts...)
	return err
}

func tryCreate(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	_, err := c.Integrations.Create(ctx, spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": "fake-key-of-groq"}}, opts...)
	return err
}

func tryDelete(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	return c.Integrations.Delete(ctx, 42, opts...)
}

func trySyncBilling(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	_, err := c.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{}, opts...)
	return err
}

func tryList(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	_, err := c.Integrations.List(ctx, spideriq.ListParams{ProviderName: "hidden"}, opts...)
	return err
}

func tryHealth(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	_, err := c.Integrations.Health(ctx, opts...)
	return err
}

var everyMethod = []struct {
	name    string
	call    methodCall
	repeats bool // after an outcome that is unknown
	writes  bool
}{
	{"Update", tryUpdate, true, true}, {"Delete", tryDelete, true, true}, {"SyncBilling", trySyncBilling, true, true},
	{"List", tryList, true, false}, {"Health", tryHealth, true, false}, {"Create", tryCreate, false, true},
	{"Do GET", tryDo("GET"), true, false}, {"Do HEAD", tryDo("HEAD"), true, false}, {"Do OPTIONS", tryDo("OPTIONS"), true, false},
	{"Do PUT", tryDo("PUT"), true, true}, {"Do PATCH", tryDo("PATCH"), true, true}, {"Do DELETE", tryDo("DELETE"), true, true},
	{"Do POST", tryDo("POST"), false, true},
}

func TestOutcomeDecidesWhetherACallIsRepeated(t *testing.T) {
	t.Parallel()
	const never, safely, always = "never", "where a repeat does no harm", "always"
	type outcome struct {
		name    string
		answer  taped
		repeat  string
		unknown bool
	}
	outcomes := []outcome{
		{"429 with a wait", says(429, "Retry-After", "1"), always, false},
		{"429 with a reset", says(429, "X-RateLimit-Reset", "946684801", "Date", "Sat, 01 Jan 2000 00:00:00 GMT"), always, false},
		{"bare 429", says(429), never, false},
		{"429 with an unreadable wait", says(429, "Retry-After", "soon"), never, false},
		{"final 429: campaigns", saysBody(429, `{"error": {"code": "MAX_CAMPAIGNS_PER_CLIENT"}}`, "Retry-After", "1"), never, false},
		{"final 429: records", saysBody(429, `{"error": "bulk_records_per_job_exceeded"}`, "Retry-After", "1"), never, false},
		{"500", says(500), safely, false},
		{"502", says(502), safely, true},
		{"503", says(503), safely, false},
		{"504", says(504), safely, true},
		{"503 with a wait too long", says(503, "Retry-After", "61"), never, false},
		{"429 told not to", says(429, "Retry-After", "1", "x-should-retry", "false"), never, false},
		{"500 told not to", says(500, "x-should-retry", "false"), never, false},
		{"503 told not to", says(503, "x-should-retry", "false"), never, false},
		{"refused", fails(errRefused), always, false},
		{"temporary DNS failure", fails(&net.DNSError{IsTemporary: true}), always, false},
		{"no such host", fails(&net.DNSError{IsNotFound: true}), never, false},
		{"reset", fails(errReset), safely, true},
		{"cut", fails(io.EOF), safely, true},
		{"timeout", hangs, safely, true},
		{"unknown failure", fails(errors.New("opaque")), never, true},
	}
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 423, 425, 451,
		501, 505, 507, 511, 520, 522, 524, 529, 599} {
		outcomes = append(outcomes, outcome{fmt.Sprint(status), says(status, "Location", "https://elsewhere.test/x"), never, false})
	}
	for _, m := range everyMethod {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, o := range outcomes {
					if m.name == "Do HEAD" && strings.HasPrefix(o.name, "final") {
						continue // what is final stands in the body
					}
					want := 1
					if o.repeat == always || o.repeat == safely && m.repeats {
						want = 3
					}
					tp := play(o.answer)
					err := m.call(t.Context(), clientOf(t, tp))
					require.Error(t, err, o.name)
					assert.Len(t, tp.requests(), want, o.name)
					attempts, mayHaveApplied := outcomeOf(err)
					assert.Equal(t, want, attempts, o.name)
					assert.Equal(t, o.unknown && m.writes, mayHaveApplied, o.name)
				}
			})
		})
	}
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

func TestSuccessIsNotRepeatedWhateverTheBodySays(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]taped{
		"refusal": saysBody(200, `{"success": false, "error": "no"}`, "Retry-After", "1"),
		"page":    saysBody(200, "<html>Log in</html>"),
		"nothing": saysBody(200, ""),
		"cut":     saysBody(200, `{"success": true, "integra`),
	} {
		tp := play(reply)
		assert.Error(t, tryUpdate(t.Context(), clientOf(t, tp)), name)
		assert.Len(t, tp.requests(), 1, name)
	}
}

func TestAttemptsCanBeLimited(t *testing.T) {
	t.Parallel()
	attempts := func(n int) spideriq.Option { return spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: n}) }
	tests := []struct {
		name string
		opts []spideriq.Option
		call []spideriq.RequestOption
		want int
	}{
		{"by default", nil, nil, 3},
		{"for the client", []spideriq.Option{attempts(5)}, nil, 5},
		{"to one for the client", []spideriq.Option{attempts(1)}, nil, 1},
		{"to one for the call", nil, []spideriq.RequestOption{spideriq.WithMaxAttempts(1)}, 1},
		{"to more for the call", []spideriq.Option{attempts(1)}, []spideriq.RequestOption{spideriq.WithMaxAttempts(4)}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var info spideriq.ResponseInfo
				tp := play(saysBody(503, `{"error": {"code": "maintenance", "message": "Back soon"}}`, "Retry-After", "3"))
				err := tryUpdate(t.Context(), clientOf(t, tp, tt.opts...), append(tt.call, spideriq.WithResponseInfo(&info))...)
				e, ok := errors.AsType[*spideriq.ServerError](err)
				require.True(t, ok, err)
				assert.Len(t, tp.requests(), tt.want)
				assert.Equal(t, tt.want, e.Attempts)
				assert.Equal(t, tt.want, info.Attempts)
				assert.Equal(t, "maintenance: Back soon", e.Code+": "+e.Message, "the last answer is not lost")
				assert.Equal(t, 3*time.Second, e.RetryAfter)
				assert.Equal(t, 1, strings.Count(err.Error(), "PATCH"))
			})
		})
	}
}

func TestAttemptsAreEqualWhateverATransportDoesToTheFirst(t *testing.T) {
	t.Parallel()
	replaces := func(req *http.Request) (*http.Response, error) {
		for key, values := range req.Header {
			req.Header[key] = append(values, "another")
		}
		req.Header.Set("Authorization", "Bearer other")
		req.Header.Set("X-Traced", "1")
		req.Header.Del("User-Agent")
		*req.URL = *req.URL.JoinPath("other")
		req.Method, req.Host, req.ContentLength, req.GetBody = "GET", "other.test", 1, nil
		return says(503)(req)
	}
	overwrites := func(req *http.Request) (*http.Response, error) {
		for key, values := range req.Header {
			if key != "Authorization" {
				values[0] = "changed"
			}
		}
		return says(503)(req)
	}
	overwritesToken := func(req *http.Request) (*http.Response, error) {
		req.Header["Authorization"][0] = "[redacted]"
		return says(503)(req)
	}
	for name, vandal := range map[string]taped{"replaces": replaces, "overwrites": overwrites, "overwrites the token": overwritesToken} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "overwrites the token" {
			}
			synctest.Test(t, func(t *testing.T) {
				for _, try := range []methodCall{tryUpdate, tryList, tryDelete} {
					tp := play(vandal, vandal, says(200))
					require.NoError(t, try(t.Context(), clientOf(t, tp), spideriq.WithHeader("X-Job", "rotation"), spideriq.WithQuery(struct {
						Full bool `url:"full"`
					}{true})))
					sent := tp.requests()
					require.Len(t, sent, 3)
					assert.Equal(t, []string{"Bearer " + tapeToken}, sent[0].header["Authorization"])
					assert.Equal(t, sent[0].body, sent[0].getBody)
					for i := range sent {
						sent[i].at = time.Time{}
						assert.Equal(t, sent[0], sent[i])
					}
				}
			})
		})
	}
}

func TestOutageCostsATenthMoreAndHoldsNoFirstAttemptBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer taped
		want   int
	}{
		{"503", says(503), 1100}, {"502", says(502), 1100}, {"reset", fails(errReset), 1100},
		{"refused", fails(errRefused), 1100}, {"timeout", hangs, 1050},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tp := play(tt.answer)
				client := clientOf(t, tp)
				var all sync.WaitGroup
				var sent atomic.Int64
				for range 1000 {
					all.Go(func() {
						attempts, _ := outcomeOf(tryUpdate(t.Context(), client))
						assert.GreaterOrEqual(t, attempts, 1)
						sent.Add(int64(attempts))
					})
				}
				all.Wait()
				assert.Len(t, tp.requests(), tt.want)
				assert.EqualValues(t, tt.want, sent.Load())

				err := tryUpdate(t.Context(), client)
				attempts, _ := outcomeOf(err)
				assert.Equal(t, 1, attempts, "the budget is spent")

				tp.recover()
				for range 10 {
					require.NoError(t, tryUpdate(t.Context(), client))
				}
				tp.answers = []taped{fails(errReset), says(200)}
				tp.sent = nil
				require.NoError(t, tryUpdate(t.Context(), client), "successes have bought a retry")
				assert.Len(t, tp.requests(), 2)
			})
		})
	}
}

// recover makes all further answers good.
func (tp *tape) recover() {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.answers = []taped{says(200)}
}

func TestEveryTenthFailingRequestCostsNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenth := slices.Repeat([]taped{says(200)}, 9)
		tp := play(slices.Repeat(append(tenth, says(503)), 300)...)
		client := clientOf(t, tp)
		for range 2000 {
			require.NoError(t, tryUpdate(t.Context(), client))
		}
		assert.LessOrEqual(t, len(tp.requests()), 2300)
	})
}

func TestRetriesThatHelpUseNoBudgetUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tp := play(slices.Repeat([]taped{says(503), says(200)}, 1000)...)
		client := clientOf(t, tp)
		for range 1000 {
			require.NoError(t, tryUpdate(t.Context(), client))
		}
		assert.Len(t, tp.requests(), 2000)
	})
}

func TestDeleteThatFindsNothingAfterALostAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		first []taped
		want  bool
	}{
		{"first attempt", nil, false},
		{"after 502", []taped{says(502)}, true},
		{"after 504", []taped{says(504)}, true},
		{"after a cut", []taped{fails(io.EOF)}, true},
		{"after a timeout", []taped{hangs}, true},
		{"after a cut and 503", []taped{fails(io.EOF), says(503)}, true},
		{"after 503", []taped{says(503)}, false},
		{"after 429", []taped{says(429, "Retry-After", "1")}, false},
		{"after a refused connection", []taped{fails(errRefused)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				err := tryDelete(t.Context(), clientOf(t, play(append(tt.first, says(404))...)))
				e, ok := errors.AsType[*spideriq.NotFoundError](err)
				require.True(t, ok, err)
				assert.Equal(t, len(tt.first)+1, e.Attempts)
				assert.Equal(t, tt.want, e.MayHaveApplied)
			})
		})
	}
}

func TestNothingIsPrintedUnlessALoggerIsGiven(t *testing.T) {
	if os.Getenv("SPIDERIQ_TEST_OUTAGE") != "" {
		client := clientOf(t, play(fails(errReset), says(503, "Location", "::"), says(429)))
		for _, m := range everyMethod {
			_ = m.call(t.Context(), client)
		}
		client = clientOf(t, nil, spideriq.WithBaseURL("http://127.0.0.1:1"))
		_ = tryUpdate(t.Context(), client)
		os.Exit(0)
	}
	t.Parallel()
	run := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	run.Env = append(os.Environ(), "SPIDERIQ_TEST_OUTAGE=1")
	output, err := run.CombinedOutput()
	require.NoError(t, err)
	assert.Empty(t, string(output))
}

func TestLogTellsOfAttemptsAndNothingSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		quotes := func(req *http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "read", Err: fmt.Errorf("%w of %s to %s", syscall.ECONNRESET, req.Header["Authorization"], req.URL)}
		}
		client := clientOf(t, play(quotes, says(503, "Retry-After", "7", "X-Request-Id", "of-the-answer"), says(200)), spideriq.WithLogger(logger))
		require.NoError(t, tryList(t.Context(), client))
		require.Error(t, tryCreate(t.Context(), clientOf(t, play(says(503)), spideriq.WithLogger(logger))))

		text := log.String()
		for _, secret := range []string{"some_key", "some_secret", "Bearer", "hidden", "fake-key", "groq", "spideriq.ai", "of-the-answer", "?"} {
			assert.NotContains(t, text, secret)
		}
		assert.Equal(t, 4, strings.Count(text, `"DEBUG"`), "attempts")
		assert.Equal(t, 2, strings.Count(text, `"WARN"`), "waits")
		assert.Contains(t, text, `"path":"/integrations"`)
		assert.Contains(t, text, `"method":"GET"`)
		assert.Contains(t, text, `"status":503`)
	})
}

func TestLogDoesNotRepeatTheTokenThatATransportQuotes(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	quotes := func(req *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("cannot send %v", req.Header)
	}
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	err := tryUpdate(t.Context(), clientOf(t, play(quotes), spideriq.WithLogger(logger)))
	assert.NotContains(t, err.Error(), "some_secret")
	assert.NotContains(t, log.String(), "some_secret")
}

func TestClientIsCheapToMake(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() { clientOf(t, nil) })
	assert.Less(t, allocations, 50.0)

	before := goleak.IgnoreCurrent()
	for range 100 {
		clientOf(t, nil)
	}
	assert.NoError(t, goleak.Find(before))
}

func TestNoGoroutineOutlivesACallThatIsGivenUp(t *testing.T) {
	before := goleak.IgnoreCurrent()
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices only then that the client has gone
		switch r.URL.Query().Get("phase") {
		case "body":
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		case "wait":
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusServiceUnavailable)
			arrived <- struct{}{}
			return
		}
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	rt := new(http.Transport)
	client := clientOf(t, rt, spideriq.WithBaseURL(server.URL))
	for _, phase := range []string{"answer", "body", "wait"} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		err := tryUpdate(ctx, client, spideriq.WithQuery(struct {
			Phase string `url:"phase"`
		}{phase}))
		assert.ErrorIs(t, err, context.Canceled, phase)
	}
	rt.CloseIdleConnections()
	server.Close()
	assert.NoError(t, goleak.Find(before))
}
