// Command linode makes one call, to be weighed.
package main

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/linode"
	"github.com/spideriq/spideriq-go/benchmarks/internal/program"
)

func main() { program.Main(linode.New) }
