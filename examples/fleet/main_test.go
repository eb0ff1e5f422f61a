package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain is also the program itself, for the tests that need several processes.
func TestMain(m *testing.M) {
	if os.Getenv("FLEET_MACHINE") != "" {
		main()
	}
	logging.Disable()
	goleak.VerifyTestMain(m)
}

// The tests ask for twelve times the documented rate, so that they last seconds.
// The burst and what the fleet leaves of it are as documented, so the margin for
// uneven arrival is a twelfth of what it is with the API.
const (
	perMinute = 1200
	burst     = 20
	machines  = 4
)

// A machine is one process of the fleet.
type machine struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

// startFleet has the machines update so many integrations each.
func startFleet(t *testing.T, api *spideriqtest.Server, redisURL string, each int) []*machine {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	fleet := make([]*machine, machines)
	for n := range fleet {
		m := &machine{cmd: exec.CommandContext(t.Context(), program,
			"-machines", strconv.Itoa(machines), "-rate", strconv.Itoa(perMinute), "-daily-limit", "20000")}
		for range each {
			id := api.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: fmt.Sprintf("machine %d", n+1)}).ID
			m.cmd.Args = append(m.cmd.Args, strconv.FormatInt(id, 10))
		}
		m.cmd.Env = append(os.Environ(), "FLEET_MACHINE=1", "REDIS_URL="+redisURL, "SPIDERIQ_TOKEN="+api.Token, "SPIDERIQ_API_URL="+api.URL)
		m.cmd.Stdout, m.cmd.Stderr = &m.stdout, &m.stderr
		require.NoError(t, m.cmd.Start())
		fleet[n] = m
	}
	return fleet
}

// A request that is answered 429 is sent again, so as many requests as updates
// means that there was none.
func TestFleetUsesTheWholeRateAndNoMore(t *testing.T) {
	t.Parallel()
	const each = 75
	api := spideriqtest.NewServer(spideriqtest.WithRateLimit(perMinute, burst))
	defer api.Close()
	fleet := startFleet(t, api, startRedis(t).url, each)
	arrived(t, api, 1)
	began := time.Now()
	arrived(t, api, machines*each)
	took := time.Since(began)
	for _, m := range fleet {
		assert.NoError(t, m.cmd.Wait())
		assert.Empty(t, m.stderr.String())
		assert.Contains(t, m.stdout.String(), fmt.Sprintf("%d of %d updated\n", each, each))
	}
	assert.Len(t, api.Requests(), machines*each, "one request for each update: none was answered 429")
	allowed := burst + perMinute*took.Minutes()
	used := float64(len(api.Requests())) / allowed
	t.Logf("%d machines sent %d updates in %.1f s: %.1f %% of what is allowed", machines, machines*each, took.Seconds(), 100*used)
	assert.GreaterOrEqual(t, used, 0.9)
	for _, r := range api.Requests() {
		assert.JSONEq(t, `{"daily_limit": 20000}`, string(r.Body))
	}
}

func TestFleetGoesOnWithinTheRateWhenRedisGoesAway(t *testing.T) {
	t.Parallel()
	const each = 30
	api := spideriqtest.NewServer(spideriqtest.WithRateLimit(perMinute, burst))
	defer api.Close()
	redis := startRedis(t)
	fleet := startFleet(t, api, redis.url, each)
	arrived(t, api, 50) // the burst is used up by then
	redis.stop()
	for _, m := range fleet {
		assert.NoError(t, m.cmd.Wait())
		assert.Contains(t, m.stderr.String(), "fleet: Redis is away, so this machine keeps to its share, 300 requests a minute: ")
		assert.Equal(t, 1, strings.Count(m.stderr.String(), "\n"), m.stderr.String())
		assert.Contains(t, m.stdout.String(), fmt.Sprintf("%d of %d updated\n", each, each))
	}
	assert.Len(t, api.Requests(), machines*each, "one request for each update: none was answered 429")
}

// arrived waits until the API has had n requests.
func arrived(t *testing.T, api *spideriqtest.Server, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(api.Requests()) >= n }, time.Minute, 5*time.Millisecond)
}

// environment returns what run asks for.
func environment(api *spideriqtest.Server, redisURL string) func(string) string {
	return func(name string) string {
		return map[string]string{"SPIDERIQ_TOKEN": api.Token, "SPIDERIQ_API_URL": api.URL, "REDIS_URL": redisURL}[name]
	}
}

// production is the integration that the tests update.
var production = spideriq.Integration{
	ID:           42,
	ProviderName: spideriq.ProviderOpenRouter,
	KeyLabel:     "Production OpenRouter",
	IsActive:     true,
}

func TestUpdatesThatFailAreToldAndTheRestGoOn(t *testing.T) {
	t.Parallel()
	api := spideriqtest.NewServer()
	defer api.Close()
	api.Add(production)
	foreign := api.AddForeign(spideriq.Integration{ProviderName: spideriq.ProviderGroq})
	args := []string{"-machines", "2", "-daily-limit", "0", strconv.FormatInt(foreign.ID, 10), "42"}
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, run(t.Context(), args, environment(api, startRedis(t).url), &stdout, &stderr))
	assert.Equal(t, "42 Production OpenRouter\n1 of 2 updated\n", stdout.String())
	assert.Equal(t, fmt.Sprintf("fleet: spideriq: PATCH /integrations/%d: 404 Not Found: Integration not found\n", foreign.ID), stderr.String())
	updated, _ := api.Get(42)
	assert.Equal(t, 0, *updated.DailyLimit)
}

func TestWrongTokenEndsTheProgramAfterOneRequest(t *testing.T) {
	t.Parallel()
	api := spideriqtest.NewServer()
	defer api.Close()
	getenv := environment(api, startRedis(t).url)
	wrong := func(name string) string {
		if name == "SPIDERIQ_TOKEN" {
			return "secret_of_another"
		}
		return getenv(name)
	}
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, run(t.Context(), []string{"-machines", "2", "-daily-limit", "5", "42", "42"}, wrong, &stdout, &stderr))
	assert.Equal(t, "0 of 2 updated\n", stdout.String())
	assert.Contains(t, stderr.String(), "401")
	assert.NotContains(t, stderr.String(), "secret_of_another")
	assert.Len(t, api.Requests(), 1)
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
	t.Parallel()
	api := spideriqtest.NewServer()
	defer api.Close()
	api.Add(production)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	args := []string{"-machines", "2", "-daily-limit", "5", "-rate", "1", "-burst", "2", "42", "42", "42", "42"}
	stdout := &announced{writes: make(chan struct{}, 9)}
	var stderr bytes.Buffer
	var code int
	var program sync.WaitGroup
	getenv := environment(api, startRedis(t).url)
	program.Go(func() { code = run(ctx, args, getenv, stdout, &stderr) })
	<-stdout.writes
	<-stdout.writes // two are updated; the next turn is a minute away
	interrupted := time.Now()
	interrupt()
	program.Wait()
	assert.Less(t, time.Since(interrupted), 20*time.Second, "and not after the minute")
	assert.Equal(t, 130, code)
	assert.Contains(t, stdout.String(), "2 of 4 updated\n")
	assert.Equal(t, "fleet: spideriq: PATCH /integrations/42: context canceled\n", stderr.String())
	assert.Len(t, api.Requests(), 2)
}
