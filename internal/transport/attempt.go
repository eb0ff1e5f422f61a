package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync/atomic"
)

// An outcome is how one attempt ended.
type outcome struct {
	response        *Response // without a body when err is set; nil when no head arrived
	err             error     // why no whole response arrived
	failure         failure   // what err means
	headsUnanswered int       // heads of requests that net/http wrote and got no response to
}

// attempt makes one request and reads its response to the end, both under one deadline.
func (r *run) attempt(caller context.Context, authorization string) outcome {
	timeout := r.request.AttemptTimeout
	ctx, cancel := context.WithTimeout(caller, timeout)
	defer cancel()
	sent := r.newSending(ctx, authorization)

	var o outcome
	o.response, o.err = exchange(r.transport.base, sent.request)
	o.headsUnanswered = sent.trace.headsUnanswered()
	if o.err == nil {
		return o
	}
	if ctx.Err() != nil {
		// Not context.DeadlineExceeded, which would look like the deadline of the caller.
		o.err = fmt.Errorf("no response within %v: %w", timeout, os.ErrDeadlineExceeded)
	}
	o.failure = classify(o.err, &sent.trace, r.transport.own != nil)
	if ended := contextError(caller); ended != nil {
		o.err = ended
	}
	return o
}

// A sending is the request of one attempt, and the trace of it. It shares nothing with
// other attempts, so that a base transport that changes a request does not change the
// next one. Its parts are in one struct because that saves 4 allocations a call.
type sending struct {
	request       *http.Request
	url           url.URL
	authorization [1]string // the values of the header field
	body          bytes.Reader
	trace         trace
}

func (r *run) newSending(ctx context.Context, authorization string) *sending {
	s := &sending{url: r.request.URL, authorization: [1]string{authorization}}
	s.trace.install()
	req := http.Request{
		Method: r.request.Method, URL: &s.url, Host: s.url.Host, Header: r.request.Header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	s.setAuthorization(req.Header)
	r.setBody(&req, &s.body)
	s.request = req.WithContext(httptrace.WithClientTrace(ctx, &s.trace.hooks))
	return s
}

// setBody sets the body of one attempt, which reader reads.
//
// net/http sends a request again by itself when it can rewind the body. It does so with
// a POST only when there is an Idempotency-Key, which a caller's transport may add. A
// request without a body counts as one that can be rewound. A request that must not be
// repeated therefore always has a body, and no GetBody.
func (r *run) setBody(req *http.Request, reader *bytes.Reader) {
	body := r.request.Body
	if len(body) == 0 && r.request.Idempotent {
		return
	}
	// net/http sends head and body in one write when it knows the type of the reader.
	reader.Reset(body)
	req.Body = io.NopCloser(reader)
	req.ContentLength = int64(len(body))
	if r.request.Idempotent {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	if len(body) == 0 && r.transport.direct {
		declareEmptyBody(req)
	}
}

// declareEmptyBody makes net/http send "Content-Length: 0". It takes the length of a body
// that is not nil, and has a ContentLength of 0, for unknown and would send it in chunks:
// "identity" prevents that. It ignores a Content-Length in the header unless the name is
// not canonical.
//
// A round tripper in front of net/http may replace the empty body. The length would then
// be sent twice, so an empty body behind one is left to be sent in chunks.
func declareEmptyBody(req *http.Request) {
	req.TransferEncoding = []string{"identity"}
	req.Header["content-length"] = []string{"0"}
}

// A trace records what net/http does in one attempt. Its hooks run on several goroutines,
// and may run after the attempt has ended, so attempts do not share a trace.
type trace struct {
	hooks         httptrace.ClientTrace
	getConn       atomic.Bool  // net/http has looked for a connection
	gotConn       atomic.Bool  // net/http has had a connection
	headsWritten  atomic.Int32 // more than 1 when the request was sent again inside the attempt
	headsAnswered atomic.Int32 // how many of them got the beginning of a response
}

// headsUnanswered returns how many heads were written without a response, given that the
// latest got one. A transport that writes requests by itself may not tell of responses.
func (t *trace) headsUnanswered() int {
	answered := max(t.headsAnswered.Load(), 1)
	return int(max(t.headsWritten.Load()-answered, 0))
}

// install sets the hooks that record.
func (t *trace) install() {
	t.hooks.GetConn = func(string) { t.getConn.Store(true) }
	t.hooks.GotConn = func(httptrace.GotConnInfo) { t.gotConn.Store(true) }
	t.hooks.WroteHeaders = func() { t.headsWritten.Add(1) }
	t.hooks.GotFirstResponseByte = func() { t.headsAnswered.Add(1) }
}

var (
	errNoResponse = errors.New("the transport returned neither a response nor an error")
	errBadStatus  = errors.New("the response has no valid status")
)

// exchange sends one request and reads the whole response. When the response breaks off,
// it returns both the head of the response and the error.
func exchange(base http.RoundTripper, req *http.Request) (*Response, error) {
	resp, err := base.RoundTrip(req)
	if resp == nil {
		if err == nil {
			err = errNoResponse
		}
		return nil, err
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 100 {
		return nil, errBadStatus
	}
	response := &Response{StatusCode: resp.StatusCode, Header: resp.Header}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return response, nil // what follows is another protocol and no body
	}
	body, err := readBody(req.Context(), resp.Body, resp.ContentLength)
	if err == nil && int64(len(body)) < resp.ContentLength && req.Method != http.MethodHead {
		err = io.ErrUnexpectedEOF
	}
	switch {
	case err == nil:
		response.Body = body
	case errors.Is(err, ErrTooLarge) || isCorrupt(err):
		response.BodyErr, err = err, nil
	}
	return response, err
}
