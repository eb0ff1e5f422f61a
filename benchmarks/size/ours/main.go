// Command ours makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/ours"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(ours.New) }
