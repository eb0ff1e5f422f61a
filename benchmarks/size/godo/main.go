// Command godo makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/godo"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(godo.New) }
