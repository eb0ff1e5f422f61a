package main

import (
	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// startDemo starts an in-memory SpiderIQ with the pool that pool.yaml is about.
func startDemo() *spideriqtest.Server {
	server := spideriqtest.NewServer()
	server.Add(spideriq.Integration{
		ID: 42, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: "Production OpenRouter", IsActive: true, IsPrimary: true,
		DailyLimit: new(10000), MinuteLimit: new(100), SpendLimitAmount: new(spideriq.Amount("500.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly, SpendLimitAction: spideriq.SpendLimitActionWarn,
	})
	server.Add(spideriq.Integration{ID: 43, ProviderName: spideriq.ProviderGroq, KeyLabel: "Batch jobs", IsActive: true})
	server.Add(spideriq.Integration{ID: 44, ProviderName: spideriq.ProviderGroq, KeyLabel: "Interactive", IsActive: true, IsPrimary: true, DailyLimit: new(5000)})
	server.Add(spideriq.Integration{ID: 45, ProviderName: spideriq.ProviderMistral, IsActive: true})
	return server
}
