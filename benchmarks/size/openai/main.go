// Command openai makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/openai"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(openai.New) }
