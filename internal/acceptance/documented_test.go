package acceptance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// documentedTime is the moment in the recorded responses.
var documentedTime = time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)

// documentedRow is the integration in the recorded responses to List and Create.
func documentedRow() *spideriq.Integration {
	used := documentedTime
	return &spideriq.Integration{
		ID:                  7,
		ProviderName:        "groq",
		DailyLimit:          new(5),
		LastUsedAt:          &used,
		SpendLimitExceeded:  new(false),
		ConsecutiveFailures: new(0),
		KeyPreview:          map[string]string{"api_key": "gsk...123"},
	}
}

// A documentedRequest is what a call sends, below the base URL.
type documentedRequest struct{ method, path, body string }

// callDocumented makes a call that is answered with a recorded response, and checks that
// the call sends exactly the documented request.
func callDocumented[T any](t *testing.T, recorded string, want documentedRequest,
	call func(*spideriq.IntegrationsService) (T, error),
) T {
	t.Helper()
	api := fakeapi.New(fakeapi.Recorded(recorded))
	got, err := call(newClient(t, api).Integrations)
	require.NoError(t, err)
	require.Len(t, api.Requests(), 1)
	sent := api.Requests()[0]
	assert.Equal(t, want.method, sent.Method)
	assert.Equal(t, spideriq.DefaultBaseURL+want.path, sent.URL)
	assert.Equal(t, want.body, sent.Body)
	assert.Equal(t, want.body != "", sent.Header.Get("Content-Type") != "")
	assert.Equal(t, "Bearer "+fakeToken, sent.Header.Get("Authorization"))
	return got
}
