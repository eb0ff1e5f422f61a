package transport

import (
	"context"
	"math"
	"net/http"
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

func TestOutcomeIsUnknownOnlyAfterAWriteWasSent(t *testing.T) {
	t.Parallel()
	answered := func(status int) outcome { return outcome{response: &Response{StatusCode: status}} }
	cut := outcome{err: errOpaque, headsUnanswered: 1}
	twice := func(status int) outcome {
		return outcome{response: &Response{StatusCode: status}, headsUnanswered: 1}
	}
	tests := []struct {
		name   string
		method string
		o      outcome
		want   bool
	}{
		{"success", http.MethodPatch, answered(200), false},
		{"refusal", http.MethodPatch, answered(400), false},
		{"redirect", http.MethodPatch, answered(302), false},
		{"408", http.MethodPost, answered(408), true},
		{"429", http.MethodPatch, answered(429), false},
		{"500", http.MethodPatch, answered(500), false},
		{"502", http.MethodPatch, answered(502), true},
		{"503", http.MethodPatch, answered(503), false},
		{"504", http.MethodDelete, answered(504), true},
		{"511", http.MethodPatch, answered(511), false},
		{"519", http.MethodPatch, answered(519), false},
		{"520", http.MethodPatch, answered(520), true},
		{"524", http.MethodPatch, answered(524), true},
		{"599", http.MethodPost, answered(599), true},
		{"502 of a read", http.MethodGet, answered(502), false},
		{"cut", http.MethodPost, cut, true},
		{"cut after the status", http.MethodPut, outcome{response: &Response{StatusCode: 200}, err: errOpaque}, true},
		{"not sent", http.MethodPost, outcome{err: errOpaque, failure: failure{unsent: true}}, false},
		{"cut read", http.MethodGet, cut, false},
		{"cut HEAD", http.MethodHead, cut, false},
		{"cut OPTIONS", http.MethodOptions, cut, false},
		{"sent twice, then refused", http.MethodDelete, twice(404), true},
		{"sent twice, then a 2xx, whose body may say that it failed", http.MethodDelete, twice(200), true},
		{"read twice", http.MethodGet, twice(404), false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.o.mayHaveApplied(tt.method), tt.name)
	}
}
