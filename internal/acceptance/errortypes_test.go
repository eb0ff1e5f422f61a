package acceptance_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestEveryStatusHasItsType(t *testing.T) {
	t.Parallel()
	types := map[int]error{
		400: &spideriq.BadRequestError{},
		401: &spideriq.UnauthorizedError{},
		403: &spideriq.ForbiddenError{},
		404: &spideriq.NotFoundError{},
		422: &spideriq.BadRequestError{},
		429: &spideriq.RateLimitError{},
	}
	for status := 300; status < 1000; status++ {
		want := types[status]
		switch {
		case want != nil:
		case status >= 500 && status < 600:
			want = &spideriq.ServerError{}
		default:
			want = &spideriq.APIError{}
		}
		for name, call := range endpoints {
			api := fakeapi.New(fakeapi.Respond(status, refusalBody))
			err := call(t.Context(), newClient(t, api, oneAttempt))
			require.IsType(t, want, err, name)
			require.Equal(t, status, requireAs[*spideriq.APIError](t, err).StatusCode, name)
			require.Zero(t, api.OpenBodies(), name)
		}
	}
}

// familyOf returns one error of each type, with the same APIError inside where
// there is one.
func errorFamily(e *spideriq.APIError) []error {
	return []error{
		&spideriq.BadRequestError{APIError: e},
		&spideriq.UnauthorizedError{APIError: e},
		&spideriq.ForbiddenError{APIError: e},
		&spideriq.NotFoundError{APIError: e},
		&spideriq.RateLimitError{APIError: e},
		&spideriq.ServerError{APIError: e},
		e,
	}
}

func TestTypedErrorsAreFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	inner := &spideriq.APIError{StatusCode: 418}
	for _, err := range errorFamily(inner) {
		wrapped := fmt.Errorf("outer: %w", errors.Join(errors.New("other"), err))
		found := reflect.New(reflect.TypeOf(err))
		require.True(t, errors.As(wrapped, found.Interface()), "%T", err)
		assert.Same(t, err, found.Elem().Interface())
		assert.Same(t, inner, requireAs[*spideriq.APIError](t, wrapped))
		assert.ErrorIs(t, wrapped, err)
	}
	assert.False(t, asType[*spideriq.NotFoundError](&spideriq.ForbiddenError{APIError: inner}))
}

func TestErrorsWithNothingInThemDoNotPanic(t *testing.T) {
	t.Parallel()
	errs := append(errorFamily(nil), errorFamily(&spideriq.APIError{})...)
	errs = append(
		errs, (*spideriq.TransportError)(nil), &spideriq.TransportError{}, (*spideriq.InvalidResponseError)(nil),
		&spideriq.InvalidResponseError{},
	)
	for _, err := range errs {
		assert.NotEmpty(t, err.Error(), "%T", err)
		assert.NotContains(t, err.Error(), "\n")
		if inner := errors.Unwrap(err); inner != nil { // and so no nil pointer in it
			assert.NotPanics(t, func() { _ = *inner.(*spideriq.APIError) }, "%T", err)
		}
		assert.NotPanics(t, func() { err.(slog.LogValuer).LogValue() }, "%T", err)
		slog.New(slog.NewJSONHandler(io.Discard, nil)).Error("x", "error", err)
	}
}
