package provider

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spideriq/spideriq-go"
)

// resourceModel is spideriq_integration.
type resourceModel struct {
	ID                 types.String `tfsdk:"id"`
	ProviderName       types.String `tfsdk:"provider_name"`
	Credentials        types.Map    `tfsdk:"credentials"` // null but in the configuration
	CredentialsVersion types.Int64  `tfsdk:"credentials_version"`
	settings
	observed
}

// rowModel is one row of the data source spideriq_integrations.
type rowModel struct {
	ID           types.String `tfsdk:"id"`
	ProviderName types.String `tfsdk:"provider_name"`
	settings
	observed
}

// settings are what an update can change.
type settings struct {
	KeyLabel         types.String `tfsdk:"key_label"`
	IsActive         types.Bool   `tfsdk:"is_active"`
	IsPrimary        types.Bool   `tfsdk:"is_primary"`
	DailyLimit       types.Int64  `tfsdk:"daily_limit"`
	MinuteLimit      types.Int64  `tfsdk:"minute_limit"`
	SpendLimitAmount amountValue  `tfsdk:"spend_limit_amount"`
	SpendLimitPeriod types.String `tfsdk:"spend_limit_period"`
	SpendLimitAction types.String `tfsdk:"spend_limit_action"`
}

// observed is what only the API sets.
type observed struct {
	ProviderLabel       types.String `tfsdk:"provider_label"`
	Priority            types.Int64  `tfsdk:"priority"`
	HealthStatus        types.String `tfsdk:"health_status"`
	ConsecutiveFailures types.Int64  `tfsdk:"consecutive_failures"`
	DailyCount          types.Int64  `tfsdk:"daily_count"`
	MinuteCount         types.Int64  `tfsdk:"minute_count"`
	LastUsedAt          types.String `tfsdk:"last_used_at"`
	SpendLimitExceeded  types.Bool   `tfsdk:"spend_limit_exceeded"`
	CachedBalance       amountValue  `tfsdk:"cached_balance"`
	CachedUsageToday    amountValue  `tfsdk:"cached_usage_today"`
	CachedUsageMonth    amountValue  `tfsdk:"cached_usage_month"`
	CachedCurrency      types.String `tfsdk:"cached_currency"`
	BillingSyncedAt     types.String `tfsdk:"billing_synced_at"`
	KeyPreview          types.Map    `tfsdk:"key_preview"`
	CreatedAt           types.String `tfsdk:"created_at"`
	UpdatedAt           types.String `tfsdk:"updated_at"`
}

func newSettings(i *spideriq.Integration) settings {
	return settings{
		KeyLabel:         types.StringValue(i.KeyLabel), // the API's null and "" are one
		IsActive:         types.BoolValue(i.IsActive),
		IsPrimary:        types.BoolValue(i.IsPrimary),
		DailyLimit:       newInt(i.DailyLimit),
		MinuteLimit:      newInt(i.MinuteLimit),
		SpendLimitAmount: newAmount(i.SpendLimitAmount),
		SpendLimitPeriod: newText(i.SpendLimitPeriod),
		SpendLimitAction: newText(i.SpendLimitAction),
	}
}

func newObserved(i *spideriq.Integration) observed {
	return observed{
		ProviderLabel:       newText(i.ProviderLabel),
		Priority:            types.Int64Value(int64(i.Priority)),
		HealthStatus:        newText(i.HealthStatus),
		ConsecutiveFailures: newInt(i.ConsecutiveFailures),
		DailyCount:          types.Int64Value(int64(i.DailyCount)),
		MinuteCount:         types.Int64Value(int64(i.MinuteCount)),
		LastUsedAt:          newTime(i.LastUsedAt),
		SpendLimitExceeded:  types.BoolPointerValue(i.SpendLimitExceeded),
		CachedBalance:       newAmount(i.CachedBalance),
		CachedUsageToday:    newAmount(i.CachedUsageToday),
		CachedUsageMonth:    newAmount(i.CachedUsageMonth),
		CachedCurrency:      newText(i.CachedCurrency),
		BillingSyncedAt:     newTime(i.BillingSyncedAt),
		KeyPreview:          newPreview(i.KeyPreview),
		CreatedAt:           newTime(i.CreatedAt),
		UpdatedAt:           newTime(&i.UpdatedAt),
	}
}

// updateParams returns the settings that are known. Those that are null or unknown are
// left alone.
func (s settings) updateParams() spideriq.UpdateParams {
	return spideriq.UpdateParams{
		KeyLabel:         known(s.KeyLabel, s.KeyLabel.ValueStringPointer),
		IsActive:         known(s.IsActive, s.IsActive.ValueBoolPointer),
		IsPrimary:        known(s.IsPrimary, s.IsPrimary.ValueBoolPointer),
		DailyLimit:       intPointer(s.DailyLimit),
		MinuteLimit:      intPointer(s.MinuteLimit),
		SpendLimitAmount: s.SpendLimitAmount.pointer(),
		SpendLimitPeriod: word[spideriq.SpendLimitPeriod](s.SpendLimitPeriod),
		SpendLimitAction: word[spideriq.SpendLimitAction](s.SpendLimitAction),
	}
}

// integration returns an integration with these settings.
func (s settings) integration() *spideriq.Integration {
	return &spideriq.Integration{
		KeyLabel:         s.KeyLabel.ValueString(),
		IsActive:         s.IsActive.ValueBool(),
		IsPrimary:        s.IsPrimary.ValueBool(),
		DailyLimit:       intPointer(s.DailyLimit),
		MinuteLimit:      intPointer(s.MinuteLimit),
		SpendLimitAmount: s.SpendLimitAmount.pointer(),
		SpendLimitPeriod: spideriq.SpendLimitPeriod(s.SpendLimitPeriod.ValueString()),
		SpendLimitAction: spideriq.SpendLimitAction(s.SpendLimitAction.ValueString()),
	}
}

// newID writes an ID as text, as all providers do: OpenTofu shows it beside the address
// of the resource.
func newID(id int64) types.String { return types.StringValue(strconv.FormatInt(id, 10)) }

// parseID reads what newID has written, or a user.
func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, fmt.Errorf("the ID of an integration is a number, such as 42, and not %q", text)
	}
	return id, nil
}

// known returns the pointer to a value, or nil when the value is null or unknown.
func known[T any](value attr.Value, pointer func() *T) *T {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return pointer()
}

// intPointer returns the number, or nil when it is null or unknown. The schema
// refuses one that is no int on this machine.
func intPointer(value types.Int64) *int {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return new(int(value.ValueInt64()))
}

func word[S ~string](value types.String) *S {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return new(S(value.ValueString()))
}

func newInt(n *int) types.Int64 {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}

// newText is null for the "" that stands for what the API left out.
func newText[S ~string](text S) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(string(text))
}

// newTime is null for no time and for the zero time.
func newTime(t *time.Time) types.String {
	if t == nil || t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339Nano))
}

func newPreview(preview map[string]string) types.Map {
	if preview == nil {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(preview))
	for name, text := range preview {
		elements[name] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, elements)
}

// or returns the settings with those of other in the place of the unknown ones.
func (s settings) or(other settings) settings {
	return settings{
		KeyLabel:         choose(s.KeyLabel, other.KeyLabel),
		IsActive:         choose(s.IsActive, other.IsActive),
		IsPrimary:        choose(s.IsPrimary, other.IsPrimary),
		DailyLimit:       choose(s.DailyLimit, other.DailyLimit),
		MinuteLimit:      choose(s.MinuteLimit, other.MinuteLimit),
		SpendLimitAmount: choose(s.SpendLimitAmount, other.SpendLimitAmount),
		SpendLimitPeriod: choose(s.SpendLimitPeriod, other.SpendLimitPeriod),
		SpendLimitAction: choose(s.SpendLimitAction, other.SpendLimitAction),
	}
}

// or returns the values with those of other in the place of the unknown ones.
func (o observed) or(other observed) observed {
	return observed{
		ProviderLabel:       choose(o.ProviderLabel, other.ProviderLabel),
		Priority:            choose(o.Priority, other.Priority),
		HealthStatus:        choose(o.HealthStatus, other.HealthStatus),
		ConsecutiveFailures: choose(o.ConsecutiveFailures, other.ConsecutiveFailures),
		DailyCount:          choose(o.DailyCount, other.DailyCount),
		MinuteCount:         choose(o.MinuteCount, other.MinuteCount),
		LastUsedAt:          choose(o.LastUsedAt, other.LastUsedAt),
		SpendLimitExceeded:  choose(o.SpendLimitExceeded, other.SpendLimitExceeded),
		CachedBalance:       choose(o.CachedBalance, other.CachedBalance),
		CachedUsageToday:    choose(o.CachedUsageToday, other.CachedUsageToday),
		CachedUsageMonth:    choose(o.CachedUsageMonth, other.CachedUsageMonth),
		CachedCurrency:      choose(o.CachedCurrency, other.CachedCurrency),
		BillingSyncedAt:     choose(o.BillingSyncedAt, other.BillingSyncedAt),
		KeyPreview:          choose(o.KeyPreview, other.KeyPreview),
		CreatedAt:           choose(o.CreatedAt, other.CreatedAt),
		UpdatedAt:           choose(o.UpdatedAt, other.UpdatedAt),
	}
}

func choose[T attr.Value](value, other T) T {
	if value.IsUnknown() {
		return other
	}
	return value
}
