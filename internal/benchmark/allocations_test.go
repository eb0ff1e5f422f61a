package benchmark_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"

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
		call   func(caller, context.Context) error
		bound  bound
	}{
		"update": {updateAnswer, caller.updateLimits, bound{-11, 0, 10}},
		"list":   {listAnswer, caller.listPage, bound{-1604, -697, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(c caller) int {
				return int(testing.AllocsPerRun(200, func() { require.NoError(t, test.call(c, t.Context())) }))
			}
			ours := count(newLibrary(t, spideriq.WithHTTPClient(&http.Client{Transport: fixedAnswer(test.answer)})))
			floor := count(newFloor(spideriq.DefaultBaseURL, fixedAnswer(test.answer), 0))
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
