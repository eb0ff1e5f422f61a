// Command azcore makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/azcore"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(azcore.New) }
