package transport

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenGoesToTheExactOriginOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		api, target string
		token       bool
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
		t.Run(tt.api+" to "+tt.target, func(t *testing.T) {
			t.Parallel()
			origin, err := url.Parse(tt.api)
			require.NoError(t, err)
			target, err := url.Parse(tt.target)
			require.NoError(t, err)
			var sent http.Header
			update(t.Context(), making(roundTripper(func(req *http.Request) (*http.Response, error) {
				sent = req.Header.Clone()
				return &http.Response{StatusCode: 200, Request: req}, nil
			}), func(cfg *Config) { cfg.API = origin }), func(c *Call) { c.URL = *target })
			require.NotNil(t, sent)
			if tt.token {
				assert.Equal(t, []string{"Bearer secret"}, sent["Authorization"])
			} else {
				assert.NotContains(t, sent, "Authorization")
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
