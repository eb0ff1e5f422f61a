package weigh_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/weigh"
)

// Not parallel, because the memory of other tests would count.
func TestMemoryIsWhatAClientHoldsAndWhatItKeepsOfItsCalls(t *testing.T) {
	hoarder := func() (weigh.Call, error) {
		held := [][]byte{make([]byte, 10_000)}
		return func(context.Context) error {
			held = append(held, make([]byte, 100))
			return nil
		}, nil
	}
	idle, used, err := weigh.Memory(t.Context(), 1000, hoarder)
	require.NoError(t, err)
	assert.InDelta(t, 10_240, idle, 1_000)
	assert.InDelta(t, 10_240+1000*136, used, 30_000)
}

func TestProgramIsBuiltAndItsModulesCounted(t *testing.T) {
	t.Chdir("../..")
	floor, none, err := weigh.Program("floor")
	require.NoError(t, err)
	ours, modules, err := weigh.Program("ours")
	require.NoError(t, err)
	assert.Zero(t, none)
	assert.LessOrEqual(t, modules, 3)
	assert.Greater(t, ours, floor)
}
