package acceptance_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// earlierStatus returns the status that the API reported before a call ended without a
// whole response; 0 when there was none.
func earlierStatus(err error) int {
	e, ok := errors.AsType[*spideriq.TransportError](err)
	if !ok || e.LastResponse == nil {
		return 0
	}
	return e.LastResponse.StatusCode
}

// kindsOf returns the names of the kinds of error that err matches.
func kindsOf(err error) []string {
	var kinds []string
	if asType[*spideriq.APIError](err) {
		kinds = append(kinds, "API")
	}
	if asType[*spideriq.TransportError](err) {
		kinds = append(kinds, "transport")
	}
	if asType[*spideriq.InvalidResponseError](err) {
		kinds = append(kinds, "invalid response")
	}
	if asType[*spideriq.ArgumentError](err) {
		kinds = append(kinds, "argument")
	}
	return kinds
}

// assertArgumentError checks that err is the refusal of an argument and nothing else.
func assertArgumentError(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assert.Equal(t, []string{"argument"}, kindsOf(err), "%T %v", err, err)
	assert.False(t, spideriq.MayHaveApplied(err))
}

// A transport of the caller's may leave out of a response what net/http sets.
func TestOneErrorHasOneKind(t *testing.T) {
	t.Parallel()
	response := func(r *http.Response) fakeapi.Reply {
		return func(*http.Request) (*http.Response, error) { return r, nil }
	}
	html := fakeapi.Respond(200, "<html>", "Content-Type: text/html")
	for name, c := range map[string]struct {
		answer fakeapi.Reply
		kind   string
	}{
		"refused":     {fakeapi.Respond(404, "{}"), "API"},
		"redirect":    {fakeapi.Respond(302, "", "Location: /"), "API"},
		"unsuccess":   {fakeapi.Respond(200, refusalBody), "API"},
		"no answer":   {fakeapi.Fail(errors.New("opaque")), "transport"},
		"dial failed": {fakeapi.Fail(fakeapi.ErrRefused), "transport"},
		"no sense":    {html, "invalid response"},
		"nil answer":  {response(nil), "transport"},
		"nil body":    {response(&http.Response{StatusCode: 500}), "API"},
		"too short":   {response(&http.Response{StatusCode: 200, ContentLength: 9}), "transport"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := update(t.Context(), newClient(t, fakeapi.New(c.answer), oneAttempt))
			assert.Equal(t, []string{c.kind}, kindsOf(err), "%T %v", err, err)
		})
	}
}

// A call that the API has refused once and that ends with its context is a transport
// failure only. What the API said is in LastResponse.
func TestContextThatEndsAfterARefusalIsATransportErrorOnly(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string][]fakeapi.Reply{
		"in the wait":       {fakeapi.Respond(503, refusalBody, "Retry-After: 30")},
		"in the next one":   {fakeapi.Respond(503, refusalBody, "Retry-After: 1"), fakeapi.Hang},
		"in its own body":   {fakeapi.Drip(503)},
		"after a transport": {fakeapi.Respond(503, refusalBody), fakeapi.Fail(fakeapi.ErrReset), fakeapi.Hang},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				err := update(ctx, newClient(t, fakeapi.New(replies...)))
				assert.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, []string{"transport"}, kindsOf(err))
				last := requireAs[*spideriq.TransportError](t, err).LastResponse
				require.NotNil(t, last)
				assert.Equal(t, 503, last.StatusCode)
			})
		})
	}
}

func TestLastResponseIsNilWithoutARefusal(t *testing.T) {
	t.Parallel()
	cut := wireserver.Answer(200, successBody)
	server := wireserver.Start(t, wireserver.Once(cut[:len(cut)-9]))
	broken := requireAs[*spideriq.TransportError](t, update(t.Context(), wireClient(t, server)))
	assert.Nil(t, broken.LastResponse, "the head of a 2xx")

	unsent := requireAs[*spideriq.TransportError](t,
		update(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(fakeapi.ErrRefused)), oneAttempt)))
	assert.Nil(t, unsent.LastResponse)
}

// The struct in the place of the pointer must not be an error: errors.As with it would
// compile and never match.
func TestErrorsAreErrorsByPointerOnly(t *testing.T) {
	t.Parallel()
	for _, value := range []any{
		spideriq.APIError{}, spideriq.BadRequestError{}, spideriq.UnauthorizedError{}, spideriq.ForbiddenError{},
		spideriq.NotFoundError{}, spideriq.RateLimitError{}, spideriq.ServerError{}, spideriq.TransportError{},
		spideriq.InvalidResponseError{}, spideriq.ArgumentError{},
	} {
		_, isError := value.(error)
		assert.False(t, isError, "%T", value)
		pointer := reflect.New(reflect.TypeOf(value)).Interface()
		_, isError = pointer.(error)
		assert.True(t, isError, "%T", pointer)
	}
}

func TestArgumentErrorNamesTheCallWhereItIsKnown(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	bad := spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("12,50"))}
	_, badAmount := client.Integrations.Update(t.Context(), 42, bad)
	for name, c := range map[string]struct {
		err          error
		method, path string
	}{
		"amount":   {badAmount, "PATCH", "/integrations/42"},
		"context":  {list(nil, client), "GET", "/integrations"}, //nolint:staticcheck // what is tested
		"option":   {health(t.Context(), client, spideriq.WithMaxAttempts(0)), "GET", "/integrations/health"},
		"method":   {client.Do(t.Context(), "BREW", "/integrations", nil, nil), "", ""},
		"path":     {client.Do(t.Context(), "GET", "/../hidden", nil, nil), "GET", ""},
		"not made": {remove(t.Context(), new(spideriq.Client)), "DELETE", "/integrations/42"},
	} {
		assertArgumentError(t, c.err)
		e := requireAs[*spideriq.ArgumentError](t, c.err)
		require.Error(t, e.Err, name)
		assert.Equal(t, c.path, e.Path, name)
		assert.Equal(t, c.method, e.Method, name)
		assert.NotContains(t, e.Error(), "hidden")
	}
}
