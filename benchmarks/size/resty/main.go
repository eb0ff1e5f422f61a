// Command resty makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/resty"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(resty.New) }
