// Command retryable makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/retryable"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(retryable.New) }
