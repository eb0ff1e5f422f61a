package spideriq

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spideriq/spideriq-go/internal/errorbody"
	"github.com/spideriq/spideriq-go/internal/safetext"
	"github.com/spideriq/spideriq-go/internal/transport"
)

// heldError is the error of a call that an earlier 429 kept from being sent, or from
// being repeated.
func (c call) heldError(result transport.Result) error {
	what := "not sent"
	if result.Attempts > 0 {
		what = "not sent again"
	}
	e := &APIError{
		StatusCode: http.StatusTooManyRequests,
		Message: fmt.Sprintf("%s: the API asked for a pause of %v, longer than this call may wait",
			what, roundedUp(result.HeldFor)),
		Method:         c.method,
		Path:           c.path,
		RetryAfter:     result.HeldFor,
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
	}
	return e.typed()
}

// roundedUp returns d in whole seconds where it is longer than one.
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

// apiError describes the response of result, which reports a failure.
func (c call) apiError(result transport.Result, redactor *safetext.Redactor) *APIError {
	response := result.Response
	body := errorbody.Parse(response.Body, redactor.Redact)
	message := errorbody.TrimStatus(body.Message, response.StatusCode)
	if isRedirect(response.StatusCode) {
		message = redirectMessage(response.Header, redactor)
	}
	return &APIError{
		StatusCode:     response.StatusCode,
		Code:           safetext.OneLine(body.Code, maxCodeLength),
		Message:        safetext.OneLine(message, maxMessageLength),
		Method:         c.method,
		Path:           c.path,
		RetryAfter:     retryAfter(response, body),
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
		Header:         redactedHeader(response.Header, redactor),
	}
}

func isRedirect(statusCode int) bool { return statusCode/100 == 3 }

// redirectMessage says where a redirect points, without the query.
func redirectMessage(header http.Header, redactor *safetext.Redactor) string {
	location, err := url.Parse(header.Get("Location"))
	if err != nil || location.Host+location.Path == "" {
		return "redirects are not followed"
	}
	target := safetext.OneLine(redactor.Redact(location.Host+location.EscapedPath()), maxPathLength)
	return "redirects to " + target + ", and redirects are not followed"
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
		return time.Second // over already, and still worth another try
	}
	return wait
}

func redactedHeader(header http.Header, redactor *safetext.Redactor) http.Header {
	redacted := header.Clone()
	for _, values := range redacted {
		for i, value := range values {
			values[i] = redactor.Redact(value)
		}
	}
	return redacted
}

func (c call) transportError(result transport.Result, redactor *safetext.Redactor) error {
	e := &TransportError{
		Method:         c.method,
		Path:           c.path,
		Attempts:       result.Attempts,
		MayHaveApplied: result.MayHaveApplied,
		Err:            redactedErrorOf(result.Err, redactor),
	}
	if result.Response != nil && !isSuccess(result.Response) {
		e.LastResponse = c.apiError(result, redactor)
	}
	return e
}

func (c call) invalidResponseError(result transport.Result, err error, redactor *safetext.Redactor) error {
	contentType := redactor.Redact(result.Response.Header.Get("Content-Type"))
	return &InvalidResponseError{
		StatusCode:     result.Response.StatusCode,
		ContentType:    safetext.OneLine(contentType, maxContentTypeLength),
		Method:         c.method,
		Path:           c.path,
		Attempts:       result.Attempts,
		Err:            redactedErrorOf(err, redactor),
		MayHaveApplied: result.MayHaveApplied || !isRead(c.method),
	}
}

func isRead(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// A redactedError has a text without secrets and keeps the error that it is about
// reachable.
type redactedError struct {
	text string
	err  error
}

func redactedErrorOf(err error, redactor *safetext.Redactor) error {
	return &redactedError{text: redactor.Describe(err), err: err}
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
