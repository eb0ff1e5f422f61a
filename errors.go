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

	Header http.Header // of the response, without secrets; nil when an earlier 429 held the call back
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

// TransportError is returned when no whole response arrived: the connection could
// not be made or broke, an attempt timed out, or the caller's context ended. It is
// also the error of a [TokenSource] or [RateLimiter] that fails.
//
// Err matches the context's error and its cause when the context ended. [errors.Is] finds
// the cause. [errors.As] does not look into a cause that is the error of another call, so
// that this error is of one kind only. A timeout of an attempt matches
// [os.ErrDeadlineExceeded] and not [context.DeadlineExceeded].
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
// and is not what the API documents: HTML, truncated JSON, an empty body, null, no
// integration, or more than 4 MiB. The call is never repeated.
type InvalidResponseError struct {
	StatusCode  int
	ContentType string
	Method      string
	Path        string // below the base URL, without the query
	Attempts    int    // requests that were sent
	Err         error  // what is wrong with the response

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
	Method string // empty when [Client.Do] refuses the method
	Path   string // below the base URL, without the query; empty when Do refuses the call before it accepts the path
	Err    error  // what is invalid
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

// MayHaveApplied reports whether the change may be in force although the call failed:
// an attempt of a write was sent, and its outcome is not known. The connection broke, the
// attempt timed out or the context ended after the request was written; or the status
// was 408, 502, 504, or 520 and above; or a 2xx could not be understood.
//
// It looks at the fields MayHaveApplied of [APIError], [TransportError] and
// [InvalidResponseError], at any depth of wrapping and in any branch of [errors.Join]. It
// is false for nil and for every other error.
//
// Look at the integration before you repeat such a call.
func MayHaveApplied(err error) bool {
	switch e := err.(type) {
	case *APIError:
		return e != nil && e.MayHaveApplied
	case *TransportError:
		return e != nil && e.MayHaveApplied
	case *InvalidResponseError:
		return e != nil && e.MayHaveApplied
	case interface{ Unwrap() error }:
		return MayHaveApplied(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if MayHaveApplied(inner) {
				return true
			}
		}
	}
	return false
}
