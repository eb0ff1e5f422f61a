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
func TestCallsAllocateLittleBesideByHand(t *testing.T) {
	skipUnlessAllocationsCount(t)
	for name, test := range map[string]struct {
		answer string
		call   func(caller, context.Context) error
	}{
		"update": {updateAnswer, caller.updateLimits},
		"list":   {listAnswer, caller.listPage},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(c caller) int {
				return int(testing.AllocsPerRun(200, func() { require.NoError(t, test.call(c, t.Context())) }))
			}
			ours := count(newLibrary(t, spideriq.WithHTTPClient(&http.Client{Transport: fixedAnswer(test.answer)})))
			floor := count(newFloor(spideriq.DefaultBaseURL, fixedAnswer(test.answer), 0))
			most := allocationBounds[name].most()
			assert.LessOrEqual(t, ours-floor, most, "ours allocates %d times, the floor %d", ours, floor)
		})
	}
}

// An allocationBound is the most that the number of allocations of a call may differ by
// from that of the floor, in the versions of Go that are supported: encoding/json and
// net/http are not the same in both. The floor has no timeout; one would add to what it
// allocates.
type allocationBound struct{ go1_26, go1_27, other int }

func (b allocationBound) most() int {
	switch version := runtime.Version(); {
	case strings.HasPrefix(version, "go1.26"):
		return b.go1_26
	case strings.HasPrefix(version, "go1.27"):
		return b.go1_27
	}
	return b.other
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
