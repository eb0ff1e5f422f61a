package acceptance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestResponseInfosShareNothing(t *testing.T) {
	t.Parallel()
	var one, two spideriq.ResponseInfo
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	require.NoError(t, update(t.Context(), client, spideriq.WithResponseInfo(&one), spideriq.WithResponseInfo(&two)))
	one.Header.Set("Content-Type", "changed")
	one.Body[0] = 'x'
	assert.Equal(t, "application/json", two.Header.Get("Content-Type"))
	assert.Equal(t, successBody, string(two.Body))
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	const limit, remaining, reset = "X-Ratelimit-Limit: ", "X-Ratelimit-Remaining: ", "X-Ratelimit-Reset: "
	for _, c := range []struct {
		headers []string
		want    *spideriq.RateLimit
	}{
		{
			[]string{limit + "100", remaining + "0", reset + "1772119860"},
			&spideriq.RateLimit{Limit: 100, Remaining: 0, Reset: time.Unix(1772119860, 0)},
		},
		{nil, nil},
		{[]string{limit + "100", remaining + "7"}, nil},
		{[]string{limit + "100", reset + "1772119860"}, nil},
		{[]string{remaining + "0", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining + "none", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining, reset + "1772119860"}, nil},
		{[]string{limit + "100;w=60", remaining + "7", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining + "7", reset + "soon"}, nil},
		{[]string{limit + "100", remaining + "7.5", reset + "1772119860"}, nil},
		{[]string{limit + "99999999999999999999", remaining + "7", reset + "1772119860"}, nil},
	} {
		for _, status := range []int{200, 404} {
			var info spideriq.ResponseInfo
			_ = update(
				t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(status, successBody, c.headers...))),
				spideriq.WithResponseInfo(&info),
			)
			assertRateLimit(t, c.want, info.RateLimit, c.headers)
			assert.Equal(t, successBody, string(info.Body))
		}
	}
}

// assertRateLimit compares moments, whatever their location.
func assertRateLimit(t *testing.T, want, got *spideriq.RateLimit, about ...any) {
	t.Helper()
	if want == nil || got == nil {
		assert.Equal(t, want, got, about...)
		return
	}
	assert.Equal(t, want.Limit, got.Limit, about...)
	assert.Equal(t, want.Remaining, got.Remaining, about...)
	assert.True(t, want.Reset.Equal(got.Reset), about...)
}
