package redislimit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/contrib/redislimit"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// The tests ask for twelve times the documented rate, so that they last seconds. The
// burst of the API and that of the limiter are the documented ones, so the margin for
// uneven arrival is a twelfth of what it is with the API.
const (
	perMinute = 1200
	burst     = 20
	machines  = 4
)

// TestMain is also one machine, for the tests that need several processes.
func TestMain(m *testing.M) {
	logging.Disable() // of go-redis, which logs failed dials
	if updates := os.Getenv("REDISLIMIT_UPDATES"); updates != "" {
		if err := updateMany(updates); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// updateMany makes so many updates, one after the other, through a limiter.
func updateMany(updates string) error {
	n, err := strconv.Atoi(updates)
	if err != nil {
		return err
	}
	options, err := redislimit.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	db := redis.NewClient(options)
	defer db.Close()
	limiter, err := redislimit.New(db, redislimit.Config{
		Machines:  machines,
		PerMinute: perMinute,
		OnAway:    func(error) { fmt.Fprintln(os.Stderr, "away") },
	})
	if err != nil {
		return err
	}
	client, err := spideriq.NewClientFromEnv(spideriq.WithRateLimiter(limiter))
	if err != nil {
		return err
	}
	for limit := range n {
		params := spideriq.UpdateParams{DailyLimit: new(limit)}
		if _, err := client.Integrations.Update(context.Background(), 42, params); err != nil {
			return err
		}
	}
	return nil
}

// A machine is one process.
type machine struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// startMachines starts the machines with so many updates each.
func startMachines(t *testing.T, api *spideriqtest.Server, redisURL string, each int) []*machine {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	started := make([]*machine, machines)
	for n := range started {
		m := &machine{cmd: exec.CommandContext(t.Context(), program)}
		m.cmd.Env = append(os.Environ(),
			"REDISLIMIT_UPDATES="+strconv.Itoa(each), "REDIS_URL="+redisURL,
			"SPIDERIQ_TOKEN="+api.Token, "SPIDERIQ_API_URL="+api.URL)
		m.cmd.Stderr = &m.stderr
		require.NoError(t, m.cmd.Start())
		started[n] = m
	}
	return started
}

func startAPI(t *testing.T) *spideriqtest.Server {
	t.Helper()
	api := spideriqtest.NewServer(spideriqtest.WithRateLimit(perMinute, burst))
	t.Cleanup(api.Close)
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderGroq})
	return api
}

// arrived waits until the API has had n requests.
func arrived(t *testing.T, api *spideriqtest.Server, n int) {
	t.Helper()
	enough := func() bool { return len(api.Requests()) >= n }
	require.Eventually(t, enough, time.Minute, 5*time.Millisecond)
}

// A request that is answered 429 is sent again. As many requests as updates means that
// there was none.
func TestMachinesUseTheWholeRateAndNoMore(t *testing.T) {
	t.Parallel()
	const each = 75
	api := startAPI(t)
	started := startMachines(t, api, startRedis(t).url, each)
	arrived(t, api, 1)
	began := time.Now()
	arrived(t, api, machines*each)
	took := time.Since(began)
	for _, m := range started {
		assert.NoError(t, m.cmd.Wait())
		assert.Empty(t, m.stderr.String())
	}
	assert.Len(t, api.Requests(), machines*each, "one request for each update: none was answered 429")
	used := float64(len(api.Requests())) / (burst + perMinute*took.Minutes())
	t.Logf("%d machines sent %d updates in %.1f s: %.1f %% of what is allowed",
		machines, machines*each, took.Seconds(), 100*used)
	assert.GreaterOrEqual(t, used, 0.9)
}

func TestMachinesGoOnWithinTheRateWhenRedisIsKilled(t *testing.T) {
	t.Parallel()
	const each = 30
	api := startAPI(t)
	server := startRedis(t)
	started := startMachines(t, api, server.url, each)
	arrived(t, api, 50) // the burst is used up by then
	server.kill()
	for _, m := range started {
		assert.NoError(t, m.cmd.Wait())
		assert.Equal(t, 1, strings.Count(m.stderr.String(), "away\n"), "said once: %q", m.stderr.String())
	}
	assert.Len(t, api.Requests(), machines*each, "one request for each update: none was answered 429")
}
