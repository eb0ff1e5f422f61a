package spideriq_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// Not parallel, because allocations of other tests would count.
func TestCallsAllocateLessThanByHand(t *testing.T) {
	skipUnlessAllocationsCount(t)
	// The most that ours may differ by, in the versions of Go that are supported:
	// encoding/json and net/http are not the same in both. The floor has no timeout;
	// one would add to what it allocates.
	type bound struct{ go1_26, go1_27, other int }
	for name, test := range map[string]struct {
		answer string
		call   func(calls, context.Context) error
		bound  bound
	}{
		"update": {updateAnswer, calls.updateLimits, bound{-11, 0, 10}},
		"list":   {listAnswer, calls.listPage, bound{-1604, -697, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(c calls) int {
				return int(testing.AllocsPerRun(200, func() { require.NoError(t, test.call(c, t.Context())) }))
			}
			ours := count(newOurs(t, spideriq.WithHTTPClient(&http.Client{Transport: stub(test.answer)})))
			floor := count(newFloor(spideriq.DefaultBaseURL, stub(test.answer), 0))
			most := test.bound.other
			switch version := runtime.Version(); {
			case strings.HasPrefix(version, "go1.26"):
				most = test.bound.go1_26
			case strings.HasPrefix(version, "go1.27"):
				most = test.bound.go1_27
			}
			assert.LessOrEqual(t, ours-floor, most, "ours allocates %d times, the floor %d", ours, floor)
		})
	}
}

// Not parallel, because allocations of other tests would count.
func TestNewClientAllocatesLittle(t *testing.T) {
	skipUnlessAllocationsCount(t)
	allocs := testing.AllocsPerRun(100, func() {
		_, err := spideriq.NewClient(fakeToken)
		require.NoError(t, err)
	})
	assert.Less(t, allocs, 50.0)
}

func skipUnlessAllocationsCount(t *testing.T) {
	if raceDetector || testing.CoverMode() != "" {
		t.Skip("the race detector and coverage change what is allocated")
	}
}

func TestNewClientStartsNoGoroutine(t *testing.T) {
	t.Parallel()
	// A bubble with a goroutine left in it does not end well.
	synctest.Test(t, func(t *testing.T) {
		_, err := spideriq.NewClient(fakeToken)
		require.NoError(t, err)
	})
}

func TestNewClientOpensNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, err = spideriq.NewClient(fakeToken, spideriq.WithBaseURL("http://"+listener.Addr().String()))
	require.NoError(t, err)

	mine, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer mine.Close()
	first, err := listener.Accept()
	require.NoError(t, err)
	defer first.Close()
	assert.Equal(t, mine.LocalAddr().String(), first.RemoteAddr().String(), "somebody connected before")
}

// An unreliable API fails the requests that it is told to, and counts them all.
type unreliable struct {
	fails    func() bool
	requests int
}

func (u *unreliable) RoundTrip(req *http.Request) (*http.Response, error) {
	u.requests++
	resp, err := stub(updateAnswer).RoundTrip(req)
	if err == nil && u.fails() {
		resp.StatusCode, resp.Body, resp.ContentLength = http.StatusServiceUnavailable, io.NopCloser(strings.NewReader("")), 0
	}
	return resp, err
}

func TestFailuresOfTheAPIMultiplyRequestsLittle(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	for name, test := range map[string]struct {
		fails           func() bool
		calls           int
		requestsPerCall float64 // at most
		succeed         float64 // at least, of all calls
	}{
		"none fails":       {func() bool { return false }, 1_000, 1, 1},
		"one in ten fails": {func() bool { return chance.IntN(10) == 0 }, 10_000, 1.15, 0.995},
		"all fail":         {func() bool { return true }, 1_000, 1.10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &unreliable{fails: test.fails}
				client := newOurs(t, spideriq.WithHTTPClient(&http.Client{Transport: api}))
				succeeded := 0
				for range test.calls {
					if client.updateLimits(t.Context()) == nil {
						succeeded++
					}
				}
				t.Logf("%d of %d calls succeeded, %d requests", succeeded, test.calls, api.requests)
				assert.GreaterOrEqual(t, api.requests, test.calls, "no call goes without its first attempt")
				assert.LessOrEqual(t, float64(api.requests)/float64(test.calls), test.requestsPerCall)
				assert.GreaterOrEqual(t, float64(succeeded)/float64(test.calls), test.succeed)
			})
		})
	}
}
