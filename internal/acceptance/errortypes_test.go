package acceptance_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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
		err.(slog.LogValuer).LogValue()
		slog.New(slog.NewJSONHandler(io.Discard, nil)).Error("x", "error", err)
	}
}

// A transport of the caller's may leave out of a response what net/http sets.
func TestErrorClassesAreDistinct(t *testing.T) {
	t.Parallel()
	cause := errors.New(`dial tcp 203.0.113.7:443: lookup api.internal.example: ` +
		`https://user@api.internal.example:8443/x?token=y`)
	response := func(r *http.Response) fakeapi.Reply {
		return func(*http.Request) (*http.Response, error) { return r, nil }
	}
	for name, c := range map[string]struct {
		answer fakeapi.Reply
		is     func(error) bool
	}{
		"refused":   {fakeapi.Respond(404, "{}"), asType[*spideriq.APIError]},
		"no answer": {fakeapi.Fail(cause), asType[*spideriq.TransportError]},
		"no sense": {
			fakeapi.Respond(200, "<html>", "Content-Type: text/html"), asType[*spideriq.InvalidResponseError],
		},
		"nil answer": {response(nil), asType[*spideriq.TransportError]},
		"nil body":   {response(&http.Response{StatusCode: 500}), asType[*spideriq.APIError]},
		"too short":  {response(&http.Response{StatusCode: 200, ContentLength: 9}), asType[*spideriq.TransportError]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := update(t.Context(), newClient(t, fakeapi.New(c.answer), oneAttempt))
			classes := 0
			for _, is := range []func(error) bool{
				asType[*spideriq.APIError], asType[*spideriq.TransportError],
				asType[*spideriq.InvalidResponseError],
			} {
				if is(err) {
					classes++
				}
			}
			assert.Equal(t, 1, classes)
			assert.True(t, c.is(err), "%T", err)
			assert.NotRegexp(t, `203\.0|internal|8443|:443|token=|user@`, err.Error())
			assert.Equal(t, name == "no answer", errors.Is(err, cause))
		})
	}
}
