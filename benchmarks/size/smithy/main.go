// Command smithy makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/smithy"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(smithy.New) }
