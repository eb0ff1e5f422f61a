package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMain(m *testing.M) {
	logging.Disable()
	goleak.VerifyTestMain(m)
}

// start starts an API that knows integration 42, and a stand-in for Redis: the tests of
// contrib/redislimit use a real one. The program finds both in the environment, so these
// tests are not parallel.
func start(t *testing.T) (*spideriqtest.Server, *miniredis.Miniredis) {
	t.Helper()
	api := spideriqtest.NewServer()
	t.Cleanup(api.Close)
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Production OpenRouter"})
	db := miniredis.RunT(t)
	t.Setenv("SPIDERIQ_TOKEN", api.Token)
	t.Setenv("SPIDERIQ_API_URL", api.URL)
	t.Setenv("REDIS_URL", "redis://"+db.Addr())
	return api, db
}

func fleet(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = run(t.Context(), append([]string{"-machines", "2", "-daily-limit", "0"}, args...), &out, &log)
	return code, out.String(), log.String()
}

func TestUpdatesGoThroughTheSharedLimiter(t *testing.T) {
	api, db := start(t)
	code, stdout, stderr := fleet(t, "-key", "ours", "42", "42")
	assert.Equal(t, exitDone, code)
	assert.Equal(t, "42 Production OpenRouter\n42 Production OpenRouter\n2 of 2 updated\n", stdout)
	assert.Empty(t, stderr)
	assert.True(t, db.Exists("rate:ours"))
	updated, _ := api.Get(42)
	assert.Equal(t, 0, *updated.DailyLimit)
}

func TestRedisThatIsAwayIsSaidOnceAndWorkGoesOn(t *testing.T) {
	_, db := start(t)
	db.Close()
	code, stdout, stderr := fleet(t, "-rate", "60000", "42", "42", "42")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "3 of 3 updated\n")
	assert.Contains(t, stderr, "fleet: Redis is away, so this machine keeps to its share, 30000 requests a minute: ")
	assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
}

func TestUpdatesThatFailAreToldAndTheRestGoOn(t *testing.T) {
	api, _ := start(t)
	foreign := api.AddForeign(spideriq.Integration{ProviderName: spideriq.ProviderGroq})
	code, stdout, stderr := fleet(t, strconv.FormatInt(foreign.ID, 10), "42")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "42 Production OpenRouter\n1 of 2 updated\n", stdout)
	const text = "fleet: spideriq: PATCH /integrations/%d: 404 Not Found: Integration not found\n"
	assert.Equal(t, fmt.Sprintf(text, foreign.ID), stderr)
}

func TestUnknownOutcomeHasItsExitCode(t *testing.T) {
	api, _ := start(t)
	api.Fail(spideriqtest.HTMLPage(200)) // the change may have been made
	code, stdout, stderr := fleet(t, "42", "42")
	assert.Equal(t, exitUnknown, code)
	assert.Contains(t, stdout, "1 of 2 updated\n")
	assert.Contains(t, stderr, "fleet: outcome unknown: 1 may have been updated all the same\n")
}

func TestWrongTokenEndsTheProgramAfterOneRequest(t *testing.T) {
	api, _ := start(t)
	t.Setenv("SPIDERIQ_TOKEN", "secret_of_another")
	code, stdout, stderr := fleet(t, "42", "42")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "0 of 2 updated\n", stdout)
	assert.Contains(t, stderr, "401")
	assert.NotContains(t, stderr, "secret_of_another")
	assert.Len(t, api.Requests(), 1)
}

// The third turn would come a minute later.
func TestRateAndBurstAreThoseOfTheFlags(t *testing.T) {
	start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	args := strings.Fields("-machines 2 -daily-limit 5 -rate 1 -burst 2 42 42 42")
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitFailed, run(ctx, args, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "2 of 3 updated\n")
	assert.Contains(t, stderr.String(), "the next turn comes in ")
	assert.NoError(t, ctx.Err())
}

// announced says on a channel that something has been written.
type announced struct {
	bytes.Buffer
	writes chan struct{}
}

func (a *announced) Write(p []byte) (int, error) {
	defer func() { a.writes <- struct{}{} }()
	return a.Buffer.Write(p)
}

func TestInterruptEndsTheWaitForATurn(t *testing.T) {
	api, _ := start(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	args := append(strings.Fields("-machines 2 -daily-limit 5 -rate 1 -burst 2"), slices.Repeat([]string{"42"}, 4)...)
	stdout := &announced{writes: make(chan struct{}, 9)}
	var stderr bytes.Buffer
	var code int
	var program sync.WaitGroup
	program.Go(func() { code = run(ctx, args, stdout, &stderr) })
	<-stdout.writes
	<-stdout.writes // two are updated; the next turn is a minute away
	interrupted := time.Now()
	interrupt()
	program.Wait()
	assert.Less(t, time.Since(interrupted), 20*time.Second, "and not after the minute")
	assert.Equal(t, exitInterrupted, code)
	assert.Contains(t, stdout.String(), "2 of 4 updated\n")
	assert.Equal(t, "fleet: spideriq: PATCH /integrations/42: context canceled\n", stderr.String())
	assert.Len(t, api.Requests(), 2)
}
