package main

import (
	"context"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// startDemo starts an in-memory SpiderIQ in which something happens at each step. Its
// pool is reached without a connection. disconnect ends it.
func startDemo(ctx context.Context, step time.Duration, m *metrics) (pool keyPool, disconnect func(), err error) {
	server := spideriqtest.NewServer()
	telemetry, err := m.telemetry(server.Transport())
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	for _, key := range []spideriq.Integration{
		{
			ID: 42, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Production OpenRouter", IsPrimary: true,
			SpendLimitAmount: new(spideriq.Amount("500.00")), SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
			CachedUsageMonth: new(spideriq.Amount("461.20")),
		},
		{ID: 43, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Reserve"},
		{ID: 44, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Last resort"},
		{ID: 45, ProviderName: spideriq.ProviderGroq, KeyLabel: "Batch jobs", IsPrimary: true, DailyLimit: new(1000)},
	} {
		key.IsActive = true
		server.Add(key)
	}
	down := spideriqtest.Status(503, "")
	events := []func(){
		func() { fail(server, 42, 1) },
		func() { fail(server, 42, 3) },
		func() { fail(server, 45, 3) }, // the only one of its provider
		func() { server.Fail(down, down, down, down, down, down) },
		func() { fail(server, 45, 0) },
		func() { fail(server, 43, 3) },
	}
	ctx, cancel := context.WithCancel(ctx)
	var story sync.WaitGroup
	story.Go(func() {
		ticker := time.NewTicker(step)
		defer ticker.Stop()
		for _, happen := range events {
			select {
			case <-ticker.C:
				happen()
			case <-ctx.Done():
				return
			}
		}
	})
	client := server.Client(spideriq.WithHTTPClient(telemetry.HTTPClient()))
	return telemetry.Integrations(client.Integrations), func() {
		cancel()
		story.Wait()
		server.Close()
	}, nil
}

// fail gives a key so many consecutive failures.
func fail(server *spideriqtest.Server, id int64, failures int) {
	key, _ := server.Get(id)
	key.ConsecutiveFailures, key.HealthStatus = &failures, "" // the server sets the status that fits
	server.Add(key)
}
