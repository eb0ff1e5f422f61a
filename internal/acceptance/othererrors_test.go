package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// errgroup cancels its context with the first error as the cause. The other calls then
// end with the error of a call that is not theirs.
func TestErrorOfAnotherCallAsTheCauseIsNoSecondKind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/404") {
				return fakeapi.Respond(404, refusalBody)(req)
			}
			return fakeapi.Hang(req)
		}))
		ctx, cancel := context.WithCancelCause(t.Context())
		var other error
		go func() {
			_, other = client.Integrations.Update(ctx, 404, spideriq.UpdateParams{})
			cancel(other)
		}()
		err := update(ctx, client)
		requireAs[*spideriq.TransportError](t, err)
		assert.False(t, asType[*spideriq.NotFoundError](err), "the integration exists: %v", err)
		assert.False(t, asType[*spideriq.APIError](err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, other)
	})
}

func TestErrorOfATokenSourceThatUsesAClientIsNoSecondKind(t *testing.T) {
	t.Parallel()
	login := newClient(t, fakeapi.New(fakeapi.Respond(401, refusalBody)))
	client, err := spideriq.NewClient("", withTransport(fakeapi.New(fakeapi.Respond(200, successBody))),
		spideriq.WithTokenSource(func(ctx context.Context) (string, error) {
			return "", login.Do(ctx, "POST", "/login", nil, nil)
		}))
	require.NoError(t, err)
	err = health(t.Context(), client)
	requireAs[*spideriq.TransportError](t, err)
	assert.False(t, asType[*spideriq.APIError](err), "%v", err)
}

// Programs that report errors walk along Unwrap.
func TestNoErrorBelowTheErrorShowsASecret(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("refused with %s", req.Header.Get("Authorization"))
	}))
	for err := health(t.Context(), client); err != nil; err = errors.Unwrap(err) {
		assertNoSecret(t, err.Error(), "%T", err)
	}
}

func TestNilErrorsOfEachKindDoNotPanic(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		(*spideriq.APIError)(nil), (*spideriq.BadRequestError)(nil), (*spideriq.UnauthorizedError)(nil),
		(*spideriq.ForbiddenError)(nil), (*spideriq.NotFoundError)(nil), (*spideriq.RateLimitError)(nil),
		(*spideriq.ServerError)(nil), (*spideriq.TransportError)(nil), (*spideriq.InvalidResponseError)(nil),
		(*spideriq.ArgumentError)(nil),
	} {
		assert.Equal(t, "<nil>", err.Error(), "%T", err)
		assert.False(t, errors.Is(err, context.Canceled), "%T", err)
		assert.False(t, spideriq.MayHaveApplied(err), "%T", err)
	}
}

// The default of MaxRetryAfter is a common Retry-After. The held calls come back in the
// two seconds after it, and the first of them starts the next pause.
func TestHeldCallsDoNotAllComeBackAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
			time.Sleep(50 * time.Millisecond)
			return fakeapi.Respond(429, refusalBody, "Retry-After: 60")(req)
		}))
		client := newClient(t, api, spideriq.WithMaxAttempts(1))
		_ = health(t.Context(), client)
		done := make(chan struct{})
		for range 200 {
			go func() {
				_ = health(t.Context(), client)
				done <- struct{}{}
			}()
		}
		for range 200 {
			<-done
		}
		assert.Less(t, len(api.Requests()), 30)
	})
}

func TestPathOfAnInvalidIDIsEmpty(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	err := client.Integrations.Delete(t.Context(), -1)
	e := requireAs[*spideriq.ArgumentError](t, err)
	assert.Empty(t, e.Path)
	assert.Equal(t, "DELETE", e.Method)
}

func TestCallThatIsHeldAfterAnAttemptTellsItsStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				return fakeapi.Respond(429, refusalBody, "Retry-After: 60")(req)
			}
			return fakeapi.Respond(503, refusalBody, "Retry-After: 1")(req)
		}))
		client := newClient(t, api)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			err = update(ctx, client)
		}()
		synctest.Wait() // it has got its 503 and waits
		_ = health(t.Context(), client, spideriq.WithMaxAttempts(1))
		<-done
		e := requireAs[*spideriq.RateLimitError](t, err)
		assert.Equal(t, 1, e.Attempts)
		assert.Contains(t, e.Message, "not sent again after status 503")
	})
}
