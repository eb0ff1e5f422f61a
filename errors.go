package spideriq

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// An APIError says that the API answered, and said no. The statuses that a program
// may want to tell apart have a type of their own around it: [*BadRequestError],
// [*UnauthorizedError], [*ForbiddenError], [*NotFoundError], [*RateLimitError] and
// [*ServerError]; errors.As finds an *APIError in each. Any other status is a plain
// *APIError: a redirect, which is never followed, 409, 423, and also a 2xx whose
// body says "success": false.
type APIError struct {
	StatusCode int
	Code       string // the API's code, if the body has one: "form_locked"
	Message    string // in the API's words, on one line of at most 512 bytes; "" when it said nothing readable
	Method     string
	Path       string        // below the base URL, without query
	RetryAfter time.Duration // the wait that the API asks for; 0: not stated
	Attempts   int           // requests sent; 0 when the call was held back because of an earlier 429

	// MayHaveApplied says that an attempt of this call was sent and ended without a
	// known outcome, so the change may have been made although the call failed.
	MayHaveApplied bool

	Header http.Header // of the answer
}

// Error returns one line with method, path, status, code and message.
func (e *APIError) Error() string {
	e = cmp.Or(e, new(APIError))
	status := strconv.Itoa(e.StatusCode) + " " + http.StatusText(e.StatusCode)
	return line(e.Method, e.Path, e.Attempts, e.MayHaveApplied, slices.Compact([]string{status, e.Code, e.Message})...)
}

// LogValue returns the parts of the error for log/slog.
func (e *APIError) LogValue() slog.Value {
	e = cmp.Or(e, new(APIError))
	return slog.Group("", "method", e.Method, "path", e.Path, "status", e.StatusCode, "code", e.Code, "message", e.Message,
		"retry_after", e.RetryAfter, "attempts", e.Attempts, "may_have_applied", e.MayHaveApplied).Value
}

// BadRequestError is a 400: a value that the API refuses. It is also a 422, with
// which the API's validation layer answers.
type BadRequestError struct{ *APIError }

// UnauthorizedError is a 401: the token is wrong or has expired.
type UnauthorizedError struct{ *APIError }

// ForbiddenError is a 403: the token is right but does not allow this.
type ForbiddenError struct{ *APIError }

// NotFoundError is a 404: there is no such integration, or it belongs to another
// brand. MayHaveApplied on the 404 of a delete says that an earlier attempt of the
// same call may have been what removed it.
type NotFoundError struct{ *APIError }

// RateLimitError is a 429. RetryAfter is the wait that the API asks for; 0 means
// that waiting does not help, such as when a plan is used up. Attempts is 0 when
// nothing was sent: the API had told the client to wait longer than the context
// of this call lasts.
type RateLimitError struct{ *APIError }

// ServerError is a 5xx.
type ServerError struct{ *APIError }

func (e *BadRequestError) Unwrap() error   { return cmp.Or(e.APIError, new(APIError)) }
func (e *UnauthorizedError) Unwrap() error { return cmp.Or(e.APIError, new(APIError)) }
func (e *ForbiddenError) Unwrap() error    { return cmp.Or(e.APIError, new(APIError)) }
func (e *NotFoundError) Unwrap() error     { return cmp.Or(e.APIError, new(APIError)) }
func (e *RateLimitError) Unwrap() error    { return cmp.Or(e.APIError, new(APIError)) }
func (e *ServerError) Unwrap() error       { return cmp.Or(e.APIError, new(APIError)) }

// typed returns e as the type that its status has.
func (e *APIError) typed() error {
	switch {
	case e.StatusCode == http.StatusBadRequest, e.StatusCode == http.StatusUnprocessableEntity:
		return &BadRequestError{e}
	case e.StatusCode == http.StatusUnauthorized:
		return &UnauthorizedError{e}
	case e.StatusCode == http.StatusForbidden:
		return &ForbiddenError{e}
	case e.StatusCode == http.StatusNotFound:
		return &NotFoundError{e}
	case e.StatusCode == http.StatusTooManyRequests:
		return &RateLimitError{e}
	case e.StatusCode/100 == 5:
		return &ServerError{e}
	}
	return e
}

// A TransportError says that no whole answer came: the connection could not be
// made or broke, time ran out, or the caller's context ended. Err matches the
// context's error and its cause in the last case. Where an earlier attempt of the
// call, or the beginning of a broken answer, brought an error status, errors.As
// finds that [*APIError] too.
type TransportError struct {
	Method   string
	Path     string // below the base URL, without query
	Attempts int    // requests sent; 0 when the call ended before the first

	// MayHaveApplied says that an attempt of this call was sent and ended without a
	// known outcome, so the change may have been made.
	MayHaveApplied bool

	Err error // never nil in an error that this package returns
}

// Error returns one line that names method, path and cause, and no host.
func (e *TransportError) Error() string {
	e = cmp.Or(e, new(TransportError))
	return line(e.Method, e.Path, e.Attempts, e.MayHaveApplied, transport.Describe(e.Err))
}

// Unwrap returns Err.
func (e *TransportError) Unwrap() error { return cmp.Or(e, new(TransportError)).Err }

// LogValue returns the parts of the error for log/slog.
func (e *TransportError) LogValue() slog.Value {
	e = cmp.Or(e, new(TransportError))
	return slog.Group("", "method", e.Method, "path", e.Path, "error", transport.Describe(e.Err),
		"attempts", e.Attempts, "may_have_applied", e.MayHaveApplied).Value
}

// An InvalidResponseError says that a whole answer came with a 2xx status and is
// not what the API documents: HTML, cut JSON, nothing, null, no integration, or
// more than 4 MiB. A change has probably been made. It is never retried.
type InvalidResponseError struct {
	StatusCode  int
	ContentType string
	Method      string
	Path        string // below the base URL, without query
	Attempts    int    // requests sent
	Err         error
}

// Error returns one line that names method, path, status and what is wrong.
func (e *InvalidResponseError) Error() string {
	e = cmp.Or(e, new(InvalidResponseError))
	return line(e.Method, e.Path, e.Attempts, false, "invalid response with status "+strconv.Itoa(e.StatusCode), e.ContentType, fmt.Sprint(e.Err))
}

// Unwrap returns Err.
func (e *InvalidResponseError) Unwrap() error { return cmp.Or(e, new(InvalidResponseError)).Err }

// LogValue returns the parts of the error for log/slog.
func (e *InvalidResponseError) LogValue() slog.Value {
	e = cmp.Or(e, new(InvalidResponseError))
	return slog.Group("", "method", e.Method, "path", e.Path, "status", e.StatusCode, "content_type", e.ContentType,
		"error", fmt.Sprint(e.Err), "attempts", e.Attempts).Value
}

// line puts an error's parts in the order of operation, object, cause.
func line(method, path string, attempts int, mayHaveApplied bool, causes ...string) string {
	text := "spideriq: " + oneLine(method+" "+path, 256)
	for _, cause := range causes {
		if cause != "" {
			text += ": " + oneLine(cause, maxMessage)
		}
	}
	switch {
	case attempts > 1 && mayHaveApplied:
		text += fmt.Sprintf(" (after %d attempts; may have been applied)", attempts)
	case attempts > 1:
		text += fmt.Sprintf(" (after %d attempts)", attempts)
	case mayHaveApplied:
		text += " (may have been applied)"
	}
	return text
}

// maxMessage is the length in bytes up to which a message is kept.
const maxMessage = 512

// oneLine makes s printable on one line and cuts it, with a mark, to max bytes.
func oneLine(s string, max int) string {
	s = string([]rune(s[:min(len(s), 4*max)])) // what is no UTF-8 becomes U+FFFD
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) })
	if s = strings.Join(words, " "); len(s) <= max {
		return s
	}
	const mark = "…"
	return strings.TrimRight(s[:max-len(mark)], "\uFFFD") + mark // without a part of a rune
}

// A cause has a text of its own, without secrets and places, and keeps the errors
// that it is about reachable.
type cause struct {
	text string
	errs []error
}

func (c *cause) Error() string   { return c.text }
func (c *cause) Unwrap() []error { return c.errs }
