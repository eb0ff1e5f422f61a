package main

import (
	"context"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// startDemo starts an in-memory SpiderIQ in which something happens at each step.
// disconnect ends it.
func startDemo(ctx context.Context, step time.Duration) (client *spideriq.Client, disconnect func()) {
	server := spideriqtest.NewServer()
	server.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Production OpenRouter", IsActive: true, IsPrimary: true})
	server.Add(spideriq.Integration{ID: 43, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Reserve", IsActive: true})
	server.Add(spideriq.Integration{ID: 44, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Last resort", IsActive: true})
	server.Add(spideriq.Integration{ID: 45, ProviderName: spideriq.ProviderGroq, KeyLabel: "Batch jobs", IsActive: true, IsPrimary: true})

	down := spideriqtest.Status(503, "")
	story := []func(){
		func() { fail(server, 42, 1) },
		func() { fail(server, 42, 3) },
		func() { fail(server, 45, 3) }, // the only one of its provider
		func() { server.Fail(down, down, down, down, down, down) },
		func() { fail(server, 45, 0) },
		func() { fail(server, 43, 3) },
	}
	ctx, cancel := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() {
		ticker := time.NewTicker(step)
		defer ticker.Stop()
		for _, happen := range story {
			select {
			case <-ticker.C:
				happen()
			case <-ctx.Done():
				return
			}
		}
	})
	return server.Client(), func() {
		cancel()
		telling.Wait()
		server.Close()
	}
}

// fail gives a key so many consecutive failures.
func fail(server *spideriqtest.Server, id int64, failures int) {
	key, _ := server.Get(id)
	key.ConsecutiveFailures, key.HealthStatus = &failures, "" // the server sets the status that fits
	server.Add(key)
}
