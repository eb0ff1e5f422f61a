// Command oapi makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/oapi"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(oapi.New) }
