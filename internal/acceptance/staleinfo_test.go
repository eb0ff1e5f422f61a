package acceptance_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestResponseInfoIsZeroedWhenTheCallBegins(t *testing.T) {
	t.Parallel()
	stale := func() *spideriq.ResponseInfo {
		return &spideriq.ResponseInfo{
			StatusCode: 200, Header: http.Header{"X-Of": {"before"}}, Body: []byte("before"), Attempts: 3,
			RateLimit: new(spideriq.RateLimit),
		}
	}
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	wrongID := func(o ...spideriq.RequestOption) error {
		return client.Integrations.Delete(t.Context(), 0, o...)
	}
	nilContext := func(o ...spideriq.RequestOption) error {
		return update(nil, client, o...) //nolint:staticcheck // what is tested
	}
	ended := func(o ...spideriq.RequestOption) error { return update(cancelled, client, o...) }
	wrongPath := func(o ...spideriq.RequestOption) error {
		return client.Do(t.Context(), "GET", "/../x", nil, nil, o...)
	}
	wrongLimit := func(o ...spideriq.RequestOption) error {
		_, err := client.Integrations.List(t.Context(), spideriq.ListParams{Limit: -1}, o...)
		return err
	}
	noCredentials := func(o ...spideriq.RequestOption) error {
		_, err := client.Integrations.Create(t.Context(), spideriq.CreateParams{}, o...)
		return err
	}
	wrongOption := func(o ...spideriq.RequestOption) error {
		return update(t.Context(), client, append(o, spideriq.WithMaxAttempts(0))...)
	}
	notMade := func(o ...spideriq.RequestOption) error { return update(t.Context(), new(spideriq.Client), o...) }
	for name, call := range map[string]func(...spideriq.RequestOption) error{
		"wrong id":        wrongID,
		"nil context":     nilContext,
		"ended":           ended,
		"wrong path":      wrongPath,
		"wrong limit":     wrongLimit,
		"no credentials":  noCredentials,
		"wrong option":    wrongOption,
		"client not made": notMade,
	} {
		info := stale()
		require.Error(t, call(spideriq.WithResponseInfo(info)), name)
		assert.Equal(t, spideriq.ResponseInfo{}, *info, name)
	}
	assert.Empty(t, api.Requests())
}

func TestRateLimitThatIsNoNumberOfThisEraIsUnknown(t *testing.T) {
	t.Parallel()
	const limit, remaining, reset = "X-RateLimit-Limit: ", "X-RateLimit-Remaining: ", "X-RateLimit-Reset: "
	for _, headers := range [][]string{
		{limit + "100", remaining + "7", reset + "-5"},
		{limit + "100", remaining + "7", reset + "1772119860000"},
		{limit + "100", remaining + "7", reset + "253402300800"},
		{limit + "100", remaining + "7", reset + "9223372036854775807"},
		{limit + "-1", remaining + "7", reset + "1772119860"},
		{limit + "100", remaining + "-7", reset + "1772119860"},
		{limit + "+100", remaining + "7", reset + "1772119860"},
		{limit + "100", remaining + "7", reset + "+1772119860"},
	} {
		var info spideriq.ResponseInfo
		client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody, headers...)))
		require.NoError(t, update(t.Context(), client, spideriq.WithResponseInfo(&info)))
		assert.Nil(t, info.RateLimit, "%v", headers)
		_, err := json.Marshal(info)
		assert.NoError(t, err)
	}
	var info spideriq.ResponseInfo
	last := []string{limit + "100", remaining + "7", reset + "253402300799"}
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody, last...)))
	require.NoError(t, update(t.Context(), client, spideriq.WithResponseInfo(&info)))
	require.NotNil(t, info.RateLimit, "the last second of the year 9999")
	_, err := json.Marshal(info)
	assert.NoError(t, err)
}
