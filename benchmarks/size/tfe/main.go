// Command tfe makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/tfe"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(tfe.New) }
