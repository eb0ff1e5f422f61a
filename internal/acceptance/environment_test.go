package acceptance_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// Not parallel: the environment belongs to the process.
func TestNewClientFromEnv(t *testing.T) {
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return fakeToken, nil })
	for name, c := range map[string]struct {
		token, base string
		option      spideriq.Option
		wantURL     string // "": refused
	}{
		"token only":        {fakeToken, "", nil, spideriq.DefaultBaseURL},
		"origin":            {fakeToken + "\n", "https://api.example/", nil, "https://api.example/api/v1"},
		"origin and prefix": {fakeToken, "https://api.example/v2", nil, "https://api.example/v2"},
		"options win": {
			fakeToken, "https://api.example", spideriq.WithBaseURL("https://other.example"),
			"https://other.example/api/v1",
		},
		"token source": {"", "", source, spideriq.DefaultBaseURL},
		"no token":     {"", "", nil, ""},
		"bad base":     {fakeToken, "api.example", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", c.token)
			t.Setenv("SPIDERIQ_API_URL", c.base)
			api := fakeapi.New(fakeapi.Respond(200, successBody))
			client, err := spideriq.NewClientFromEnv(withTransport(api), c.option)
			if c.wantURL == "" {
				assertPlain(t, err)
				assert.ErrorContains(t, err, "SPIDERIQ_")
				assert.Nil(t, client)
				return
			}
			require.NoError(t, err)
			require.NoError(t, update(t.Context(), client))
			sent := api.Requests()[0]
			assert.Equal(t, c.wantURL+"/integrations/42", sent.URL)
			assert.Equal(t, "Bearer "+fakeToken, sent.Header.Get("Authorization"))
		})
	}
	t.Run("NewClient does not look at it", func(t *testing.T) {
		t.Setenv("SPIDERIQ_TOKEN", fakeToken)
		t.Setenv("SPIDERIQ_API_URL", "https://api.example")
		_, err := spideriq.NewClient("")
		assert.Error(t, err)
		client, err := spideriq.NewClient("x")
		require.NoError(t, err)
		assert.NotContains(t, client.String(), "api.example")
	})
}
