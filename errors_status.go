package spideriq

import (
	"log/slog"
	"net/http"
)

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
// used up. Attempts is 0 when nothing was sent, because the 429 of another call asked
// this client for a pause that is longer than the call may wait.
type RateLimitError struct{ *APIError }

// ServerError is a 5xx.
type ServerError struct{ *APIError }

// Each type declares its methods on its pointer. With promoted methods alone, errors.As
// would also compile with a target of the struct type, which never matches, and a nil
// pointer would panic.

// Error returns the text of the [APIError].
func (e *BadRequestError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Error returns the text of the [APIError].
func (e *UnauthorizedError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Error returns the text of the [APIError].
func (e *ForbiddenError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Error returns the text of the [APIError].
func (e *NotFoundError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Error returns the text of the [APIError].
func (e *RateLimitError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Error returns the text of the [APIError].
func (e *ServerError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return e.APIError.Error()
}

// Unwrap returns the [APIError].
func (e *BadRequestError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// Unwrap returns the [APIError].
func (e *UnauthorizedError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// Unwrap returns the [APIError].
func (e *ForbiddenError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// Unwrap returns the [APIError].
func (e *NotFoundError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// Unwrap returns the [APIError].
func (e *RateLimitError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// Unwrap returns the [APIError].
func (e *ServerError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.APIError.orNil()
}

// LogValue returns what that of the [APIError] returns.
func (e *BadRequestError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// LogValue returns what that of the [APIError] returns.
func (e *UnauthorizedError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// LogValue returns what that of the [APIError] returns.
func (e *ForbiddenError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// LogValue returns what that of the [APIError] returns.
func (e *NotFoundError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// LogValue returns what that of the [APIError] returns.
func (e *RateLimitError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// LogValue returns what that of the [APIError] returns.
func (e *ServerError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return e.APIError.LogValue()
}

// orNil returns e as an error. A nil e becomes a nil error and not an error that
// holds a nil pointer.
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
