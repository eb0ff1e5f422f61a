package spideriq_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// ticks lets one request through per tick.
type ticks <-chan time.Time

func (t ticks) Wait(ctx context.Context) error {
	select {
	case <-t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Any type with the method Wait is a RateLimiter, such as *rate.Limiter of
// golang.org/x/time/rate. The one here waits for the next tick.
func ExampleWithRateLimiter() {
	server := spideriqtest.NewServer()
	defer server.Close()

	began := time.Now()
	client := server.Client(spideriq.WithRateLimiter(ticks(time.Tick(10 * time.Millisecond))))
	for range 3 {
		if _, err := client.Integrations.List(context.Background(), spideriq.ListParams{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(time.Since(began) >= 30*time.Millisecond)
	// Output: true
}

// cachedToken keeps a token until shortly before it expires. An oauth2.TokenSource does
// that already: examples/oauth2 shows how it becomes a TokenSource in a few lines.
type cachedToken struct {
	fetch func(ctx context.Context) (token string, expires time.Time, err error)

	mu      sync.Mutex
	token   string
	expires time.Time
}

// Token is called before every attempt, from many goroutines.
func (c *cachedToken) Token(ctx context.Context) (string, error) {
	const early = time.Minute
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Add(early).Before(c.expires) {
		return c.token, nil
	}
	token, expires, err := c.fetch(ctx)
	if err != nil {
		return "", err
	}
	c.token, c.expires = token, expires
	return token, nil
}

// A TokenSource is asked before every attempt, so it caches the token and refreshes it
// before it expires.
func ExampleWithTokenSource() {
	server := spideriqtest.NewServer()
	defer server.Close()

	source := &cachedToken{fetch: func(context.Context) (string, time.Time, error) {
		fmt.Println("fetching a token")
		return server.Token, time.Now().Add(time.Hour), nil
	}}
	client, err := spideriq.NewClient("", spideriq.WithBaseURL(server.URL), spideriq.WithTokenSource(source.Token))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		_, err := client.Integrations.List(context.Background(), spideriq.ListParams{})
		fmt.Println(err)
	}
	// Output:
	// fetching a token
	// <nil>
	// <nil>
	// <nil>
}

// recorder keeps the responses that pass through it and replays them without a network
// when it has no next transport. It keeps no request, which holds the token.
type recorder struct {
	next http.RoundTripper

	mu        sync.Mutex
	responses map[string][]byte // as on the wire, by method and path
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	key := req.Method + " " + req.URL.RequestURI()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		return http.ReadResponse(bufio.NewReader(bytes.NewReader(r.responses[key])), req)
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	r.responses[key], err = httputil.DumpResponse(resp, true)
	return resp, err
}

// Record the responses of the API once, and replay them in tests. This recorder keeps
// them in memory; write its map to a file to keep them longer.
func ExampleWithHTTPClient_record() {
	server := spideriqtest.NewServer()
	server.Add(spideriq.Integration{ID: 42, KeyLabel: "batch"})
	recording := &recorder{next: http.DefaultTransport, responses: make(map[string][]byte)}
	list := func(transport http.RoundTripper) {
		client, err := spideriq.NewClient(server.Token, spideriq.WithBaseURL(server.URL),
			spideriq.WithHTTPClient(&http.Client{Transport: transport}))
		if err != nil {
			fmt.Println(err)
			return
		}
		keys, err := client.Integrations.List(context.Background(), spideriq.ListParams{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(keys), keys[0].KeyLabel)
	}

	list(recording)
	server.Close() // from here on there is no API
	list(&recorder{responses: recording.responses})
	// Output:
	// 1 batch
	// 1 batch
}

// dump prints each request without the token.
type dump struct{ next http.RoundTripper }

func (d dump) RoundTrip(req *http.Request) (*http.Response, error) {
	redacted := req.Clone(req.Context())
	redacted.Header.Set("Authorization", "[redacted]")
	redacted.Body = nil // the body of a create holds credentials, and it can be read only once
	text, err := httputil.DumpRequestOut(redacted, false)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, req.Method) || strings.HasPrefix(line, "Authorization") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	return d.next.RoundTrip(req)
}

// A dump of requests for debugging must not show the token: an http.RoundTripper sees
// the Authorization header. Clone the request before you change it.
func ExampleWithHTTPClient_dump() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client(spideriq.WithHTTPClient(&http.Client{Transport: dump{http.DefaultTransport}}))

	if _, err := client.Integrations.List(context.Background(), spideriq.ListParams{Limit: 10}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// GET /api/v1/integrations?limit=10 HTTP/1.1
	// Authorization: [redacted]
}

// An Amount is a string in Go and a number on the wire. A tool that derives a schema
// from Go types must be told so, or it refuses valid responses.
func ExampleAmount_schema() {
	schemaOfAmount := map[string]any{"type": "number"}

	value, err := json.Marshal(struct {
		Limit spideriq.Amount `json:"limit"`
	}{"1000.00"})
	fmt.Println(string(value), err)
	schema, err := json.Marshal(schemaOfAmount)
	fmt.Println(string(schema), err)
	// Output:
	// {"limit":1000.00} <nil>
	// {"type":"number"} <nil>
}
