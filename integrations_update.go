package spideriq

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// UpdateParams are the settings that [IntegrationsService.Update] changes. A nil
// field leaves its setting alone; new(false), new(0) and new("") are sent. A null in
// JSON that is read into UpdateParams leaves the setting alone as well. Whether any
// value clears a limit is not documented; [Client.Do] can send an explicit null.
type UpdateParams struct {
	// KeyLabel is a friendly name.
	KeyLabel *string `json:"key_label,omitempty"`

	// IsActive takes the key out of the selection pool when it is false.
	IsActive *bool `json:"is_active,omitempty"`

	// IsPrimary also sets Priority: 10 for true, 0 for false.
	IsPrimary *bool `json:"is_primary,omitempty"`

	DailyLimit  *int `json:"daily_limit,omitempty"`  // requests a day
	MinuteLimit *int `json:"minute_limit,omitempty"` // requests a minute

	// SpendLimitAmount is in US dollars. It takes effect on the next billing sync.
	SpendLimitAmount *Amount `json:"spend_limit_amount,omitempty"`

	SpendLimitPeriod *SpendLimitPeriod `json:"spend_limit_period,omitempty"`
	SpendLimitAction *SpendLimitAction `json:"spend_limit_action,omitempty"`
}

// IsZero reports whether p sets nothing.
func (p UpdateParams) IsZero() bool { return p == UpdateParams{} }

// Changes returns the part of p that differs from current, and all of p when current
// is nil. Amounts are compared by value: "1000" is no change from "1000.00". A limit
// that current does not have differs from 0. Of the other settings, one that the API left
// out of current counts as its zero value, because an [Integration] cannot tell the two
// apart: a new(false) is then left out.
//
// Automation that runs again and again sends only what differs:
//
//	changes := wanted.Changes(current)
//	if changes.IsZero() {
//		return nil
//	}
//	_, err := client.Integrations.Update(ctx, current.ID, changes)
func (p UpdateParams) Changes(current *Integration) UpdateParams {
	if current == nil {
		return p
	}
	return UpdateParams{
		KeyLabel:         changed(p.KeyLabel, &current.KeyLabel),
		IsActive:         changed(p.IsActive, &current.IsActive),
		IsPrimary:        changed(p.IsPrimary, &current.IsPrimary),
		DailyLimit:       changed(p.DailyLimit, current.DailyLimit),
		MinuteLimit:      changed(p.MinuteLimit, current.MinuteLimit),
		SpendLimitAmount: changedAmount(p.SpendLimitAmount, current.SpendLimitAmount),
		SpendLimitPeriod: changed(p.SpendLimitPeriod, &current.SpendLimitPeriod),
		SpendLimitAction: changed(p.SpendLimitAction, &current.SpendLimitAction),
	}
}

// changed returns wanted, or nil when current has the same value.
func changed[T comparable](wanted, current *T) *T {
	if wanted == nil || current != nil && *wanted == *current {
		return nil
	}
	return wanted
}

// changedAmount is changed for amounts, which are compared by value. An invalid
// amount is always a change, so that Update refuses it.
func changedAmount(wanted, current *Amount) *Amount {
	if wanted == nil || current == nil {
		return wanted
	}
	if _, err := ParseAmount(string(*wanted)); err != nil || wanted.Cmp(*current) != 0 {
		return wanted
	}
	return nil
}

// String returns the JSON that Update would send. When p holds an invalid amount it
// returns what is wrong with it.
func (p UpdateParams) String() string {
	if err := checkAmount(p.SpendLimitAmount); err != nil {
		return "spideriq.UpdateParams(" + err.Error() + ")"
	}
	return jsonText(p)
}

// Format prints what [UpdateParams.String] returns, whatever the verb.
func (p UpdateParams) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns the settings that are set, under the names of the API.
func (p UpdateParams) LogValue() slog.Value {
	var attrs []slog.Attr
	attrs = appendAttr(attrs, "key_label", p.KeyLabel)
	attrs = appendAttr(attrs, "is_active", p.IsActive)
	attrs = appendAttr(attrs, "is_primary", p.IsPrimary)
	attrs = appendAttr(attrs, "daily_limit", p.DailyLimit)
	attrs = appendAttr(attrs, "minute_limit", p.MinuteLimit)
	attrs = appendAttr(attrs, "spend_limit_amount", p.SpendLimitAmount)
	attrs = appendAttr(attrs, "spend_limit_period", p.SpendLimitPeriod)
	attrs = appendAttr(attrs, "spend_limit_action", p.SpendLimitAction)
	return slog.GroupValue(attrs...)
}

// appendAttr appends the value behind a pointer, unless it is nil.
func appendAttr[T any](attrs []slog.Attr, name string, value *T) []slog.Attr {
	if value == nil {
		return attrs
	}
	return append(attrs, slog.Any(name, *value))
}

// jsonText returns v as JSON for a String method. For a v that cannot be encoded it
// returns the type and the error.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T(%v)", v, err)
	}
	return string(text)
}
