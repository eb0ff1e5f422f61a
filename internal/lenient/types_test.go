package lenient_test

import (
	"encoding/json"
	"errors"
	"time"
)

// response is what the API answers: one integration, or a list of them.
type response struct {
	Success      *bool          `json:"success"`
	Integration  *integration   `json:"integration"`
	Integrations []*integration `json:"integrations"`
}

// integration has the fields of the API's own.
type integration struct {
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
	HealthStatus        status            `json:"health_status"`
	SpendLimitAmount    *amount           `json:"spend_limit_amount"`
	SpendLimitPeriod    status            `json:"spend_limit_period"`
	SpendLimitAction    status            `json:"spend_limit_action"`
	UpdatedAt           time.Time         `json:"updated_at"`
	ConsecutiveFailures *int              `json:"consecutive_failures,omitempty"`
	LastUsedAt          *time.Time        `json:"last_used_at,omitempty"`
	SpendLimitExceeded  *bool             `json:"spend_limit_exceeded,omitempty"`
	CachedBalance       *amount           `json:"cached_balance,omitempty"`
	CachedUsageToday    *amount           `json:"cached_usage_today,omitempty"`
	CachedUsageMonth    *amount           `json:"cached_usage_month,omitempty"`
	CachedCurrency      string            `json:"cached_currency,omitempty"`
	BillingSyncedAt     *time.Time        `json:"billing_synced_at,omitempty"`
	KeyPreview          map[string]string `json:"key_preview,omitempty"`
	CreatedAt           *time.Time        `json:"created_at,omitempty"`
}

type status string

// amount is a decimal number that forgives what it cannot read.
type amount string

var errAmount error = unreadable{errors.New("not an amount")}

func (a *amount) UnmarshalJSON(value []byte) error {
	if string(value) == "null" {
		return nil
	}
	var n json.Number
	if value[0] != '"' && value[0] != '-' && (value[0] < '0' || value[0] > '9') {
		return errAmount
	}
	if value[0] == '"' {
		if json.Unmarshal(value, &n) != nil {
			return errAmount
		}
		*a = amount(n)
		return nil
	}
	*a = amount(value)
	return nil
}

// unreadable is an error that leaves its field zero.
type unreadable struct{ error }

func (unreadable) Unreadable() bool { return true }
