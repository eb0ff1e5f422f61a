// Command stripe makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/stripe"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(stripe.New) }
