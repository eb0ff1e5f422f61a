package spideriq

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// A call is what a method asks of do.
type call struct {
	method string
	path   string // below the base URL, escaped
	plain  string // path unescaped; "" when it is the same
	body   any    // encoded as JSON, unless nil
	repeat bool   // a repeat does no harm even when the first attempt was applied
	member string // the member of the answer that out takes; "" for all of it
	out    decoder
}

// do makes a call: it encodes, builds, sends, judges and decodes, and is the only
// place where an answer becomes a value or an error.
func (c *Client) do(ctx context.Context, call call, opts []RequestOption) error {
	if c == nil || c.transport == nil {
		return errNoClient
	}
	req, infos, err := c.request(ctx, call, opts)
	if err != nil {
		return fmt.Errorf("spideriq: %s %s: %w", oneLine(call.method, 32), oneLine(call.path, 256), err)
	}
	result := c.transport.Do(ctx, req)
	for _, info := range infos {
		info.fill(result)
	}
	return call.judge(result, &req)
}

// request checks what the caller gave and builds what every attempt sends.
func (c *Client) request(ctx context.Context, call call, opts []RequestOption) (r transport.Request, infos []*ResponseInfo, err error) {
	if ctx == nil {
		return r, nil, errors.New("the context is nil")
	}
	r = transport.Request{Method: call.method, URL: *c.base, Path: call.path, Hidden: call.body, Repeat: call.repeat}
	r.URL.Path += cmp.Or(call.plain, call.path)
	if call.plain != "" || c.base.RawPath != "" {
		r.URL.RawPath = c.base.EscapedPath() + call.path
	}
	if len(opts) > 0 {
		options, err := requestOptions(opts)
		if err != nil {
			return r, nil, err
		}
		r.Header, r.URL.RawQuery, infos = options.header, options.query.Encode(), options.infos
		r.MaxAttempts = options.maxAttempts
	}
	if call.body != nil {
		if r.Body, err = encode(call.body); err != nil {
			return r, nil, err
		}
	}
	if r.Bearer, err = c.bearer(ctx); err != nil {
		return r, nil, err
	}
	return r, infos, nil
}

func requestOptions(opts []RequestOption) (requestConfig, error) {
	var c requestConfig
	for _, o := range opts {
		if o != nil {
			if err := o.apply(&c); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

// encode returns the JSON of a body.
func encode(body any) ([]byte, error) {
	if err := check(body); err != nil {
		return nil, err
	}
	switch b := body.(type) {
	case UpdateParams:
		return b.json(), nil
	case interface{ wire() any }:
		body = b.wire()
	}
	return json.Marshal(body)
}

// check lets params that can be wrong say so themselves.
func check(given any) error {
	if params, ok := given.(interface{ check() error }); ok {
		return params.check()
	}
	return nil
}

// fill tells what came back.
func (i *ResponseInfo) fill(r *transport.Result) {
	a := r.Answer
	*i = ResponseInfo{StatusCode: a.StatusCode, Header: a.Header.Clone(), Body: bytes.Clone(a.Body), Attempts: r.Attempts, RateLimit: rateLimitOf(a.Header)}
}

// rateLimitOf reads the X-RateLimit headers; nil unless all of them are numbers.
func rateLimitOf(h http.Header) *RateLimit {
	limit, err1 := strconv.Atoi(h.Get("X-Ratelimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return nil
	}
	return &RateLimit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0)}
}

// judge makes the value or the error of a call out of how it ended.
func (c *call) judge(r *transport.Result, sent *transport.Request) error {
	status := r.Answer.StatusCode
	var invalid error
	if r.Held == 0 && r.Err == nil && status/100 == 2 {
		if c.out == nil {
			return nil
		}
		refused, err := c.decode(&r.Answer)
		if !refused && err == nil {
			return nil
		}
		invalid = err
	}
	hidden := secretsOf(sent)
	switch {
	case r.Held > 0:
		return (&APIError{
			StatusCode: http.StatusTooManyRequests, Message: "held back, because the API has asked to wait longer than this call can",
			Method: c.method, Path: c.path, RetryAfter: r.Held, Attempts: r.Attempts, MayHaveApplied: r.MayHaveApplied,
		}).typed()
	case r.Err != nil:
		err := hidden.redactError(r.Err)
		if status != 0 && status/100 != 2 {
			err = &lastAnswer{err, c.apiError(r, hidden).typed()}
		}
		return &TransportError{Method: c.method, Path: c.path, Attempts: r.Attempts, MayHaveApplied: r.MayHaveApplied, Err: err}
	case invalid != nil:
		return &InvalidResponseError{
			StatusCode: status, ContentType: oneLine(hidden.redact(r.Answer.Header.Get("Content-Type")), 128),
			Method: c.method, Path: c.path, Attempts: r.Attempts, Err: hidden.redactError(invalid),
		}
	}
	return c.apiError(r, hidden).typed()
}

// decode reads the body of a 2xx into c.out, unless the API says in it that the
// call failed after all.
func (c *call) decode(a *transport.Answer) (refused bool, err error) {
	if a.Unreadable != nil {
		return false, a.Unreadable
	}
	if _, ok := c.out.(nothing); ok && a.StatusCode == http.StatusNoContent {
		return false, nil
	}
	v, err := parse(a.Body)
	if err != nil {
		return false, err
	}
	wanted := null
	if c.member == "" {
		wanted = v
	}
	for m := v.members(); m.next(); {
		switch {
		case strings.EqualFold(m.name, "success"):
			refused = m.v == "false"
		case c.member != "" && strings.EqualFold(m.name, c.member):
			wanted = m.v
		}
	}
	switch {
	case refused:
		return true, nil
	case wanted == null && c.member != "":
		return false, fmt.Errorf("%s is missing", c.member)
	case wanted == null:
		return false, errors.New("null")
	}
	if err = c.out.decode(wanted); err != nil && c.member != "" {
		err = fmt.Errorf("%s: %w", c.member, err)
	}
	return false, err
}

// apiError is what an answer that is no success says.
func (c *call) apiError(r *transport.Result, hidden secrets) *APIError {
	said := readErrorBody(r.Answer.Body, hidden)
	wait, stated := transport.RetryAfter(r.Answer)
	if !stated {
		wait = said.retryAfter
	}
	return &APIError{
		StatusCode: r.Answer.StatusCode,
		Code:       oneLine(hidden.redact(said.code), 128), Message: oneLine(hidden.redact(said.message), maxMessage),
		Method: c.method, Path: c.path, RetryAfter: wait, Attempts: r.Attempts, MayHaveApplied: r.MayHaveApplied,
		Header: hidden.redactHeader(r.Answer.Header),
	}
}

// jsonInto decodes into a value of the caller's.
type jsonInto struct{ out any }

func (j jsonInto) decode(v value) error {
	d := json.NewDecoder(strings.NewReader(string(v)))
	d.UseNumber()
	return d.Decode(j.out)
}

// nothing is what a delete wants of an answer, which may be a bare 204: that it is
// an object that does not say the opposite.
type nothing struct{}

func (nothing) decode(v value) error {
	_, err := v.into(field{name: "success"})
	return err
}
