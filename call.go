package spideriq

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"github.com/spideriq/spideriq-go/internal/apiurl"
	"github.com/spideriq/spideriq-go/internal/requestbody"
	"github.com/spideriq/spideriq-go/internal/transport"
)

// An apiCall describes one use of a method: the request, and what its response is decoded
// into.
type apiCall struct {
	method     string
	path       string   // below the base URL
	body       any      // encoded as JSON; nil sends no body
	secrets    []string // in the body; removed from every text that the call returns
	idempotent bool     // a repeat does no harm even when an attempt was applied
	response   response // receives the body of a 2xx
	ignoreBody bool     // a 2xx counts as a success also when its body could not be read
}

// A response is the documented form of a successful response. decode reads body into
// it. It returns errRefused when the body says "success": false, and another error
// when the body is not what the API documents.
type response interface {
	decode(body []byte) error
}

// errRefused is returned by [response] when a 2xx reports a failure.
var errRefused = errors.New(`the response says "success": false`)

// errNotMade is the error of a nil or zero Client.
var errNotMade = errors.New("the client was not made by NewClient")

// do makes a call: it encodes the request, sends it and decodes the response. It is
// the only place where a response becomes a value or an error.
func (c *Client) do(ctx context.Context, call apiCall, opts []RequestOption) error {
	zeroResponseInfos(opts)
	if c == nil || c.config == nil {
		return call.argumentError(errNotMade)
	}
	settings, err := newCallConfig(opts)
	if err != nil {
		return call.argumentError(err)
	}
	if ctx == nil {
		return call.argumentError(errors.New("the context is nil"))
	}
	body, err := requestbody.Encode(call.body)
	if err != nil {
		return call.argumentError(err)
	}

	result := c.transport.Do(ctx, transport.Request{
		Method:         call.method,
		URL:            requestURL(c.config.baseURL, call.path, settings.query),
		Header:         c.config.requestHeader(settings.header, body != nil),
		Body:           body,
		Authorization:  c.config.authorization,
		Idempotent:     call.idempotent,
		MaxAttempts:    cmp.Or(settings.maxAttempts, c.config.maxAttempts),
		AttemptTimeout: c.config.timeout(settings.attemptTimeout),
		Log:            c.config.attemptLog(ctx, call),
	})
	for _, info := range settings.responseInfos {
		info.fill(result)
	}
	return call.finish(result)
}

// reject returns the [*ArgumentError] of a call whose arguments are invalid. It is
// what a method returns in the place of do.
func (call apiCall) reject(err error, opts []RequestOption) error {
	zeroResponseInfos(opts)
	return call.argumentError(err)
}

func (call apiCall) argumentError(err error) error {
	return &ArgumentError{Method: call.method, Path: call.path, Err: err}
}

// newCallConfig applies the options of one call and returns the first error.
func newCallConfig(opts []RequestOption) (callConfig, error) {
	if len(opts) == 0 {
		return callConfig{}, nil // without the allocation that the loop makes
	}
	var settings callConfig
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt.applyToCall(&settings); err != nil {
			return callConfig{}, err
		}
	}
	return settings, nil
}

func requestURL(baseURL *url.URL, path string, query url.Values) url.URL {
	u := apiurl.Join(baseURL, path)
	u.RawQuery = query.Encode()
	return u
}

// requestHeader returns the header of a request without the token. Nothing may write
// to the result, which calls share unless they add headers of their own.
func (c *config) requestHeader(added http.Header, hasBody bool) http.Header {
	header := c.header
	if hasBody {
		header = c.headerWithBody
	}
	if added == nil {
		return header
	}
	header = maps.Clone(header)
	maps.Copy(header, added)
	return header
}

// finish returns nil and leaves the value in call.response when the call succeeded, and
// the error of the call otherwise.
func (call apiCall) finish(result transport.Result) error {
	switch {
	case result.HeldFor > 0:
		return call.heldError(result)
	case result.Err != nil:
		return call.transportError(result)
	case !result.Response.IsSuccess():
		return call.apiError(result).typed()
	}
	err := call.decode(result.Response)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errRefused):
		return call.apiError(result).typed()
	default:
		return call.invalidResponseError(result, err)
	}
}

// decode reads a 2xx into call.response.
func (call apiCall) decode(r *transport.Response) error {
	switch {
	case r.BodyErr == nil:
		return call.response.decode(r.Body)
	case call.ignoreBody:
		return nil
	default:
		return r.BodyErr
	}
}
