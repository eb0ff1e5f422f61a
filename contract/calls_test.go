package contract

import (
	"context"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// calls make one or more calls of each operation. Together they use every parameter.
// Each returns the first error.
var calls = map[string]func(ctx context.Context, s *spideriq.IntegrationsService) error{
	"list":   callList,
	"create": callCreate,
	"update": callUpdate,
	"delete": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		return s.Delete(ctx, 42)
	},
	"health": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		_, err := s.Health(ctx)
		return err
	},
	"syncBilling": callSyncBilling,
}

func callList(ctx context.Context, s *spideriq.IntegrationsService) error {
	for _, params := range []spideriq.ListParams{
		{},
		{
			ProviderName: spideriq.ProviderGroq,
			HealthStatus: spideriq.HealthStatusHealthy,
			IsActive:     new(true),
			Limit:        100,
			Offset:       1,
		},
		{IsActive: new(false)},
	} {
		if _, err := s.List(ctx, params); err != nil {
			return err
		}
	}
	for _, err := range s.All(ctx, spideriq.ListParams{Limit: 2}) {
		if err != nil {
			return err
		}
	}
	return nil
}

func callCreate(ctx context.Context, s *spideriq.IntegrationsService) error {
	all := allSettings()
	for _, params := range []spideriq.CreateParams{
		{
			ProviderName:     spideriq.ProviderCloudflare,
			Credentials:      spideriq.Credentials{"api_key": "fake-fake-fake", "account_id": "fake-account"},
			KeyLabel:         all.KeyLabel,
			IsPrimary:        all.IsPrimary,
			DailyLimit:       all.DailyLimit,
			MinuteLimit:      all.MinuteLimit,
			SpendLimitAmount: all.SpendLimitAmount,
			SpendLimitPeriod: all.SpendLimitPeriod,
			SpendLimitAction: all.SpendLimitAction,
		},
		{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  spideriq.Credentials{"api_key": "fake-fake-fake"},
		},
	} {
		if _, err := s.Create(ctx, params); err != nil {
			return err
		}
	}
	return nil
}

func callUpdate(ctx context.Context, s *spideriq.IntegrationsService) error {
	for _, params := range []spideriq.UpdateParams{
		allSettings(),
		{DailyLimit: new(20000), MinuteLimit: new(200)},
		{IsActive: new(false)},
		{
			SpendLimitAmount: new(spideriq.Amount("1000.00")),
			SpendLimitPeriod: new(spideriq.SpendLimitPeriodMonthly),
			SpendLimitAction: new(spideriq.SpendLimitActionBlock),
		},
		{IsPrimary: new(true)},
		{
			KeyLabel:         new(""),
			IsPrimary:        new(false),
			DailyLimit:       new(0),
			SpendLimitAmount: new(spideriq.Amount("0")),
		},
	} {
		if _, err := s.Update(ctx, 42, params); err != nil {
			return err
		}
	}
	return nil
}

func callSyncBilling(ctx context.Context, s *spideriq.IntegrationsService) error {
	for _, params := range []spideriq.SyncBillingParams{
		{},
		{ProviderName: spideriq.ProviderGroq},
	} {
		if _, err := s.SyncBilling(ctx, params); err != nil {
			return err
		}
	}
	return nil
}

// allSettings returns the params of an update that sets every setting.
func allSettings() spideriq.UpdateParams {
	return spideriq.UpdateParams{
		KeyLabel:         new("Second key"),
		IsActive:         new(false),
		IsPrimary:        new(true),
		DailyLimit:       new(20000),
		MinuteLimit:      new(200),
		SpendLimitAmount: new(spideriq.Amount("1000.00")),
		SpendLimitPeriod: new(spideriq.SpendLimitPeriodDaily),
		SpendLimitAction: new(spideriq.SpendLimitActionBlock),
	}
}

// fillPool adds integrations to the server: one with every field set, one with null for
// every field that may be null, one in each health state, and one of another brand.
func fillPool(server *spideriqtest.Server) {
	at := time.Date(2026, 2, 26, 15, 30, 0, 500_000_000, time.UTC)
	server.Add(spideriq.Integration{
		ID:                 42,
		ProviderName:       spideriq.ProviderGroq,
		ProviderLabel:      "Groq",
		KeyLabel:           "Every field",
		IsActive:           true,
		IsPrimary:          true,
		DailyLimit:         new(10000),
		DailyCount:         1247,
		MinuteLimit:        new(100),
		MinuteCount:        3,
		SpendLimitAmount:   new(spideriq.Amount("500.00")),
		SpendLimitPeriod:   spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction:   spideriq.SpendLimitActionWarn,
		LastUsedAt:         &at,
		SpendLimitExceeded: new(true),
		BillingSyncedAt:    &at,
		CreatedAt:          &at,
		UpdatedAt:          at,
		CachedBalance:      new(spideriq.Amount("12.3400")),
		CachedUsageToday:   new(spideriq.Amount("0.10")),
		CachedUsageMonth:   new(spideriq.Amount("-1")),
		KeyPreview:         map[string]string{"api_key": "gsk_...123", "account_id": "***"},
	})
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderMistral})
	server.Add(spideriq.Integration{
		ProviderName:        spideriq.ProviderCohere,
		IsActive:            true,
		ConsecutiveFailures: new(2), // degraded
	})
	server.Add(spideriq.Integration{
		ProviderName:        spideriq.ProviderCohere,
		IsActive:            true,
		ConsecutiveFailures: new(3), // unhealthy
		LastUsedAt:          &at,
	})
	server.AddForeign(spideriq.Integration{ID: 7, ProviderName: spideriq.ProviderGroq})
}
