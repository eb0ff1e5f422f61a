// Command github makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/github"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(github.New) }
