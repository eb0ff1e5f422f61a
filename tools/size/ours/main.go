// Command ours makes one call with the library.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/spideriq/spideriq-go"
)

func main() {
	client, err := spideriq.NewClientFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	params := spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)}
	updated, err := client.Integrations.Update(context.Background(), 42, params)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(updated.ID, *updated.DailyLimit, *updated.MinuteLimit, updated.UpdatedAt)
}
