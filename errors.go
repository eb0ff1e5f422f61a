package spideriq

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/spideriq/spideriq-go/internal/safetext"
)

// APIError is returned when the API responds with a status other than 2xx, or with
// a 2xx body that contains "success": false.
//
// The statuses that programs tell apart have a type of their own around it:
// [*BadRequestError], [*UnauthorizedError], [*ForbiddenError], [*NotFoundError],
// [*RateLimitError] and [*ServerError]. [errors.As] finds the *APIError in each of
// them. Any other status is a plain *APIError: a redirect, which is never followed,
// 409, 423, and a 2xx that reports a failure.
type APIError struct {
	StatusCode int
	Code       string // the API's code, such as "form_locked"; empty when the body has none
	Message    string // the API's words on one line of at most 512 bytes; empty when the body has none
	Method     string
	Path       string // below the base URL, without the query

	// RetryAfter is how long the API asks clients to wait; a wait that is over
	// already is one second. Zero means that the API states no wait or that waiting
	// does not help, for example when a plan is used up.
	RetryAfter time.Duration

	Attempts int // requests that were sent; 0 when an earlier 429 held the call back

	// MayHaveApplied reports whether an attempt of this call was sent and ended
	// without a known outcome, so that the change may be in force.
	MayHaveApplied bool

	Header http.Header // of the response; nil when nothing was sent
}

// Error returns one line with method, path, status, code and message.
func (e *APIError) Error() string {
	if e == nil {
		return "<nil>"
	}
	causes := []string{strconv.Itoa(e.StatusCode) + " " + http.StatusText(e.StatusCode), e.Code}
	if e.Message != e.Code {
		causes = append(causes, e.Message)
	}
	return errorLine(e.Method, e.Path, e.Attempts, e.MayHaveApplied, causes...)
}

// LogValue returns the text of the error and its parts for log/slog.
func (e *APIError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return logGroup(e,
		slog.String("method", e.Method), slog.String("path", e.Path), slog.Int("status", e.StatusCode),
		slog.String("code", e.Code), slog.String("message", e.Message), slog.Duration("retry_after", e.RetryAfter),
		slog.Int("attempts", e.Attempts), slog.Bool("may_have_applied", e.MayHaveApplied))
}

// BadRequestError is a 400, or the 422 of the API's validation layer: the API
// refuses a value.
type BadRequestError struct{ *APIError }

// UnauthorizedError is a 401: the token is wrong or has expired.
type UnauthorizedError struct{ *APIError }

// ForbiddenError is a 403: the token is valid and does not allow the call.
type ForbiddenError struct{ *APIError }

// NotFoundError is a 404: the integration does not exist or belongs to another
// brand. A proxy or a wrong base URL can cause a 404 too; Message then holds the
// text of its page. MayHaveApplied on the 404 of a delete means that an earlier
// attempt of the same call may have removed the integration.
type NotFoundError struct{ *APIError }

// RateLimitError is a 429. RetryAfter is how long the API asks clients to wait.
// Zero means that the limit does not reset by itself, for example when a plan is
// used up. Attempts is 0 when nothing was sent: an earlier 429 asked this client
// for a pause that is longer than the call may wait.
type RateLimitError struct{ *APIError }

// ServerError is a 5xx.
type ServerError struct{ *APIError }

// Each type declares Error itself, on its pointer. With the promoted method the
// struct in the place of the pointer would compile as the target of errors.As and
// never match.

// Error returns the text of the [APIError].
func (e *BadRequestError) Error() string { return e.APIError.Error() }

// Error returns the text of the [APIError].
func (e *UnauthorizedError) Error() string { return e.APIError.Error() }

// Error returns the text of the [APIError].
func (e *ForbiddenError) Error() string { return e.APIError.Error() }

// Error returns the text of the [APIError].
func (e *NotFoundError) Error() string { return e.APIError.Error() }

// Error returns the text of the [APIError].
func (e *RateLimitError) Error() string { return e.APIError.Error() }

// Error returns the text of the [APIError].
func (e *ServerError) Error() string { return e.APIError.Error() }

// Unwrap returns the [APIError].
func (e *BadRequestError) Unwrap() error { return e.APIError.orNil() }

// Unwrap returns the [APIError].
func (e *UnauthorizedError) Unwrap() error { return e.APIError.orNil() }

// Unwrap returns the [APIError].
func (e *ForbiddenError) Unwrap() error { return e.APIError.orNil() }

// Unwrap returns the [APIError].
func (e *NotFoundError) Unwrap() error { return e.APIError.orNil() }

// Unwrap returns the [APIError].
func (e *RateLimitError) Unwrap() error { return e.APIError.orNil() }

// Unwrap returns the [APIError].
func (e *ServerError) Unwrap() error { return e.APIError.orNil() }

// orNil returns e as an error that is nil when e is.
func (e *APIError) orNil() error {
	if e == nil {
		return nil
	}
	return e
}

// typed returns e as the type of its status.
func (e *APIError) typed() error {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return &BadRequestError{e}
	case http.StatusUnauthorized:
		return &UnauthorizedError{e}
	case http.StatusForbidden:
		return &ForbiddenError{e}
	case http.StatusNotFound:
		return &NotFoundError{e}
	case http.StatusTooManyRequests:
		return &RateLimitError{e}
	}
	if e.StatusCode >= 500 && e.StatusCode <= 599 {
		return &ServerError{e}
	}
	return e
}

// TransportError is returned when no whole response arrived: the connection could
// not be made or broke, an attempt timed out, or the caller's context ended. It is
// also the error of a [TokenSource] or [RateLimiter] that fails.
//
// Err matches the context's error and its cause when the context ended. A timeout
// of an attempt matches [os.ErrDeadlineExceeded] and not
// [context.DeadlineExceeded].
type TransportError struct {
	Method   string
	Path     string // below the base URL, without the query
	Attempts int    // requests that were sent; 0 when the call ended before the first

	// MayHaveApplied reports whether an attempt of this call was sent and ended
	// without a known outcome, so that the change may be in force.
	MayHaveApplied bool

	Err error // never nil in an error that this package returns

	// LastResponse is the latest failure that the API reported in an earlier attempt
	// of the call, or in the head of a response that broke off. It is nil when there
	// was none. Unwrap does not return it: the call did not end with it.
	LastResponse *APIError
}

// Error returns one line with method, path and cause. The cause names the address
// that could not be reached.
func (e *TransportError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return errorLine(e.Method, e.Path, e.Attempts, e.MayHaveApplied, safetext.Describe(e.Err))
}

// Unwrap returns Err.
func (e *TransportError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// LogValue returns the text of the error and its parts for log/slog.
func (e *TransportError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	attrs := []slog.Attr{
		slog.String("method", e.Method), slog.String("path", e.Path), slog.Int("attempts", e.Attempts),
		slog.Bool("may_have_applied", e.MayHaveApplied)}
	if e.LastResponse != nil {
		attrs = append(attrs, slog.Int("last_status", e.LastResponse.StatusCode))
	}
	return logGroup(e, attrs...)
}

// InvalidResponseError is returned when a whole response with a 2xx status arrived
// and is not what the API documents: HTML, cut JSON, nothing, null, no integration,
// or more than 4 MiB. The call is never repeated.
type InvalidResponseError struct {
	StatusCode  int
	ContentType string
	Method      string
	Path        string // below the base URL, without the query
	Attempts    int    // requests that were sent
	Err         error

	MayHaveApplied bool // true for every call that changes something
}

// Error returns one line with method, path, status and what is wrong.
func (e *InvalidResponseError) Error() string {
	if e == nil {
		return "<nil>"
	}
	status := "invalid response with status " + strconv.Itoa(e.StatusCode)
	return errorLine(e.Method, e.Path, e.Attempts, e.MayHaveApplied, status, e.ContentType, safetext.Describe(e.Err))
}

// Unwrap returns Err.
func (e *InvalidResponseError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// LogValue returns the text of the error and its parts for log/slog.
func (e *InvalidResponseError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return logGroup(e,
		slog.String("method", e.Method), slog.String("path", e.Path), slog.Int("status", e.StatusCode),
		slog.String("content_type", e.ContentType), slog.Int("attempts", e.Attempts),
		slog.Bool("may_have_applied", e.MayHaveApplied))
}

// ArgumentError is returned when an argument or an option of a call is invalid, or
// when the client was not made by [NewClient]. Nothing was sent.
type ArgumentError struct {
	Method string // empty where it is unknown or the invalid argument
	Path   string // below the base URL, without the query; empty where it is unknown or the invalid argument
	Err    error
}

// Error returns one line with method, path and what is wrong.
func (e *ArgumentError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return errorLine(e.Method, e.Path, 0, false, safetext.Describe(e.Err))
}

// Unwrap returns Err.
func (e *ArgumentError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// LogValue returns the text of the error and its parts for log/slog.
func (e *ArgumentError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return logGroup(e, slog.String("method", e.Method), slog.String("path", e.Path))
}
