package measure

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spin is a call that uses the processor for a while.
func spin(iterations int) func() (Call, error) {
	return func() (Call, error) {
		return func(context.Context) error {
			x := 1.0
			for range iterations {
				x = math.Sqrt(x + 1)
			}
			if x < 0 {
				return errors.New("impossible")
			}
			return nil
		}, nil
	}
}

func TestRatioIsThatOfTheWork(t *testing.T) {
	floor := Player{"floor", spin(20_000)}
	players := []Player{{"same", spin(20_000)}, {"three times", spin(60_000)}}
	results, err := Compare(t.Context(), floor, players, Setting{Calls: 50, Budget: 200 * time.Millisecond})
	require.NoError(t, err)
	assert.InDelta(t, 1, Median(results[0].Ratios(CPU)), 0.3)
	assert.InDelta(t, 3, Median(results[1].Ratios(CPU)), 0.9)
	assert.GreaterOrEqual(t, len(results[0].Blocks), leastRounds)
}

func TestEveryCallIsMadeOnce(t *testing.T) {
	t.Parallel()
	for _, goroutines := range []int{0, 1, 64} {
		var made atomic.Int64
		player := Player{"counter", func() (Call, error) {
			return func(context.Context) error { made.Add(1); return nil }, nil
		}}
		s := Setting{Calls: 1000, Goroutines: goroutines, Latencies: true}
		results, err := Compare(t.Context(), Player{"floor", spin(1)}, []Player{player}, s)
		require.NoError(t, err)
		assert.EqualValues(t, 1000*leastRounds, made.Load())
		assert.Len(t, results[0].Blocks[0].Latencies, 1000)
	}
}

func TestBlocksBeginWithNewClientsWhenConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	clients, asked := 0, 0
	player := Player{"new", func() (Call, error) {
		clients++
		return func(context.Context) error { return nil }, nil
	}}
	s := Setting{Calls: 1, Connections: func() (int, error) { asked++; return asked, nil }}
	results, err := Compare(t.Context(), Player{"floor", spin(1)}, []Player{player}, s)
	require.NoError(t, err)
	assert.Equal(t, 1+leastRounds, clients)
	assert.Equal(t, 4*leastRounds, asked)
	assert.Equal(t, 4, results[0].Blocks[0].Connections)
}

func TestWarmBlocksBeginWithACallThatDoesNotCount(t *testing.T) {
	t.Parallel()
	made := 0
	player := Player{"warm", func() (Call, error) {
		return func(context.Context) error { made++; return nil }, nil
	}}
	results, err := Compare(t.Context(), Player{"floor", spin(1)}, []Player{player}, Setting{Calls: 10, Warm: true})
	require.NoError(t, err)
	assert.Equal(t, 11*leastRounds, made)
	assert.Equal(t, 10, results[0].Blocks[0].Calls)
}

func TestFailureNamesThePlayer(t *testing.T) {
	t.Parallel()
	broken := Player{"broken", func() (Call, error) {
		return func(context.Context) error { return errors.New("no answer") }, nil
	}}
	for _, goroutines := range []int{1, 8} {
		s := Setting{Calls: 10, Goroutines: goroutines}
		_, err := Compare(t.Context(), Player{"floor", spin(1)}, []Player{broken}, s)
		assert.ErrorContains(t, err, "broken")
	}
}

func TestEachPlayerBeginsARoundAndTheDirectionTurns(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []int{0, 1, 2}, order(3, 0))
	assert.Equal(t, []int{1, 0, 2}, order(3, 1))
	assert.Equal(t, []int{2, 0, 1}, order(3, 2))
	first := map[int]bool{}
	for round := range 4 {
		first[order(4, round)[0]] = true
	}
	assert.Len(t, first, 4)
}

func TestMedian(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 2, Median([]float64{3, 1, 2}), 0)
	assert.InDelta(t, 2.5, Median([]float64{4, 1, 2, 3}), 0)
	assert.True(t, math.IsNaN(Median(nil)))
}
