package transport

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenGoesToTheExactOriginOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		base, target string
		token        bool
	}{
		{"https://api.test/api/v1", "https://api.test/api/v1/integrations", true},
		{"https://api.test/api/v1", "https://api.test/elsewhere", true},
		{"https://[::1]:8443", "https://[::1]:8443/x", true},
		{"https://api.test", "http://api.test", false},
		{"http://api.test", "https://api.test", false},
		{"http://api.test:443", "https://api.test:443", false},
		{"https://api.test", "https://api.test:8443", false},
		{"https://api.test:8443", "https://api.test", false},
		{"https://api.test", "https://www.api.test", false},
		{"https://www.api.test", "https://api.test", false},
		{"https://api.test", "https://api.test.evil.test", false},
		{"https://api.test", "https://other.test", false},
	}
	for _, tt := range tests {
		t.Run(tt.base+" to "+tt.target, func(t *testing.T) {
			t.Parallel()
			base, err := url.Parse(tt.base)
			require.NoError(t, err)
			var sent http.Header
			recording := roundTripper(func(req *http.Request) (*http.Response, error) {
				sent = req.Header.Clone()
				return status(200)(req)
			})
			asked := false
			patch(t.Context(), newTransport(recording, func(cfg *Config) { cfg.BaseURL = base }), to(t, tt.target),
				func(r *Request) {
					r.Authorization = func(context.Context) (string, error) {
						asked = true
						return "Bearer secret", nil
					}
				})
			require.NotNil(t, sent)
			assert.Equal(t, tt.token, asked)
			if tt.token {
				assert.Equal(t, []string{"Bearer secret"}, sent["Authorization"])
			} else {
				assert.NotContains(t, sent, "Authorization")
			}
		})
	}
}

func TestNoTokenWithoutABaseURL(t *testing.T) {
	t.Parallel()
	patch(t.Context(), newTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		assert.NotContains(t, req.Header, "Authorization")
		return status(200)(req)
	}), func(cfg *Config) { cfg.BaseURL = nil }))
}

type contextKey struct{}

func TestTokenIsAskedForBeforeEachAttemptAndBehindAllWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var tokens []string
		base := scripted(status(429, "Retry-After", "60"), func(req *http.Request) (*http.Response, error) {
			tokens = append(tokens, req.Header.Get("Authorization"))
			return status(200)(req)
		})
		tr := newTransport(base, func(cfg *Config) {
			cfg.Limiter = limiter(func(context.Context) error { time.Sleep(time.Minute); return nil })
		})
		ctx := context.WithValue(t.Context(), contextKey{}, "the call's")
		asked := 0
		result := patch(ctx, tr, func(r *Request) {
			r.Authorization = func(ctx context.Context) (string, error) {
				asked++
				assert.Equal(t, "the call's", ctx.Value(contextKey{}))
				assert.GreaterOrEqual(t, time.Since(began), time.Duration(2*asked-1)*time.Minute)
				return time.Now().String(), nil
			}
		})
		require.NoError(t, result.Err)
		assert.Equal(t, 2, asked)
		assert.Equal(t, []string{time.Now().String()}, tokens, "no token is older than its attempt")
	})
}

func TestTokenThatCannotBeHadEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		tests := []struct {
			name     string
			fails    int // the time it is asked
			source   func() (string, error)
			attempts int
			is       error
		}{
			{"at first", 1, func() (string, error) { return "", errOpaque }, 0, errOpaque},
			{"at the second attempt", 2, func() (string, error) { return "x", errOpaque }, 1, errOpaque},
			{"too late", 1, func() (string, error) { cancel(errWhy); return "x", nil }, 0, errWhy},
		}
		for _, tt := range tests {
			base := scripted(status(503))
			asked := 0
			result := patch(ctx, newTransport(base), func(r *Request) {
				r.Authorization = func(context.Context) (string, error) {
					if asked++; asked == tt.fails {
						return tt.source()
					}
					return "x", nil
				}
			})
			assert.ErrorIs(t, result.Err, tt.is, tt.name)
			assert.Equal(t, tt.attempts, result.Attempts, tt.name)
			assert.Equal(t, tt.attempts, base.requests(), tt.name)
			assert.Equal(t, tt.attempts == 1, result.Response != nil, tt.name)
		}
	})
}

func TestResultTellsEachAuthorizationOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		values := []string{"one", "two", "two"}
		asked := 0
		base := scripted(status(503), status(503), status(200))
		result := patch(t.Context(), newTransport(base), func(r *Request) {
			r.Authorization = func(context.Context) (string, error) {
				asked++
				return values[asked-1], nil
			}
		})
		assert.Equal(t, 3, result.Attempts)
		assert.Equal(t, []string{"one", "two"}, result.Authorizations)
	})
}
