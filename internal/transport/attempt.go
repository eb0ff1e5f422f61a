package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

// MaxBody is the size in bytes, after decompression, up to which the body of an
// answer is read.
const MaxBody = 4 << 20

// ErrTooLarge says that a body was longer than [MaxBody].
var ErrTooLarge = errors.New("the body is larger than 4 MiB")

// attempt turns a call into one request on the wire and reads the answer to its
// end, both under one deadline. The request is made anew each time, so attempts
// are equal whatever a base transport does to the one before.
func (t *Transport) attempt(template *http.Request, c *Call) {
	c.failure = failure{}
	ctx, cancel := context.WithTimeout(template.Context(), t.Timeout)
	defer cancel()
	w := t.newWire(ctx, template, c)
	if c.Attempts++; c.Log != nil {
		began := time.Now()
		defer func() { c.Took = time.Since(began) }()
	}
	c.Answer, c.Err = exchange(t.Base, w.req)
	if c.Err != nil {
		if ctx.Err() != nil {
			// Not the caller's deadline, so not context.DeadlineExceeded.
			c.Err = fmt.Errorf("no answer within %v: %w", t.Timeout, os.ErrDeadlineExceeded)
		}
		// Before the head was written no server can have acted.
		c.failure = classify(c.Err, t.standard && w.got.Load(), w.asked.Load() && !w.wrote.Load())
		c.Err = cmp.Or(contextError(template.Context()), c.Err)
	}
	c.MayHaveApplied = c.MayHaveApplied || c.leftOpen()
}

// leftOpen says whether the last attempt was a write whose outcome is not known.
func (c *Call) leftOpen() bool {
	reads := c.Method == http.MethodGet || c.Method == http.MethodHead || c.Method == http.MethodOptions
	gateway := c.Answer.StatusCode == http.StatusBadGateway || c.Answer.StatusCode == http.StatusGatewayTimeout
	return !reads && (gateway || c.Err != nil && !c.failure.unsent)
}

// A wire is the request of one attempt, which shares nothing with any other, and what
// was seen of its way out.
type wire struct {
	req    *http.Request
	url    url.URL
	bearer [1]string
	body   bytes.Reader
	trace  httptrace.ClientTrace

	asked, got, wrote atomic.Bool // for a connection, one, the head of the request
}

func (t *Transport) newWire(ctx context.Context, template *http.Request, c *Call) *wire {
	w := &wire{url: c.URL, bearer: [1]string{c.Bearer}}
	w.trace.GetConn = func(string) { w.asked.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.got.Store(true) }
	w.trace.WroteHeaders = func() { w.wrote.Store(true) }
	w.req = template.WithContext(httptrace.WithClientTrace(ctx, &w.trace))
	w.req.URL, w.req.Header = &w.url, c.Header.Clone()
	if c.Body != nil {
		// net/http sends head and body in one write when it knows the reader's type.
		w.body.Reset(c.Body)
		w.req.Body, w.req.ContentLength = io.NopCloser(&w.body), int64(len(c.Body))
		w.req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.Body)), nil }
	}
	if c.URL.Scheme == t.API.Scheme && c.URL.Host == t.API.Host { // the token goes nowhere else
		w.req.Header["Authorization"] = w.bearer[:]
	}
	return w
}

// exchange sends one request and reads the whole answer. When the answer breaks
// off, both an answer without a body and an error come back.
func exchange(rt http.RoundTripper, req *http.Request) (a Answer, err error) {
	resp, err := rt.RoundTrip(req)
	if resp == nil {
		return a, cmp.Or(err, errors.New("the transport returned neither a response nor an error"))
	}
	resp.Body = cmp.Or(resp.Body, io.ReadCloser(http.NoBody))
	defer resp.Body.Close()
	if err != nil {
		return a, err
	}
	if resp.StatusCode < 100 {
		return a, errors.New("the answer has no valid status")
	}
	a = Answer{StatusCode: resp.StatusCode, Header: resp.Header}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return a, nil // what follows is no body
	}
	body, err := read(resp.Body, resp.ContentLength)
	switch {
	case err == io.EOF && int64(len(body)) < resp.ContentLength && req.Method != http.MethodHead:
		err = io.ErrUnexpectedEOF
	case err == io.EOF:
		a.Body, err = body, nil
	case err == ErrTooLarge || facts{}.with(err).corrupt: // of an answer that came whole
		a.Unreadable, err = err, nil
	}
	return a, err
}

// read reads until an error, which is io.EOF behind a whole body, like io.ReadAll with a
// limit and a buffer that need not grow for a length that is told.
func read(r io.Reader, told int64) (body []byte, err error) {
	body = make([]byte, 0, min(max(told, 511), 128<<10)+1)
	for err == nil {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(2*len(body), MaxBody+1)), body...)
		}
		var n int
		n, err = r.Read(body[len(body):cap(body)])
		if body = body[:len(body)+n]; len(body) > MaxBody {
			return nil, ErrTooLarge
		}
	}
	return body, err
}
