// Package program is what the programs in size have in common: each makes one call with one
// contestant, and is built to see how large it is.
package program

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// Main makes one update at the base URL in BENCHMARKS_URL and prints the answer.
func Main(newClient api.New) {
	log.SetFlags(0)
	client, err := newClient(api.Config{BaseURL: os.Getenv("BENCHMARKS_URL")})
	if err != nil {
		log.Fatal(err)
	}
	updated, err := client.Update(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", updated)
}
