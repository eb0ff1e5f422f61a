// Command floor makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/floor"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(floor.New) }
