// Command hcloud makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/hcloud"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(hcloud.New) }
