package benchmark_test

import (
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// allocationBounds are those of the design, and not what was measured: see the README.
var allocationBounds = map[string]allocationBound{
	"update": {-2, 10, 10},
	"list":   {121, 1028, 1028},
}

// Not parallel, because allocations of other tests would count.
func TestLoggerWhoseLevelIsOffAllocatesNothing(t *testing.T) {
	skipUnlessAllocationsCount(t)
	silent := spideriq.WithHTTPClient(&http.Client{Transport: fixedAnswer(updateAnswer)})
	off := slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))
	count := func(c library) float64 {
		return testing.AllocsPerRun(200, func() { require.NoError(t, c.updateLimits(t.Context())) })
	}
	without := count(newLibrary(t, silent))
	with := count(newLibrary(t, silent, spideriq.WithLogger(off)))
	assert.LessOrEqual(t, with, without)

	discard := slog.New(slog.DiscardHandler)
	assert.LessOrEqual(t, count(newLibrary(t, silent, spideriq.WithLogger(discard))), without)
}
