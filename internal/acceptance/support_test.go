package acceptance_test

import (
	"cmp"
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// fakeToken is no real token. Its parts are long enough to count as secrets.
const fakeToken = "client_51f0aa:key_9c27d03e:secret_55ab8114"

// fakeCredentials are no real credentials.
var fakeCredentials = spideriq.Credentials{"api_key": "sk-or-v1-0b5e77aa31", "account_id": "acct-4411f0"}

const (
	// successBody is the body of a success for every endpoint.
	successBody = `{"success": true, "integration": {"id": 42}, "integrations": [], ` +
		`"summary": {"total": 0}, "recommendations": [], "synced": 0, "failed": 0, "results": []}`

	// refusalBody is the body of a failure.
	refusalBody = `{"success": false, "error": "no"}`
)

// errorResponse answers with a recorded error response of the platform.
func errorResponse(name string) fakeapi.Reply {
	return fakeapi.File("../errorbody/testdata/" + name + ".http")
}

// newClient returns a client that sends with rt, or with its own transport when rt is
// nil.
func newClient(t testing.TB, rt http.RoundTripper, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	client, err := spideriq.NewClient(fakeToken, append([]spideriq.Option{withTransport(rt)}, opts...)...)
	require.NoError(t, err)
	return client
}

// wireClient returns a client of server. It has the library's own transport where that
// can reach the server, and waits at most a millisecond between attempts.
func wireClient(t testing.TB, server *wireserver.Server, opts ...spideriq.Option) *spideriq.Client {
	t.Helper()
	var rt http.RoundTripper // nil: the library's own
	if server.Roots != nil || server.URL == "" {
		rt = server.Transport(t)
	}
	defaults := []spideriq.Option{
		spideriq.WithBaseURL(cmp.Or(server.URL, "http://127.0.0.1")),
		spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond, MaxDelay: time.Millisecond}),
	}
	return newClient(t, rt, append(defaults, opts...)...)
}

// withTransport makes a client send with rt.
func withTransport(rt http.RoundTripper) spideriq.Option {
	return spideriq.WithHTTPClient(&http.Client{Transport: rt})
}

// oneAttempt makes a client never retry, for tests outside of bubbles.
var oneAttempt = spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1})

// A limiterFunc is a RateLimiter.
type limiterFunc func(context.Context) error

func (l limiterFunc) Wait(ctx context.Context) error { return l(ctx) }
