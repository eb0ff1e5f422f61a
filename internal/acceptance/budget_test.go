package acceptance_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestOutageCostsATenthMoreAndHoldsNoFirstAttemptBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outage fakeapi.Reply
		want   int // requests for 1,000 calls
	}{
		"503": {
			fakeapi.Respond(503, refusalBody), 1100,
		}, "502": {fakeapi.Respond(502, refusalBody), 1100}, "reset": {fakeapi.Fail(fakeapi.ErrReset), 1100},
		"refused": {fakeapi.Fail(fakeapi.ErrRefused), 1100}, "timeout": {fakeapi.Hang, 1050},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := fakeapi.New(tt.outage)
				client := newClient(t, api)
				var all sync.WaitGroup
				var sent atomic.Int64
				for range 1000 {
					all.Go(func() {
						attempts, _ := outcomeOf(update(t.Context(), client))
						assert.GreaterOrEqual(t, attempts, 1)
						sent.Add(int64(attempts))
					})
				}
				all.Wait()
				assert.Len(t, api.Requests(), tt.want)
				assert.EqualValues(t, tt.want, sent.Load())
				attempts, _ := outcomeOf(update(t.Context(), client))
				assert.Equal(t, 1, attempts, "the budget is spent")

				api.Restart(fakeapi.Respond(200, successBody))
				for range 10 {
					require.NoError(t, update(t.Context(), client))
				}
				api.Restart(fakeapi.Fail(fakeapi.ErrReset), fakeapi.Respond(200, successBody))
				require.NoError(t, update(t.Context(), client), "successes have bought a retry")
				assert.Len(t, api.Requests(), 2)
			})
		})
	}
}

func TestRetriesThatHelpUseNoBudgetUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(slices.Repeat(
			[]fakeapi.Reply{
				fakeapi.Respond(503, refusalBody), fakeapi.Respond(503, refusalBody),
				fakeapi.Respond(200, successBody),
			},
			1000,
		)...)
		client := newClient(t, api)
		for range 1000 {
			require.NoError(t, update(t.Context(), client))
		}
		assert.Len(t, api.Requests(), 3000)
	})
}

// An unreliableAPI answers 503 when it is told to fail, and counts the requests.
type unreliableAPI struct {
	fails    func() bool
	requests int
}

func (u *unreliableAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	u.requests++
	if u.fails() {
		return fakeapi.Respond(503, "")(req)
	}
	return fakeapi.Respond(200, successBody)(req)
}

func TestFailuresOfTheAPIMultiplyRequestsLittle(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	for name, tt := range map[string]struct {
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
				api := &unreliableAPI{fails: tt.fails}
				client := newClient(t, api)
				succeeded := 0
				for range tt.calls {
					if update(t.Context(), client) == nil {
						succeeded++
					}
				}
				assert.GreaterOrEqual(t, api.requests, tt.calls, "no call goes without its first attempt")
				assert.LessOrEqual(t, float64(api.requests)/float64(tt.calls), tt.requestsPerCall)
				assert.GreaterOrEqual(t, float64(succeeded)/float64(tt.calls), tt.succeed)
			})
		})
	}
}
