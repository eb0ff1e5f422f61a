package transport

import (
	"context"
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoffIsFullJitterUnderADoublingCeiling(t *testing.T) {
	t.Parallel()
	p := Policy{BaseDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second}
	tests := []struct {
		attempts int
		ceiling  time.Duration
	}{
		{1, 500 * time.Millisecond}, {2, time.Second}, {3, 2 * time.Second}, {4, 4 * time.Second},
		{5, 8 * time.Second}, {6, 8 * time.Second}, {100, 8 * time.Second}, {1 << 20, 8 * time.Second},
	}
	for _, tt := range tests {
		least, most := time.Duration(math.MaxInt64), time.Duration(0)
		for range 1000 {
			wait := p.backoff(tt.attempts)
			least, most = min(least, wait), max(most, wait)
		}
		assert.GreaterOrEqual(t, least, time.Duration(0), "after %d attempts", tt.attempts)
		assert.Less(t, least, tt.ceiling/20, "after %d attempts", tt.attempts)
		assert.LessOrEqual(t, most, tt.ceiling, "after %d attempts", tt.attempts)
		assert.Greater(t, most, tt.ceiling*19/20, "after %d attempts", tt.attempts)
	}
}

func TestBackoffStandsAnyDelays(t *testing.T) {
	t.Parallel()
	policies := []Policy{
		{BaseDelay: 1, MaxDelay: math.MaxInt64}, {BaseDelay: math.MaxInt64, MaxDelay: math.MaxInt64},
		{BaseDelay: math.MaxInt64, MaxDelay: time.Second}, {},
	}
	for _, p := range policies {
		for attempts := range 100 {
			assert.NotPanics(t, func() { assert.Positive(t, p.backoff(attempts)) })
		}
	}
	var most time.Duration
	for range 100 {
		assert.LessOrEqual(t, Policy{BaseDelay: 2, MaxDelay: 3}.backoff(5), time.Duration(3), "no power of two")
		most = max(most, policies[0].backoff(100))
	}
	assert.Greater(t, most, maxDuration/2)
}

func TestJitterIsPositiveAndSmall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tests := []struct{ wait, deadline, most time.Duration }{
			{time.Second, 0, 200 * time.Millisecond},
			{10 * time.Second, 0, 2 * time.Second},
			{time.Hour, 0, 2 * time.Second},
			{10 * time.Second, 10*time.Second + 100*time.Millisecond, 50 * time.Millisecond},
		}
		for _, tt := range tests {
			ctx := t.Context()
			if tt.deadline > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.deadline)
				defer cancel()
			}
			var least, most time.Duration = math.MaxInt64, 0
			for range 1000 {
				jitter := withJitter(ctx, tt.wait) - tt.wait
				least, most = min(least, jitter), max(most, jitter)
			}
			assert.Positive(t, least, tt.wait)
			assert.Less(t, least, tt.most/10, tt.wait)
			assert.LessOrEqual(t, most, tt.most, tt.wait)
			assert.Greater(t, most, tt.most*9/10, tt.wait)
		}
	})
}

func TestJitterOfTheLongestWaitDoesNotOverflow(t *testing.T) {
	t.Parallel()
	for range 100 {
		assert.GreaterOrEqual(t, withJitter(t.Context(), longestWait), longestWait)
	}
}

func TestSmallestJitterIsANanosecond(t *testing.T) {
	t.Parallel()
	for range 100 {
		assert.LessOrEqual(t, withJitter(t.Context(), jitterShare)-jitterShare, time.Duration(1))
	}
}

func TestWaitOfAYearIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		year := 365 * 24 * time.Hour
		base := scripted(status(429, "Retry-After", strconv.Itoa(int(year/time.Second))), status(200))
		tr := newTransport(base, func(cfg *Config) { cfg.Policy.MaxRetryAfter = maxDuration })
		began := time.Now()
		assert.NoError(t, patch(t.Context(), tr).Err)
		assert.GreaterOrEqual(t, time.Since(began), year)
		assert.Equal(t, 2, base.requests())
	})
}
