package main

import (
	"time"

	"github.com/spideriq/spideriq-go"
)

// settings are the parts of an integration that both a listing and the answer to an
// update have, except for what changes by itself.
type settings struct {
	ID               int64                     `json:"id"`
	ProviderName     string                    `json:"provider_name"`
	KeyLabel         string                    `json:"key_label"`
	IsActive         bool                      `json:"is_active"`
	IsPrimary        bool                      `json:"is_primary"`
	Priority         int                       `json:"priority"`
	DailyLimit       *int                      `json:"daily_limit"`
	MinuteLimit      *int                      `json:"minute_limit"`
	SpendLimitAmount *spideriq.Amount          `json:"spend_limit_amount"`
	SpendLimitPeriod spideriq.SpendLimitPeriod `json:"spend_limit_period"`
	SpendLimitAction spideriq.SpendLimitAction `json:"spend_limit_action"`
	UpdatedAt        time.Time                 `json:"updated_at"`
}

func settingsOf(i *spideriq.Integration) settings {
	return settings{
		ID:               i.ID,
		ProviderName:     i.ProviderName,
		KeyLabel:         i.KeyLabel,
		IsActive:         i.IsActive,
		IsPrimary:        i.IsPrimary,
		Priority:         i.Priority,
		DailyLimit:       i.DailyLimit,
		MinuteLimit:      i.MinuteLimit,
		SpendLimitAmount: i.SpendLimitAmount,
		SpendLimitPeriod: i.SpendLimitPeriod,
		SpendLimitAction: i.SpendLimitAction,
		UpdatedAt:        i.UpdatedAt,
	}
}

// changes returns the names of the settings that differ in after.
func (s settings) changes(after settings) []string {
	comparisons := []struct {
		name string
		same bool
	}{
		{"key_label", s.KeyLabel == after.KeyLabel},
		{"is_active", s.IsActive == after.IsActive},
		{"is_primary", s.IsPrimary == after.IsPrimary},
		{"priority", s.Priority == after.Priority},
		{"daily_limit", sameLimit(s.DailyLimit, after.DailyLimit)},
		{"minute_limit", sameLimit(s.MinuteLimit, after.MinuteLimit)},
		{"spend_limit_amount", sameAmount(s.SpendLimitAmount, after.SpendLimitAmount)},
		{"spend_limit_period", s.SpendLimitPeriod == after.SpendLimitPeriod},
		{"spend_limit_action", s.SpendLimitAction == after.SpendLimitAction},
	}
	changed := []string{}
	for _, c := range comparisons {
		if !c.same {
			changed = append(changed, c.name)
		}
	}
	return changed
}

func sameLimit(a, b *int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// sameAmount compares by value: 1000 is 1000.00.
func sameAmount(a, b *spideriq.Amount) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(*b) == 0
}
