package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
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
type attempt struct {
	t        *Transport
	next     http.RoundTripper
	standard bool // next ends in net/http's own transport
}

func (a attempt) RoundTrip(stub *http.Request) (*http.Response, error) {
	c := callOf(stub)
	if c.interrupted() {
		return c.over(stub)
	}
	if a.t.cfg.Observe != nil {
		c.began = time.Now()
	}
	ctx, cancel := context.WithTimeout(c, a.t.cfg.Timeout)
	defer cancel()
	w := newWire(ctx, c)
	c.wire = w
	c.result.Attempts++
	answer, err := exchange(a.next, &w.req)
	if err != nil {
		if ctx.Err() != nil {
			err = &Timeout{a.t.cfg.Timeout}
		}
		c.failure = classify(err, a.standard && w.got.Load(), w.asked.Load() && !w.wrote.Load())
		if interruption := contextError(c.Context); interruption != nil {
			err = interruption
		}
	}
	c.ended(answer, err)
	c.tell(Event{})
	return c.over(stub)
}

// exchange sends one request and reads the whole answer. When the answer breaks
// off, both an answer without a body and an error come back.
func exchange(rt http.RoundTripper, req *http.Request) (Answer, error) {
	resp, err := rt.RoundTrip(req)
	if resp == nil {
		if err == nil {
			err = errors.New("the transport returned neither a response nor an error")
		}
		return Answer{}, err
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	if err == nil && resp.StatusCode < 100 {
		err = errors.New("the answer has no valid status")
	}
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{StatusCode: resp.StatusCode, Header: resp.Header}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return answer, nil // what follows is no body
	}
	answer.Body, err = read(resp, req.Method)
	if err == ErrTooLarge || kindOf(err).corrupt {
		answer.Unreadable, err = err, nil // it arrived whole
	}
	return answer, err
}

// read reads a body up to MaxBody and grows its buffer no further than that.
func read(resp *http.Response, method string) ([]byte, error) {
	const small, known = 1 << 10, 128 << 10
	size := small
	if n := resp.ContentLength; n >= 0 {
		size = int(min(n, known)) + 1 // one more, to see the end without growing
	}
	body := make([]byte, 0, size)
	for {
		n, err := resp.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > MaxBody:
			return nil, ErrTooLarge
		case err == io.EOF && int64(len(body)) < resp.ContentLength && method != http.MethodHead:
			return nil, io.ErrUnexpectedEOF
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, err
		case len(body) == cap(body):
			grown := make([]byte, len(body), min(2*cap(body), MaxBody+1))
			copy(grown, body)
			body = grown
		}
	}
}

// A wire is the request of one attempt and what was seen of its way out.
type wire struct {
	req    http.Request
	url    url.URL
	body   bytes.Reader
	values [4]string // of the headers that every request carries
	trace  httptrace.ClientTrace

	asked atomic.Bool // for a connection, so the base transport tells of its steps
	got   atomic.Bool // one
	wrote atomic.Bool // the headers; before that no server can have acted
}

func newWire(ctx context.Context, c *call) *wire {
	w := &wire{url: c.req.URL, values: [4]string{"application/json", c.t.cfg.UserAgent, "application/json", c.req.Bearer}}
	w.trace.GetConn = func(string) { w.asked.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.got.Store(true) }
	w.trace.WroteHeaders = func() { w.wrote.Store(true) }
	req := http.Request{
		Method: c.req.Method, URL: &w.url, Host: w.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, 8),
	}
	req.Header["Accept"], req.Header["User-Agent"] = w.values[0:1:1], w.values[1:2:2]
	if body := c.req.Body; body != nil {
		req.Header["Content-Type"] = w.values[2:3:3]
		req.ContentLength = int64(len(body))
		// net/http sends head and body in one write when it knows the reader's type.
		w.body.Reset(body)
		req.Body = io.NopCloser(&w.body)
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	for key, values := range c.req.Header {
		req.Header[key] = append([]string(nil), values...)
	}
	w.req = *req.WithContext(httptrace.WithClientTrace(ctx, &w.trace))
	return w
}
