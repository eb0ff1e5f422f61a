package api

import (
	"encoding/json"
	"time"
)

// Params is the body of an update, for contestants that encode what they are given.
type Params struct {
	KeyLabel         *string      `json:"key_label,omitempty"`
	IsActive         *bool        `json:"is_active,omitempty"`
	IsPrimary        *bool        `json:"is_primary,omitempty"`
	DailyLimit       *int         `json:"daily_limit,omitempty"`
	MinuteLimit      *int         `json:"minute_limit,omitempty"`
	SpendLimitAmount *json.Number `json:"spend_limit_amount,omitempty"`
	SpendLimitPeriod *string      `json:"spend_limit_period,omitempty"`
	SpendLimitAction *string      `json:"spend_limit_action,omitempty"`
}

// Limits returns the params of the update that is measured.
func Limits() Params {
	return Params{DailyLimit: new(DailyLimit), MinuteLimit: new(MinuteLimit)}
}

// An Integration is decoded by contestants that decode into what they are given.
type Integration struct {
	ID                  int64             `json:"id"`
	ProviderName        string            `json:"provider_name"`
	ProviderLabel       string            `json:"provider_label"`
	KeyLabel            string            `json:"key_label"`
	IsActive            bool              `json:"is_active"`
	IsPrimary           bool              `json:"is_primary"`
	Priority            int               `json:"priority"`
	DailyLimit          *int              `json:"daily_limit"`
	DailyCount          int               `json:"daily_count"`
	MinuteLimit         *int              `json:"minute_limit"`
	MinuteCount         int               `json:"minute_count"`
	HealthStatus        string            `json:"health_status"`
	SpendLimitAmount    *json.Number      `json:"spend_limit_amount"`
	SpendLimitPeriod    string            `json:"spend_limit_period"`
	SpendLimitAction    string            `json:"spend_limit_action"`
	UpdatedAt           time.Time         `json:"updated_at"`
	ConsecutiveFailures *int              `json:"consecutive_failures"`
	LastUsedAt          *time.Time        `json:"last_used_at"`
	SpendLimitExceeded  *bool             `json:"spend_limit_exceeded"`
	CachedBalance       *json.Number      `json:"cached_balance"`
	CachedUsageToday    *json.Number      `json:"cached_usage_today"`
	CachedUsageMonth    *json.Number      `json:"cached_usage_month"`
	CachedCurrency      string            `json:"cached_currency"`
	BillingSyncedAt     *time.Time        `json:"billing_synced_at"`
	KeyPreview          map[string]string `json:"key_preview"`
	CreatedAt           *time.Time        `json:"created_at"`
}

// An UpdateAnswer is the answer to an update.
type UpdateAnswer struct {
	Success     bool         `json:"success"`
	Integration *Integration `json:"integration"`
}

// Result returns the integration of the answer to a call that ended with err.
func (a *UpdateAnswer) Result(err error) (any, error) {
	if err != nil {
		return nil, err
	}
	if a.Integration == nil {
		return nil, errWrongAnswer
	}
	return a.Integration, CheckLimits(a.Integration.DailyLimit, a.Integration.MinuteLimit)
}

// A ListAnswer is a page of a list.
type ListAnswer struct {
	Success      bool           `json:"success"`
	Integrations []*Integration `json:"integrations"`
}

// Result returns the rows of the answer to a call that ended with err.
func (a *ListAnswer) Result(err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return a.Integrations, CheckRows(len(a.Integrations))
}
