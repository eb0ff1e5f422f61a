package transport

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// engine repeats attempts: it loops, waits and wakes up when the caller leaves.
// What it sees of a call are stubs without headers, bodies and statuses, so its own
// rules, and those of the http.Client inside it, have nothing to act on: no
// redirect to follow, no Retry-After to overflow, no last answer to lose.
type engine struct{ client *retryablehttp.Client }

func newEngine(t *Transport, layers http.RoundTripper) engine {
	return engine{&retryablehttp.Client{
		HTTPClient: &http.Client{Transport: layers}, // the layers have no CloseIdleConnections for it to call
		RetryMax:   math.MaxInt,                     // next counts
		CheckRetry: func(ctx context.Context, _ *http.Response, err error) (again bool, _ error) {
			c := ctx.(*call)
			if err != nil {
				return false, nil
			}
			c.wait, again = t.next(c)
			return again, nil
		},
		Backoff: func(_, _ time.Duration, _ int, stub *http.Response) time.Duration {
			return callOf(stub.Request).wait
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}}
}

// noHeader is what stubs carry. Nothing writes to it.
var noHeader = http.Header{}

func (e engine) run(c *call) {
	stub := http.Request{Method: c.req.Method, URL: &c.req.URL, Header: noHeader}
	c.stub = *stub.WithContext(c)
	if _, err := e.client.Do(&retryablehttp.Request{Request: &c.stub}); err != nil && !c.interrupted() {
		c.result.Err = err
	}
}
