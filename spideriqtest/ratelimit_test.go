package spideriqtest_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithRateLimit(1, 3)) // one more after a minute
	for used := 1; used <= 3; used++ {
		got := send(t, server, "GET", "/integrations", "")
		assert.Equal(t, 200, got.status)
		assert.Equal(t, "1", got.header.Get("X-RateLimit-Limit"))
		assert.Equal(t, strconv.Itoa(3-used), got.header.Get("X-RateLimit-Remaining"))
		assert.Empty(t, got.header.Values("Retry-After"))
		assert.InDelta(t, time.Duration(used)*time.Minute, untilReset(t, got), float64(20*time.Second))
	}
	got := send(t, server, "PATCH", "/integrations/42", disable)
	assert.Equal(t, 429, got.status)
	assert.Equal(t, "0", got.header.Get("X-RateLimit-Remaining"))
	assert.InDelta(t, 3*time.Minute, untilReset(t, got), float64(20*time.Second))
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	require.NoError(t, err)
	assert.InDelta(t, 60, seconds, 20)
	assert.JSONEq(t, `{
		"reason_code": "rate_limited",
		"reason_human": "Too many requests",
		"retry_after_seconds": `+strconv.Itoa(seconds)+`
	}`, got.body)
	assert.True(t, active(server), "a refused request is not applied")
	assert.Len(t, server.Requests(), 4, "but recorded")
}

func untilReset(t *testing.T, got reply) time.Duration {
	t.Helper()
	unix, err := strconv.ParseInt(got.header.Get("X-RateLimit-Reset"), 10, 64)
	require.NoError(t, err)
	return time.Until(time.Unix(unix, 0))
}

// Errors count and carry the headers like successes.
func TestRateLimitCountsErrors(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithRateLimit(1, 2))
	got := send(t, server, "DELETE", "/integrations/1", "")
	assert.Equal(t, 404, got.status)
	assert.Equal(t, "1", got.header.Get("X-RateLimit-Remaining"))
	got = send(t, server, "GET", "/campaigns", "")
	assert.Equal(t, 501, got.status)
	assert.Equal(t, "0", got.header.Get("X-RateLimit-Remaining"))
}

func TestRateLimitOff(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]spideriqtest.Option{
		"default":  nil,
		"zero":     {spideriqtest.WithRateLimit(0, 20)},
		"negative": {spideriqtest.WithRateLimit(-5, 20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := seeded(t, opts...)
			for range 30 {
				got := send(t, server, "GET", "/integrations", "")
				require.Equal(t, 200, got.status)
				require.Empty(t, got.header.Values("X-RateLimit-Limit"))
			}
		})
	}
}
