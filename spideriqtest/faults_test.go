package spideriqtest_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

const disable = `{"is_active": false}`

func active(server *spideriqtest.Server) bool {
	i, _ := server.Get(42)
	return i.IsActive
}

// These answer in the API's place, and nothing is applied.
func TestFaultsInsteadOfAnAnswer(t *testing.T) {
	t.Parallel()
	const (
		json = "application/json"
		two  = `"retry_after_seconds":2}`
		one  = `"retry_after_seconds":1}`
		text = `"reason_human":"Too many requests"}`
	)
	for name, c := range map[string]struct {
		fault       spideriqtest.Fault
		status      int
		contentType string
		retryAfter  string
		body        string
	}{
		"Status":               {spideriqtest.Status(503, `{"detail": "x"}`), 503, json, "", `{"detail": "x"}`},
		"Status without body":  {spideriqtest.Status(500, ""), 500, json, "", ""},
		"Status 204":           {spideriqtest.Status(204, ""), 204, json, "", ""},
		"Status 302":           {spideriqtest.Status(302, "{"), 302, json, "", "{"},
		"HTMLPage":             {spideriqtest.HTMLPage(502), 502, "text/html", "", "<title>502 Bad Gateway</title>"},
		"RateLimited":          {spideriqtest.RateLimited(2 * time.Second), 429, json, "2", two},
		"RateLimited, rounded": {spideriqtest.RateLimited(1001 * time.Millisecond), 429, json, "2", two},
		"RateLimited, short":   {spideriqtest.RateLimited(1), 429, json, "1", one},
		"RateLimited, longest": {spideriqtest.RateLimited(math.MaxInt64), 429, json, "9223372037", `:9223372037}`},
		"RateLimited, 0":       {spideriqtest.RateLimited(0), 429, json, "", text},
		"RateLimited, less":    {spideriqtest.RateLimited(-time.Second), 429, json, "", text},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := seeded(t, spideriqtest.WithRateLimit(100, 1))
			server.Fail(c.fault, c.fault)
			for range 2 {
				got := send(t, server, "PATCH", "/integrations/42", disable)
				assert.Equal(t, c.status, got.status)
				assert.Equal(t, c.contentType, got.header.Get("Content-Type"))
				assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
				assert.Empty(t, got.header.Values("X-RateLimit-Limit"), "the API has not been asked")
				assert.Contains(t, got.body, c.body)
			}
			assert.True(t, active(server))
			assert.Len(t, server.Requests(), 2)
			assert.Equal(t, 200, send(t, server, "PATCH", "/integrations/42", disable).status, "the faults are used up")
		})
	}
}

func TestFaultsAreMetInOrder(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.Status(500, ""), spideriqtest.Fault{})
	server.Fail(spideriqtest.Status(503, ""))
	server.Fail()
	var got []int
	for range 4 {
		got = append(got, send(t, server, "GET", "/integrations", "").status)
	}
	assert.Equal(t, []int{500, 200, 503, 200}, got)
}

func TestFaultsRefuseImpossibleStatuses(t *testing.T) {
	t.Parallel()
	for _, code := range []int{-1, 0, 100, 199, 1000} {
		assert.Panics(t, func() { spideriqtest.Status(code, "") })
		assert.Panics(t, func() { spideriqtest.HTMLPage(code) })
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.Cut())
	got, err := try(t, server, "PATCH", "/integrations/42", disable)
	assert.Error(t, err)
	assert.Zero(t, got.status)
	assert.False(t, active(server), "the request is applied")
	assert.Len(t, server.Requests(), 1)
}

func TestCutBody(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	whole := send(t, server, "PATCH", "/integrations/42", `{"daily_limit": 20000}`)
	server.Fail(spideriqtest.CutBody())
	got, err := try(t, server, "PATCH", "/integrations/42", `{"daily_limit": 30000}`)
	assert.Error(t, err)
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "application/json", got.header.Get("Content-Type"))
	assert.Equal(t, whole.header.Get("Content-Length"), got.header.Get("Content-Length"))
	assert.Contains(t, whole.body, got.body[:10])
	assert.InDelta(t, len(whole.body)/2, len(got.body), 1)
	i, _ := server.Get(42)
	assert.Equal(t, 30000, *i.DailyLimit, "the request is applied")
}

func TestDelay(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	const wait = 30 * time.Millisecond
	server.Fail(spideriqtest.Delay(wait))
	began := time.Now()
	got := send(t, server, "PATCH", "/integrations/42", disable)
	assert.GreaterOrEqual(t, time.Since(began), wait)
	assert.Equal(t, 200, got.status)
	assert.Contains(t, got.body, `"is_active":false`)
}

func TestDelayEndsWithTheClient(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.Delay(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		applied := func() bool { return !active(server) }
		assert.Eventually(t, applied, 10*time.Second, time.Millisecond, "the request is applied at once")
		cancel()
	}()
	_, err := do(t, request(t, server, "PATCH", "/integrations/42", disable).WithContext(ctx))
	assert.ErrorIs(t, err, context.Canceled)
	server.Close() // would hang on a handler that still waits
}

func TestDelayEndsWithTheServer(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.Delay(time.Hour))
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := try(t, server, "PATCH", "/integrations/42", disable)
		assert.Error(t, err)
	})
	require.Eventually(t, func() bool { return !active(server) }, 10*time.Second, time.Millisecond)
	began := time.Now()
	server.Close()
	assert.Less(t, time.Since(began), closeLimit)
	wg.Wait()
}
