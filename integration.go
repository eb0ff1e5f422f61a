package spideriq

import "time"

// An Integration is one API key of an LLM provider in a brand's key pool.
//
// A field that the API left out or sent as null is nil, or the zero value where
// the type has no nil. The answer to an update holds fewer fields than a row of a
// list: those after UpdatedAt are then nil or empty.
type Integration struct {
	ID            int64  `json:"id"`
	ProviderName  string `json:"provider_name"`  // "openrouter"
	ProviderLabel string `json:"provider_label"` // "OpenRouter"
	KeyLabel      string `json:"key_label"`
	IsActive      bool   `json:"is_active"`
	IsPrimary     bool   `json:"is_primary"`
	Priority      int    `json:"priority"` // 10 when primary, 0 when not

	DailyLimit  *int `json:"daily_limit"` // most requests a day; nil: the API said null, or nothing
	DailyCount  int  `json:"daily_count"`
	MinuteLimit *int `json:"minute_limit"` // most requests a minute; nil: the API said null, or nothing
	MinuteCount int  `json:"minute_count"`

	HealthStatus HealthStatus `json:"health_status"`

	SpendLimitAmount *Amount          `json:"spend_limit_amount"` // nil also when what came is no readable amount
	SpendLimitPeriod SpendLimitPeriod `json:"spend_limit_period"`
	SpendLimitAction SpendLimitAction `json:"spend_limit_action"`

	UpdatedAt time.Time `json:"updated_at"` // zero also when what came is no readable time

	// Not part of the answer to an update: nil or empty there.

	ConsecutiveFailures *int              `json:"consecutive_failures,omitempty"`
	LastUsedAt          *time.Time        `json:"last_used_at,omitempty"`
	SpendLimitExceeded  *bool             `json:"spend_limit_exceeded,omitempty"`
	CachedBalance       *Amount           `json:"cached_balance,omitempty"`
	CachedUsageToday    *Amount           `json:"cached_usage_today,omitempty"`
	CachedUsageMonth    *Amount           `json:"cached_usage_month,omitempty"`
	CachedCurrency      string            `json:"cached_currency,omitempty"` // "USD"
	BillingSyncedAt     *time.Time        `json:"billing_synced_at,omitempty"`
	KeyPreview          map[string]string `json:"key_preview,omitempty"` // credential field to masked text
	CreatedAt           *time.Time        `json:"created_at,omitempty"`
}

// HealthStatus tells how a key has been doing. The set is open: a value that is
// not listed here is passed on as it came.
type HealthStatus string

const (
	HealthStatusHealthy   HealthStatus = "healthy"   // no consecutive failures
	HealthStatusDegraded  HealthStatus = "degraded"  // 1 or 2 in a row; still selected
	HealthStatusUnhealthy HealthStatus = "unhealthy" // 3 or more in a row; skipped
)

// SpendLimitPeriod is the period that a spend limit counts over. The set is open:
// a value that is not listed here is sent and returned as it is.
type SpendLimitPeriod string

const (
	SpendLimitPeriodDaily   SpendLimitPeriod = "daily"
	SpendLimitPeriodMonthly SpendLimitPeriod = "monthly"
)

// SpendLimitAction is what happens when a spend limit is reached. The set is
// open: a value that is not listed here is sent and returned as it is.
type SpendLimitAction string

const (
	SpendLimitActionWarn  SpendLimitAction = "warn"
	SpendLimitActionBlock SpendLimitAction = "block"
)
