// Command ogen makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/ogen"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(ogen.New) }
