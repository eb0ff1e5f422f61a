// Package weigh tells how large a program becomes with a contestant, and how large its client
// is in memory.
package weigh

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// own begins the paths of the modules of this repository.
const own = "github.com/spideriq/spideriq-go"

// Program builds one of the programs in size, stripped, and returns its size in bytes and how
// many modules of others are in it. The working directory is that of the benchmarks. What a
// program is compiled from was compiled for the benchmarks already: no option changes it.
func Program(name string) (size int64, modules int, err error) {
	dir, err := os.MkdirTemp("", "weigh")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./size/"+name)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("go build ./size/%s: %w", name, err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, 0, err
	}
	built, err := buildinfo.ReadFile(file)
	if err != nil {
		return 0, 0, err
	}
	for _, module := range built.Deps {
		if !strings.HasPrefix(module.Path, own) {
			modules++
		}
	}
	return info.Size(), modules, nil
}

// A Call makes one call.
type Call func(context.Context) error

// Memory returns the bytes of heap that an idle client holds, and those that one holds after
// a number of calls. It is the middle one of three tries.
func Memory(ctx context.Context, calls int, newCall func() (Call, error)) (idle, used float64, err error) {
	warm, err := newCall() // what is made once for all clients does not count
	if err != nil {
		return 0, 0, err
	}
	if err := repeat(ctx, warm, 100); err != nil {
		return 0, 0, err
	}
	var idles, useds [3]float64
	for try := range idles {
		if idles[try], err = idleClient(newCall); err != nil {
			return 0, 0, err
		}
		if useds[try], err = usedClient(ctx, calls, newCall); err != nil {
			return 0, 0, err
		}
	}
	runtime.KeepAlive(warm)
	slices.Sort(idles[:])
	slices.Sort(useds[:])
	return idles[1], useds[1], nil
}

func idleClient(newCall func() (Call, error)) (float64, error) {
	const clients = 20
	kept := make([]Call, clients)
	before := heap()
	for i := range kept {
		call, err := newCall()
		if err != nil {
			return 0, err
		}
		kept[i] = call
	}
	held := heap() - before
	runtime.KeepAlive(kept)
	return held / clients, nil
}

func usedClient(ctx context.Context, calls int, newCall func() (Call, error)) (float64, error) {
	before := heap()
	call, err := newCall()
	if err != nil {
		return 0, err
	}
	if err := repeat(ctx, call, calls); err != nil {
		return 0, err
	}
	held := heap() - before
	runtime.KeepAlive(call)
	return held, nil
}

func repeat(ctx context.Context, call Call, calls int) error {
	for range calls {
		if err := call(ctx); err != nil {
			return err
		}
	}
	return nil
}

// heap returns the bytes that are in use, after what nobody uses has gone: the second
// collection empties the pools.
func heap() float64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}
