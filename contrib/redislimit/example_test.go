package redislimit_test

import (
	"context"
	"fmt"
	"log"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/contrib/redislimit"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// Each of four machines runs this program with the same credential and the same Redis.
// A stand-in for Redis runs here, and the fake for the API.
func Example() {
	redisServer := miniredis.NewMiniRedis()
	if err := redisServer.Start(); err != nil {
		log.Fatal(err)
	}
	defer redisServer.Close()
	api := spideriqtest.NewServer()
	defer api.Close()
	api.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderGroq, KeyLabel: "Batch jobs"})

	options, err := redislimit.ParseURL("redis://" + redisServer.Addr())
	if err != nil {
		log.Fatal(err)
	}
	db := redis.NewClient(options)
	defer db.Close()
	limiter, err := redislimit.New(db, redislimit.Config{
		Machines: 4,
		OnAway:   func(err error) { log.Print("Redis is away, so this machine keeps to its share: ", err) },
		OnBack:   func() { log.Print("Redis is back") },
	})
	if err != nil {
		log.Fatal(err)
	}
	client := api.Client(spideriq.WithRateLimiter(limiter)) // NewClientFromEnv in production
	params := spideriq.UpdateParams{DailyLimit: new(20000)}
	updated, err := client.Integrations.Update(context.Background(), 42, params)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(updated.KeyLabel, *updated.DailyLimit)
	// Output: Batch jobs 20000
}
