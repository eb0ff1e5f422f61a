package main

import (
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// startDemo returns a client of an in-memory API with four integrations.
func startDemo(options []spideriq.Option) (client *spideriq.Client, stop func()) {
	server := spideriqtest.NewServer()
	for _, integration := range demoIntegrations() {
		server.Add(integration)
	}
	return server.Client(options...), server.Close
}

func demoIntegrations() []spideriq.Integration {
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	return []spideriq.Integration{
		{
			ID: 42, ProviderName: "openrouter", KeyLabel: "Production OpenRouter",
			IsActive: true, IsPrimary: true,
			DailyLimit: new(10000), DailyCount: 9980, MinuteLimit: new(100), MinuteCount: 3,
			SpendLimitAmount: new(spideriq.Amount("500.00")),
			SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly, SpendLimitAction: spideriq.SpendLimitActionBlock,
			CachedBalance: new(spideriq.Amount("812.40")), CachedUsageToday: new(spideriq.Amount("17.25")),
			CachedUsageMonth: new(spideriq.Amount("441.05")), BillingSyncedAt: &at,
			UpdatedAt: at, CreatedAt: &at, LastUsedAt: &at,
			KeyPreview: map[string]string{"api_key": "sk-o...123"},
		},
		{
			ID: 43, ProviderName: "openrouter", KeyLabel: "Reserve",
			IsActive: true, DailyLimit: new(5000), MinuteLimit: new(50), UpdatedAt: at, CreatedAt: &at,
			KeyPreview: map[string]string{"api_key": "sk-o...77f"},
		},
		{
			ID: 44, ProviderName: "groq", KeyLabel: "Batch jobs",
			IsActive: true, IsPrimary: true, ConsecutiveFailures: new(3), UpdatedAt: at, CreatedAt: &at,
			KeyPreview: map[string]string{"api_key": "gsk_...9Qx"},
		},
		{
			ID: 45, ProviderName: "mistral", KeyLabel: "Old key", UpdatedAt: at, CreatedAt: &at,
			KeyPreview: map[string]string{"api_key": "mist...0aa"},
		},
	}
}
