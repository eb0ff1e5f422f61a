package spideriq

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/spideriq/spideriq-go/internal/errorbody"
	"github.com/spideriq/spideriq-go/internal/safetext"
	"github.com/spideriq/spideriq-go/internal/transport"
)

// heldError returns the error of a call that was not sent, or not sent again, because
// the 429 of another call asked for a pause.
func (call apiCall) heldError(result transport.Result) error {
	what := "not sent"
	switch {
	case result.Response != nil:
		what = fmt.Sprintf("not sent again after status %d", result.Response.StatusCode)
	case result.Attempts > 0:
		what = "not sent again"
	}
	e := &APIError{
		StatusCode: http.StatusTooManyRequests,
		Message: fmt.Sprintf("%s: the API asked for a pause of %v, longer than this call may wait",
			what, roundedUp(result.HeldFor)),
		Method:         call.method,
		Path:           call.path,
		RetryAfter:     result.HeldFor,
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
	}
	return e.typed()
}

// roundedUp rounds a d of more than a second up to whole seconds.
func roundedUp(d time.Duration) time.Duration {
	if d <= time.Second {
		return d
	}
	whole := d.Truncate(time.Second)
	if whole < d {
		whole += time.Second
	}
	return whole
}

// apiError returns the error for the response of result, which reports a failure.
func (call apiCall) apiError(result transport.Result) *APIError {
	redactor := call.redactor(result.Authorizations...)
	response := result.Response
	body := errorbody.Parse(response.Body, redactor.Redact)
	message := errorbody.TrimStatus(body.Message, response.StatusCode)
	if isRedirect(response) {
		message = redirectMessage(response.Header, redactor)
	}
	return &APIError{
		StatusCode:     response.StatusCode,
		Code:           safetext.OneLine(body.Code, maxCodeLength),
		Message:        safetext.OneLine(message, maxMessageLength),
		Method:         call.method,
		Path:           call.path,
		RetryAfter:     retryAfter(response, body),
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
		Header:         redactedHeader(response.Header, redactor),
	}
}

// isRedirect reports whether r points elsewhere, which a 304 for example does not.
func isRedirect(r *transport.Response) bool {
	return r.StatusCode/100 == 3 && r.Header.Get("Location") != ""
}

// redirectMessage says where a redirect points, without the query. The Location is redacted
// before it is parsed, because a secret may contain what begins a query. A Location that is
// too long to be redacted is shown as its host.
func redirectMessage(header http.Header, redactor *safetext.Redactor) string {
	text := header.Get("Location")
	tooLong := len(text) > maxHeaderSize
	if !tooLong {
		text = redactor.Redact(text)
	}
	location, err := url.Parse(text)
	if err != nil || location.Host+location.Path == "" {
		return "redirects are not followed"
	}
	target := location.Host + location.EscapedPath()
	if tooLong {
		target = redactor.Redact(location.Host)
	}
	return "redirects to " + safetext.OneLine(target, maxPathLength) + ", and redirects are not followed"
}

// retryAfter returns the wait that a failed response states, at least a second, or 0
// when it states none or waiting does not help.
func retryAfter(r *transport.Response, body errorbody.Error) time.Duration {
	if body.IsFinal() {
		return 0
	}
	wait, stated := transport.RetryAfter(r)
	if !stated {
		wait, stated = body.RetryAfter, body.HasRetryAfter
	}
	if stated && wait <= 0 {
		return time.Second // the wait is over: 0 would mean that waiting does not help
	}
	return wait
}

// maxHeaderSize is the size in bytes of the header that an error keeps.
const maxHeaderSize = 64 << 10

// redactedHeader returns a header without secrets. Of one that is larger than
// maxHeaderSize it keeps the names that come first in the alphabet.
func redactedHeader(header http.Header, redactor *safetext.Redactor) http.Header {
	redacted := make(http.Header)
	size := 0
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if size += len(name) + len(value); size > maxHeaderSize {
				return redacted
			}
			redacted[name] = append(redacted[name], redactor.Redact(value))
		}
	}
	return redacted
}

func (call apiCall) transportError(result transport.Result) error {
	e := &TransportError{
		Method:         call.method,
		Path:           call.path,
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
		Err:            redactedErrorOf(result.Err, call.redactor(result.Authorizations...)),
	}
	if result.Response != nil && !result.Response.IsSuccess() {
		e.LastResponse = call.apiError(result)
	}
	return e
}

func (call apiCall) invalidResponseError(result transport.Result, err error) error {
	redactor := call.redactor(result.Authorizations...)
	contentType := redactor.Redact(result.Response.Header.Get("Content-Type"))
	return &InvalidResponseError{
		StatusCode:     result.Response.StatusCode,
		ContentType:    safetext.OneLine(contentType, maxContentTypeLength),
		Method:         call.method,
		Path:           call.path,
		Attempts:       result.Attempts,
		Err:            redactedErrorOf(err, redactor),
		MayHaveApplied: result.MayHaveApplied || !transport.IsRead(call.method),
	}
}

// redactedErrorOf returns err with a text without secrets. Unwrap leads to err, unless
// that would show a secret or make the error of this call match a second kind: the cause
// of a context, or the error of a token source, may be the error of another call.
func redactedErrorOf(err error, redactor *safetext.Redactor) error {
	text := redactor.Describe(err)
	hasSecret := redactor.Redact(err.Error()) != err.Error()
	if hasSecret || isErrorOfACall(err) {
		return &opaqueError{text: text, err: err}
	}
	return &redactedError{text: text, err: err}
}

// isErrorOfACall reports whether err is or wraps an error that a call returns.
func isErrorOfACall(err error) bool {
	if _, ok := errors.AsType[*APIError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*TransportError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*InvalidResponseError](err); ok {
		return true
	}
	_, ok := errors.AsType[*ArgumentError](err)
	return ok
}

// A redactedError is err with a text without secrets.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// An opaqueError matches what err matches in errors.Is. It cannot be unwrapped, so that
// errors.As does not find err.
type opaqueError struct {
	text string
	err  error
}

func (e *opaqueError) Error() string        { return e.text }
func (e *opaqueError) Is(target error) bool { return errors.Is(e.err, target) }
