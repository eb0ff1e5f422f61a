package spideriqtest

import (
	"time"

	"github.com/spideriq/spideriq-go"
)

// The shapes of an integration on the wire. They are written out here, and not
// taken from the tags of spideriq.Integration, so that a wrong tag there shows.

// An updatedRow is what an update answers with.
type updatedRow struct {
	ID               int64            `json:"id"`
	ProviderName     string           `json:"provider_name"`
	ProviderLabel    string           `json:"provider_label"`
	KeyLabel         string           `json:"key_label"`
	IsActive         bool             `json:"is_active"`
	IsPrimary        bool             `json:"is_primary"`
	Priority         int              `json:"priority"`
	DailyLimit       *int             `json:"daily_limit"`
	DailyCount       int              `json:"daily_count"`
	MinuteLimit      *int             `json:"minute_limit"`
	MinuteCount      int              `json:"minute_count"`
	HealthStatus     string           `json:"health_status"`
	SpendLimitAmount *spideriq.Amount `json:"spend_limit_amount"`
	SpendLimitPeriod *string          `json:"spend_limit_period"`
	SpendLimitAction *string          `json:"spend_limit_action"`
	UpdatedAt        *string          `json:"updated_at"`
}

// A listedRow is one row of a list.
type listedRow struct {
	updatedRow
	ConsecutiveFailures int               `json:"consecutive_failures"`
	LastUsedAt          *string           `json:"last_used_at"`
	SpendLimitExceeded  bool              `json:"spend_limit_exceeded"`
	CachedBalance       *spideriq.Amount  `json:"cached_balance"`
	CachedUsageToday    *spideriq.Amount  `json:"cached_usage_today"`
	CachedUsageMonth    *spideriq.Amount  `json:"cached_usage_month"`
	CachedCurrency      string            `json:"cached_currency"`
	BillingSyncedAt     *string           `json:"billing_synced_at"`
	KeyPreview          map[string]string `json:"key_preview"`
	CreatedAt           *string           `json:"created_at"`
}

func updated(i spideriq.Integration) updatedRow {
	return updatedRow{
		ID:               i.ID,
		ProviderName:     i.ProviderName,
		ProviderLabel:    i.ProviderLabel,
		KeyLabel:         i.KeyLabel,
		IsActive:         i.IsActive,
		IsPrimary:        i.IsPrimary,
		Priority:         i.Priority,
		DailyLimit:       i.DailyLimit,
		DailyCount:       i.DailyCount,
		MinuteLimit:      i.MinuteLimit,
		MinuteCount:      i.MinuteCount,
		HealthStatus:     string(i.HealthStatus),
		SpendLimitAmount: i.SpendLimitAmount,
		SpendLimitPeriod: nullable(i.SpendLimitPeriod),
		SpendLimitAction: nullable(i.SpendLimitAction),
		UpdatedAt:        timestamp(&i.UpdatedAt),
	}
}

func listed(i spideriq.Integration) listedRow {
	return listedRow{
		updatedRow:          updated(i),
		ConsecutiveFailures: *i.ConsecutiveFailures,
		LastUsedAt:          timestamp(i.LastUsedAt),
		SpendLimitExceeded:  *i.SpendLimitExceeded,
		CachedBalance:       i.CachedBalance,
		CachedUsageToday:    i.CachedUsageToday,
		CachedUsageMonth:    i.CachedUsageMonth,
		CachedCurrency:      i.CachedCurrency,
		BillingSyncedAt:     timestamp(i.BillingSyncedAt),
		KeyPreview:          i.KeyPreview,
		CreatedAt:           timestamp(i.CreatedAt),
	}
}

// nullable is nil, and so null on the wire, for an empty text.
func nullable[S ~string](s S) *string {
	if s == "" {
		return nil
	}
	return new(string(s))
}

// timestamp writes t as the API does: 2026-02-26T15:30:00Z. It shows a fraction of
// a second only where the caller of Add has given one.
func timestamp(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return new(t.UTC().Format(time.RFC3339Nano))
}
