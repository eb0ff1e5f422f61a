package outage_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/outage"
	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
)

const calls = 1000 // one a second

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // linodego tells each of its retries
	os.Exit(m.Run())
}

// TestOutage is not parallel: the clock of one bubble at a time is enough.
func TestOutage(t *testing.T) {
	var results []outage.Result
	for _, c := range lineup.All() {
		if c.Name == lineup.FloorAgain {
			continue
		}
		result := outage.Result{Name: c.Name}
		result.OutageRequests, _ = simulate(t, c, func(at time.Duration, _ int64) bool {
			return at < calls*time.Second
		})
		result.FailuresRequests, result.FailuresSucceeded = simulate(t, c, func(_ time.Duration, n int64) bool {
			return n%10 == 0
		})
		results = append(results, result)
		t.Logf("%+v", result)
		assertPlausible(t, c, result)
	}
	if file := os.Getenv(outage.Variable); file != "" {
		text, err := json.Marshal(results)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, text, 0o600))
	}
}

func assertPlausible(t *testing.T, c lineup.Contestant, r outage.Result) {
	t.Helper()
	if c.Ours {
		assert.LessOrEqual(t, r.OutageRequests, 1.10)
		assert.LessOrEqual(t, r.FailuresRequests, 1.15)
		assert.GreaterOrEqual(t, r.FailuresSucceeded, 0.995)
	}
	if !c.Retries {
		assert.InDelta(t, 1, r.OutageRequests, 0)
		assert.InDelta(t, 0.9, r.FailuresSucceeded, 0.001)
	}
}

// A server fails when it is told to.
type server struct {
	began    time.Time
	fails    func(at time.Duration, request int64) bool
	requests atomic.Int64
	counted  atomic.Int64 // while calls were made
}

// RoundTrip implements [http.RoundTripper].
func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == "/api/v1/ping" { // go-tfe's, when the client is made
		return stub.Transport{}.RoundTrip(req)
	}
	at := time.Since(s.began)
	if at < calls*time.Second {
		s.counted.Add(1)
	}
	if !s.fails(at, s.requests.Add(1)) {
		return stub.Transport{}.RoundTrip(req)
	}
	if _, err := stub.ReadBody(req); err != nil {
		return nil, err
	}
	return stub.Response(req, http.StatusServiceUnavailable, ""), nil
}

// simulate lets one client make a call a second and returns how many requests there were for
// each call as long as calls were made, and the part of the calls that succeeded.
func simulate(
	t *testing.T, c lineup.Contestant, fails func(at time.Duration, request int64) bool,
) (requests, succeeded float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &server{began: time.Now(), fails: fails}
		client, err := c.New(api.Config{BaseURL: "https://api.example/api/v1", Transport: s})
		require.NoError(t, err)
		var good atomic.Int64
		var running sync.WaitGroup
		for range calls {
			running.Go(func() {
				if _, err := client.Update(t.Context()); err == nil {
					good.Add(1)
				}
			})
			time.Sleep(time.Second)
		}
		running.Wait()
		requests = float64(s.counted.Load()) / calls
		succeeded = float64(good.Load()) / calls
	})
	return requests, succeeded
}
