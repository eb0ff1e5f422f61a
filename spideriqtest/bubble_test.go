package spideriqtest_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// inBubble runs test in a bubble, with a seeded server that was made outside.
func inBubble(t *testing.T, test func(*testing.T, *spideriqtest.Server), opts ...spideriqtest.Option) {
	t.Helper()
	t.Parallel()
	server := seeded(t, opts...)
	synctest.Test(t, func(t *testing.T) { test(t, server) })
}

func raiseLimit(ctx context.Context, client *spideriq.Client, id int64) error {
	_, err := client.Integrations.Update(ctx, id, spideriq.UpdateParams{DailyLimit: new(20000)})
	return err
}

// This test is the one in the package comment: see TestPackageCommentIsRun.
func TestRaiseLimitWaitsForTheAPI(t *testing.T) {
	server := spideriqtest.NewServer() // outside of the bubble
	defer server.Close()
	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
	server.Fail(spideriqtest.RateLimited(time.Hour))

	synctest.Test(t, func(t *testing.T) {
		client := server.Client(
			spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()}),
			spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxRetryAfter: 2 * time.Hour}),
		)
		began := time.Now()
		if err := raiseLimit(t.Context(), client, key.ID); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited < time.Hour {
			t.Errorf("tried again after %v", waited)
		}
	})
}

func TestRaiseLimit(t *testing.T) {
	server := spideriqtest.NewServer()
	defer server.Close()
	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
	server.Fail(spideriqtest.Cut()) // the first answer is lost

	if err := raiseLimit(t.Context(), server.Client(), key.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := server.Get(key.ID); *got.DailyLimit != 20000 {
		t.Errorf("daily limit is %d", *got.DailyLimit)
	}
}

// The tests in the package comment are tests of this file, word for word.
func TestPackageCommentIsRun(t *testing.T) {
	t.Parallel()
	comment, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	tests, err := os.ReadFile("bubble_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile(`(?m)^//\tfunc Test(?:.|\n)*?^//\t}\n`).FindAllString(string(comment), -1)
	assert.Len(t, blocks, 2)
	for _, block := range blocks {
		code := strings.ReplaceAll(strings.ReplaceAll(block, "//\t", ""), "//\n", "\n")
		assert.Contains(t, string(tests), code)
	}
}

func TestDelayTakesNoRealTimeInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		server.Fail(spideriqtest.Delay(10 * time.Second))
		began := time.Now()
		got := mustExchange(t, server, request(t, server, "PATCH", "/integrations/42", disable))
		assert.Equal(t, 200, got.status)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestDelayEndsWithTheContextInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		server.Fail(spideriqtest.Delay(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		r := request(t, server, "PATCH", "/integrations/42", disable).WithContext(ctx)
		_, err := exchangeWith(server.Transport(), r)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(began))
		assert.False(t, active(server), "the request is applied at once")
	})
}

// A slow answer does not hold other requests up.
func TestDelayHoldsNobodyElseUpInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		server.Fail(spideriqtest.Delay(time.Hour))
		began := time.Now()
		slow := make(chan time.Duration)
		go func() {
			mustExchange(t, server, request(t, server, "PATCH", "/integrations/42", disable))
			slow <- time.Since(began)
		}()
		synctest.Wait()
		mustExchange(t, server, request(t, server, "GET", "/integrations", ""))
		assert.False(t, active(server))
		assert.Zero(t, time.Since(began))
		assert.Equal(t, time.Hour, <-slow)
	})
}

func TestClientTimesOutOnASlowAnswerInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		server.Fail(spideriqtest.Delay(time.Minute))
		client := memoryClient(server, spideriq.WithAttemptTimeout(10*time.Second))
		began := time.Now()
		_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{IsActive: new(false)})
		assert.NoError(t, err, "the second attempt is answered at once")
		assert.Len(t, server.Requests(), 2)
		assert.InDelta(t, 10*time.Second, time.Since(began), float64(time.Second))
	})
}

func TestUpdatedAtIsTheTimeOfTheBubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		time.Sleep(time.Hour + 300*time.Millisecond)
		mustExchange(t, server, request(t, server, "PATCH", "/integrations/42", disable))
		i, _ := server.Get(42)
		assert.Equal(t, time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC), i.UpdatedAt)
		created := server.Add(spideriq.Integration{})
		assert.Equal(t, time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC), created.UpdatedAt)
		got := mustExchange(t, server, request(t, server, "POST", "/integrations/sync-billing", ""))
		assert.Contains(t, got.body, `"synced_at":"2000-01-01T01:00:00Z"`)
		assert.Equal(t, "Sat, 01 Jan 2000 01:00:00 GMT", got.header.Get("Date"))
	})
}

// Many updates within a second, or to an integration of the future, do not make the
// time of the last one run ahead.
func TestUpdatedAtNeverRunsAheadOfTheClock(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		future := full(7)
		future.UpdatedAt = time.Now().Add(24 * time.Hour)
		server.Add(future)
		for range 5 {
			mustExchange(t, server, request(t, server, "PATCH", "/integrations/7", disable))
			i, _ := server.Get(7)
			assert.Equal(t, time.Now().UTC(), i.UpdatedAt)
		}
	})
}

func TestRateLimitRunsOnTheClockOfTheBubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		list := func() reply { return mustExchange(t, server, request(t, server, "GET", "/integrations", "")) }
		assert.Equal(t, 200, list().status)
		refused := list()
		assert.Equal(t, 429, refused.status)
		assert.Equal(t, "60", refused.header.Get("Retry-After"))
		time.Sleep(time.Minute)
		assert.Equal(t, 200, list().status)
	}, spideriqtest.WithRateLimit(1, 1))
}

// Each bubble begins in 2000, before the requests of the one before and of the real
// clock.
func TestRateLimitBeginsAnewWithEachBubble(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithRateLimit(1, 1))
	assert.Equal(t, 200, send(t, server, "GET", "/integrations", "").status)
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Second)
			for _, status := range []int{200, 429} {
				got := mustExchange(t, server, request(t, server, "GET", "/integrations", ""))
				assert.Equal(t, status, got.status)
				time.Sleep(time.Second)
			}
		})
	}
}

func TestCloseWorksInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		mustExchange(t, server, request(t, server, "GET", "/integrations", ""))
		server.Close()
		_, err := exchangeWith(server.Transport(), request(t, server, "GET", "/integrations", ""))
		assert.Error(t, err)
	})
}

func TestClientSeesTheWaitOfAnHourInABubble(t *testing.T) {
	inBubble(t, func(t *testing.T, server *spideriqtest.Server) {
		server.Fail(spideriqtest.RateLimited(time.Hour))
		began := time.Now()
		err := raiseLimit(t.Context(), memoryClient(server), 42)
		limited, ok := errors.AsType[*spideriq.RateLimitError](err)
		require.True(t, ok, err)
		assert.Equal(t, time.Hour, limited.RetryAfter)
		assert.Zero(t, time.Since(began), "longer than the client waits by default")
	})
}
