package acceptance_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

var wrongTokens = []string{
	"", " \n", "pas te", "pas\nte", "pas\x00te", "pas\x7fte", "pas\u00a0te", "pasté", "Bearer paste",
	"bearer\tpaste", "BEARER  paste", " Bearer paste",
}

func TestWrongTokenIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, token := range wrongTokens {
		_, err := spideriq.NewClient(token)
		assertPlain(t, err)
		assert.ErrorContains(t, err, "token")
		assert.NotContains(t, err.Error(), "pas")
		hasPrefix := strings.Contains(strings.ToLower(token), "bearer")
		assert.Equal(t, hasPrefix, strings.Contains(err.Error(), `"Bearer "`), err)
	}
}

// A source's failure is not the caller's mistake.
func TestWrongTokenOfASourceIsATransportErrorThatSentNothing(t *testing.T) {
	t.Parallel()
	for _, token := range wrongTokens {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		source := spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil })
		client, err := spideriq.NewClient("", withTransport(api), source)
		require.NoError(t, err)
		err = update(t.Context(), client)
		assert.Equal(t, []string{"transport"}, kindsOf(err), "%q: %v", token, err)
		e := requireAs[*spideriq.TransportError](t, err)
		assert.Zero(t, e.Attempts)
		assert.False(t, e.MayHaveApplied)
		assert.NotContains(t, err.Error(), "pas")
		assert.Empty(t, api.Requests())
	}
}

// timedSource returns "token-1", "token-2" and so on, and keeps when it was asked. Its
// broken call, counted from 1, returns the error.
type timedSource struct {
	asked  []time.Time
	broken int
	err    error
}

func (s *timedSource) token(context.Context) (string, error) {
	s.asked = append(s.asked, time.Now())
	if len(s.asked) == s.broken {
		return "", s.err
	}
	return "token-" + strconv.Itoa(len(s.asked)), nil
}

func (s *timedSource) client(t *testing.T, rt http.RoundTripper, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	opts = append([]spideriq.Option{withTransport(rt), spideriq.WithTokenSource(s.token)}, opts...)
	client, err := spideriq.NewClient("", opts...)
	require.NoError(t, err)
	assert.Empty(t, s.asked, "asked before the first call")
	return client
}

func TestTokenSourceIsAskedAfterTheWaitAndBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 60"), fakeapi.Respond(200, successBody))
		source := new(timedSource)
		began := time.Now()
		require.NoError(t, update(t.Context(), source.client(t, api)))
		require.Len(t, source.asked, 2)
		assert.Equal(t, began, source.asked[0])
		assert.GreaterOrEqual(t, source.asked[1].Sub(began), time.Minute)
		requests := api.Requests()
		assert.Equal(t, "Bearer token-1", requests[0].Header.Get("Authorization"))
		assert.Equal(t, "Bearer token-2", requests[1].Header.Get("Authorization"))
	})
}

func TestTokenSourceIsAskedAfterTheRateLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := limiterFunc(func(context.Context) error { time.Sleep(time.Hour); return nil })
		source := new(timedSource)
		began := time.Now()
		client := source.client(t, fakeapi.New(fakeapi.Respond(200, successBody)), spideriq.WithRateLimiter(limiter))
		require.NoError(t, update(t.Context(), client))
		require.Len(t, source.asked, 1)
		assert.Equal(t, time.Hour, source.asked[0].Sub(began))
	})
}

func TestTokenSourceIsAskedWithTheContextOfTheCall(t *testing.T) {
	t.Parallel()
	type key struct{}
	source := spideriq.WithTokenSource(func(ctx context.Context) (string, error) {
		assert.Equal(t, "caller's", ctx.Value(key{}))
		return fakeToken, nil
	})
	client, err := spideriq.NewClient("", source, withTransport(fakeapi.New(fakeapi.Respond(200, successBody))))
	require.NoError(t, err)
	require.NoError(t, update(context.WithValue(t.Context(), key{}, "caller's"), client))
}

func TestTokenSourceThatFailsEndsTheCall(t *testing.T) {
	t.Parallel()
	sealed := errors.New("vault is sealed")
	for broken, status := range map[int]int{1: 0, 2: 503} {
		synctest.Test(t, func(t *testing.T) {
			api := fakeapi.New(fakeapi.Respond(503, refusalBody))
			source := &timedSource{broken: broken, err: sealed}
			err := update(t.Context(), source.client(t, api))
			assert.ErrorIs(t, err, sealed)
			e := requireAs[*spideriq.TransportError](t, err)
			assert.Equal(t, broken-1, e.Attempts)
			assert.False(t, e.MayHaveApplied)
			assert.Equal(t, status, earlierStatus(err))
			assert.Len(t, api.Requests(), broken-1)
		})
	}
}

// The token of each attempt is hidden, not only that of the last.
func TestEveryTokenOfACallIsHidden(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := fakeapi.Respond(503, `{"error": "no token-1 and no token-2 and no token-3"}`)
		err := update(t.Context(), new(timedSource).client(t, fakeapi.New(answer)))
		for _, token := range []string{"token-1", "token-2", "token-3"} {
			assert.NotContains(t, err.Error(), token)
		}
	})
}
