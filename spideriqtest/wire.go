package spideriqtest

import (
	"encoding/json"
	"time"

	"github.com/spideriq/spideriq-go"
)

// The shapes of an integration on the wire. They are written out here, and not taken
// from the tags of package spideriq, so that a wrong tag there shows in a test.

type integrationResponse struct {
	Success     bool `json:"success"`
	Integration any  `json:"integration"` // an updatedRow or a listedRow
}

type listResponse struct {
	Success      bool        `json:"success"`
	Integrations []listedRow `json:"integrations"`
}

type deleteResponse struct {
	Success   bool   `json:"success"`
	Message   string `json:"message"`
	DeletedID int64  `json:"deleted_id"`
}

// An updatedRow is the integration in the answer of an update.
type updatedRow struct {
	ID               int64        `json:"id"`
	ProviderName     string       `json:"provider_name"`
	ProviderLabel    string       `json:"provider_label"`
	KeyLabel         string       `json:"key_label"`
	IsActive         bool         `json:"is_active"`
	IsPrimary        bool         `json:"is_primary"`
	Priority         int          `json:"priority"`
	DailyLimit       *int         `json:"daily_limit"`
	DailyCount       int          `json:"daily_count"`
	MinuteLimit      *int         `json:"minute_limit"`
	MinuteCount      int          `json:"minute_count"`
	HealthStatus     string       `json:"health_status"`
	SpendLimitAmount *json.Number `json:"spend_limit_amount"`
	SpendLimitPeriod *string      `json:"spend_limit_period"`
	SpendLimitAction *string      `json:"spend_limit_action"`
	UpdatedAt        *string      `json:"updated_at"`
}

// A listedRow is one row of a list, or the integration in the answer of a create.
type listedRow struct {
	updatedRow
	ConsecutiveFailures int               `json:"consecutive_failures"`
	LastUsedAt          *string           `json:"last_used_at"`
	SpendLimitExceeded  bool              `json:"spend_limit_exceeded"`
	CachedBalance       *json.Number      `json:"cached_balance"`
	CachedUsageToday    *json.Number      `json:"cached_usage_today"`
	CachedUsageMonth    *json.Number      `json:"cached_usage_month"`
	CachedCurrency      string            `json:"cached_currency"`
	BillingSyncedAt     *string           `json:"billing_synced_at"`
	KeyPreview          map[string]string `json:"key_preview"`
	CreatedAt           *string           `json:"created_at"`
}

func newUpdatedRow(i spideriq.Integration) updatedRow {
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
		SpendLimitAmount: number(i.SpendLimitAmount),
		SpendLimitPeriod: nullable(i.SpendLimitPeriod),
		SpendLimitAction: nullable(i.SpendLimitAction),
		UpdatedAt:        timestamp(&i.UpdatedAt),
	}
}

func newListedRow(i spideriq.Integration) listedRow {
	return listedRow{
		updatedRow:          newUpdatedRow(i),
		ConsecutiveFailures: *i.ConsecutiveFailures,
		LastUsedAt:          timestamp(i.LastUsedAt),
		SpendLimitExceeded:  *i.SpendLimitExceeded,
		CachedBalance:       number(i.CachedBalance),
		CachedUsageToday:    number(i.CachedUsageToday),
		CachedUsageMonth:    number(i.CachedUsageMonth),
		CachedCurrency:      i.CachedCurrency,
		BillingSyncedAt:     timestamp(i.BillingSyncedAt),
		KeyPreview:          i.KeyPreview,
		CreatedAt:           timestamp(i.CreatedAt),
	}
}

type healthResponse struct {
	Success         bool                `json:"success"`
	Summary         healthSummary       `json:"summary"`
	Integrations    []healthRow         `json:"integrations"`
	Recommendations []recommendationRow `json:"recommendations"`
}

type healthSummary struct {
	Total     int `json:"total"`
	Healthy   int `json:"healthy"`
	Degraded  int `json:"degraded"`
	Unhealthy int `json:"unhealthy"`
}

type healthRow struct {
	ID                  int64   `json:"id"`
	ProviderName        string  `json:"provider_name"`
	KeyLabel            string  `json:"key_label"`
	HealthStatus        string  `json:"health_status"`
	ConsecutiveFailures int     `json:"consecutive_failures"`
	LastUsedAt          *string `json:"last_used_at"`
	LastError           *string `json:"last_error"`
}

type recommendationRow struct {
	IntegrationID int64  `json:"integration_id"`
	ProviderName  string `json:"provider_name"`
	Issue         string `json:"issue"`
	Action        string `json:"action"`
}

type billingResponse struct {
	Success         bool         `json:"success"`
	Synced          int          `json:"synced"`
	Failed          int          `json:"failed"`
	Results         []billingRow `json:"results"`
	TotalBalance    json.Number  `json:"total_balance"`
	TotalUsageMonth json.Number  `json:"total_usage_month"`
}

type billingRow struct {
	ID           int64        `json:"id"`
	ProviderName string       `json:"provider_name"`
	Status       string       `json:"status"`
	Balance      *json.Number `json:"balance"`
	UsageToday   *json.Number `json:"usage_today"`
	UsageMonth   *json.Number `json:"usage_month"`
	SyncedAt     *string      `json:"synced_at"`
	Note         *string      `json:"note"`
	Error        *string      `json:"error"`
}

// number returns an amount as a bare JSON number with the digits as written; nil,
// which is null on the wire, for nil.
func number(a *spideriq.Amount) *json.Number {
	if a == nil {
		return nil
	}
	return new(json.Number(a.String()))
}

// nullable returns nil, which is null on the wire, for an empty string.
func nullable[S ~string](s S) *string {
	if s == "" {
		return nil
	}
	return new(string(s))
}

// timestamp writes t as the API does: 2026-02-26T15:30:00Z. Only a time that the
// caller of Add gave with a fraction of a second is written with one.
func timestamp(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return new(t.UTC().Format(time.RFC3339Nano))
}
