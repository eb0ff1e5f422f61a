// Package measure compares contestants with the floor, block by block.
//
// A machine is not equally fast all the time. So a contestant is never compared with a figure
// of another minute: each of its blocks stands beside a block of the floor, and what counts is
// the ratio of the two. In every second round the floor comes last, not first; the contestant
// that begins a round is another each time, and so is the direction. A result is the median over
// the rounds.
package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A Call makes one call and checks its answer.
type Call func(context.Context) error

// A Player is a contestant, or the floor.
type Player struct {
	Name string
	// New returns a call of a new client.
	New func() (Call, error)
}

// A Setting says how blocks are made.
type Setting struct {
	Calls      int           // in a block
	Goroutines int           // that share them; 0 is 1
	Budget     time.Duration // a round that would begin after it is not begun
	Latencies  bool          // measure each call
	Warm       bool          // make a call before the block, so that there is a connection
	// Connections, when it is set, makes each block begin with a new client and without a
	// connection, and returns how many were opened since it was last asked.
	Connections func() (int, error)
}

// leastRounds is how many there are, whatever the budget says.
const leastRounds = 4

// A Result holds what each round told of one player.
type Result struct {
	Name   string
	Blocks []Block // of the player
	Floors []Block // of the floor, beside them
}

// Ratios returns what of each block, divided by the same of the floor's block.
func (r Result) Ratios(what func(Block) float64) []float64 {
	ratios := make([]float64, len(r.Blocks))
	for i := range r.Blocks {
		ratios[i] = what(r.Blocks[i]) / what(r.Floors[i])
	}
	return ratios
}

// Each returns what of each block.
func (r Result) Each(what func(Block) float64) []float64 {
	values := make([]float64, len(r.Blocks))
	for i, b := range r.Blocks {
		values[i] = what(b)
	}
	return values
}

// AsFloor returns the result of the floor's blocks, beside themselves.
func (r Result) AsFloor() Result {
	return Result{Name: r.Name, Blocks: r.Floors, Floors: r.Floors}
}

// Compare lets each player play against the floor, in rounds, until the budget is used up.
func Compare(ctx context.Context, floor Player, players []Player, s Setting) ([]Result, error) {
	home, err := s.seat(floor)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(players))
	seats := make([]seat, len(players))
	for i, p := range players {
		results[i].Name = p.Name
		if seats[i], err = s.seat(p); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	for round := 0; round < leastRounds || time.Since(began) < s.Budget; round++ {
		for _, i := range order(len(players), round) {
			theirs, floors, err := s.pair(ctx, seats[i], home, round%2 == 1)
			if err != nil {
				return nil, err
			}
			results[i].Blocks = append(results[i].Blocks, theirs)
			results[i].Floors = append(results[i].Floors, floors)
		}
	}
	return results, nil
}

// order returns who plays when: the first is another in each round, and the direction turns.
func order(players, round int) []int {
	turn := make([]int, players)
	for i := range turn {
		step := i
		if round%2 == 1 {
			step = players - i
		}
		turn[i] = (round + step) % players
	}
	return turn
}

// A seat is a player with the call of a client that lives as long as the comparison. When
// blocks begin with new clients, that one is only tried.
type seat struct {
	Player
	call Call
}

func (s Setting) seat(p Player) (seat, error) {
	call, err := p.New()
	if err != nil {
		return seat{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	return seat{p, call}, nil
}

func (s Setting) pair(ctx context.Context, player, floor seat, floorLast bool) (theirs, floors Block, err error) {
	if floorLast {
		if theirs, err = s.block(ctx, player); err == nil {
			floors, err = s.block(ctx, floor)
		}
		return theirs, floors, err
	}
	if floors, err = s.block(ctx, floor); err == nil {
		theirs, err = s.block(ctx, player)
	}
	return theirs, floors, err
}

// A Block is what a number of calls cost this process.
type Block struct {
	Calls         int
	Wall, CPU     time.Duration
	Allocs, Bytes uint64
	Connections   int
	Latencies     []time.Duration // sorted
}

func (s Setting) block(ctx context.Context, player seat) (Block, error) {
	call, err := s.prepare(ctx, player)
	if err != nil {
		return Block{}, fmt.Errorf("%s: %w", player.Name, err)
	}
	latencies := make([][]time.Duration, max(s.Goroutines, 1))
	if s.Latencies {
		for i := range latencies {
			latencies[i] = make([]time.Duration, 0, s.Calls)
		}
	}
	b, err := s.run(ctx, call, latencies)
	if err != nil {
		return b, fmt.Errorf("%s: %w", player.Name, err)
	}
	b.Latencies = slices.Concat(latencies...)
	slices.Sort(b.Latencies)
	if s.Connections != nil {
		b.Connections, err = s.Connections()
	}
	return b, err
}

// prepare returns the call of the block that comes.
func (s Setting) prepare(ctx context.Context, player seat) (Call, error) {
	call := player.call
	if s.Connections != nil {
		if _, err := s.Connections(); err != nil {
			return nil, err
		}
		fresh, err := player.New()
		if err != nil {
			return nil, err
		}
		call = fresh
	}
	if s.Warm {
		return call, call(ctx)
	}
	return call, nil
}

// run begins with a clean heap, so that a block pays for its own garbage only.
func (s Setting) run(ctx context.Context, call Call, latencies [][]time.Duration) (Block, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	err := s.calls(ctx, call, latencies)
	b := Block{Calls: s.Calls, Wall: time.Since(began), CPU: cpuTime() - cpu}
	runtime.ReadMemStats(&after)
	b.Allocs, b.Bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return b, err
}

func (s Setting) calls(ctx context.Context, call Call, latencies [][]time.Duration) error {
	if s.Goroutines <= 1 {
		for range s.Calls {
			if err := s.timed(ctx, call, &latencies[0]); err != nil {
				return err
			}
		}
		return nil
	}
	var left atomic.Int64
	left.Store(int64(s.Calls))
	errs := make([]error, s.Goroutines)
	var workers sync.WaitGroup
	for worker := range s.Goroutines {
		workers.Go(func() {
			for left.Add(-1) >= 0 && errs[worker] == nil {
				errs[worker] = s.timed(ctx, call, &latencies[worker])
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

func (s Setting) timed(ctx context.Context, call Call, latencies *[]time.Duration) error {
	if !s.Latencies {
		return call(ctx)
	}
	began := time.Now()
	err := call(ctx)
	*latencies = append(*latencies, time.Since(began))
	return err
}

// cpuTime returns what this process has used.
func cpuTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // cannot fail with these arguments
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// Connect returns how many connections a player opens in one block.
func Connect(ctx context.Context, p Player, s Setting) (int, error) {
	b, err := s.block(ctx, seat{Player: p})
	return b.Connections, err
}
