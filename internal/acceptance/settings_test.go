package acceptance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// everySetting are params with every field set to the zero value of its type.
func everySetting() spideriq.UpdateParams {
	return spideriq.UpdateParams{
		KeyLabel: new(""), IsActive: new(false), IsPrimary: new(false), DailyLimit: new(0), MinuteLimit: new(0),
		SpendLimitAmount: new(spideriq.Amount("0")), SpendLimitPeriod: new(spideriq.SpendLimitPeriod("")),
		SpendLimitAction: new(spideriq.SpendLimitAction("")),
	}
}

func TestUpdateParamsPrintAsTheJSONThatWouldBeSent(t *testing.T) {
	t.Parallel()
	for want, params := range map[string]spideriq.UpdateParams{
		`{}`:                    {},
		`{"daily_limit":0}`:     {DailyLimit: new(0)},
		`{"is_active":false}`:   {IsActive: new(false)},
		`{"key_label":"R&D <"}`: {KeyLabel: new("R&D <")},
		`{"daily_limit":20000,"spend_limit_amount":1000.00}`: {
			DailyLimit: new(20000), SpendLimitAmount: new(spideriq.Amount("1000.00")),
		},
	} {
		assert.JSONEq(t, want, params.String())
		assert.Equal(t, sentBy(t, params), params.String(), "the bytes that are sent")
		for _, verb := range []string{"%v", "%s", "%+v"} {
			assert.Equal(t, params.String(), fmt.Sprintf(verb, params))
			assert.Equal(t, params.String(), fmt.Sprintf(verb, &params))
		}
	}
}

func TestUpdateParamsAndIntegrationsNeverPrintPointers(t *testing.T) {
	t.Parallel()
	params := everySetting()
	integration := &spideriq.Integration{
		ID: 42, DailyLimit: new(20000), SpendLimitAmount: new(spideriq.Amount("12.50")),
		LastUsedAt:         new(documentedTime),
		SpendLimitExceeded: new(true), ConsecutiveFailures: new(3), CreatedAt: new(documentedTime),
	}
	for _, v := range []any{
		params, &params, integration, []spideriq.UpdateParams{params}, []*spideriq.Integration{integration},
	} {
		for _, verb := range []string{"%v", "%+v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(verb, v), "0x", "%T", v)
		}
		var text, lines bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&lines, nil)).Info("x", "v", v)
		assert.NotContains(t, text.String(), "0x", "%T", v)
		assert.NotContains(t, lines.String(), "0xc", "%T", v)
	}
	assert.Contains(t, integration.String(), "20000")
	assert.Contains(t, integration.String(), "12.50")
	assert.True(t, json.Valid([]byte(integration.String())))
}

func TestNilIntegrationPrintsWithoutAPanic(t *testing.T) {
	t.Parallel()
	var none *spideriq.Integration
	assert.NotPanics(t, func() { _ = none.String() })
	assert.NotPanics(t, func() { _ = none.LogValue() })
	assert.NotContains(t, fmt.Sprint(none), "PANIC")
}

func TestParamsWithABadAmountPrintWithoutAPanic(t *testing.T) {
	t.Parallel()
	params := spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("12,50")), KeyLabel: new("kept \xff")}
	for how, text := range printed(params) {
		assert.NotContains(t, text, "PANIC", how)
	}
}

func TestLogHasOnlyTheSettingsThatAreSet(t *testing.T) {
	t.Parallel()
	params := spideriq.UpdateParams{DailyLimit: new(0), KeyLabel: new("x")}
	value := params.LogValue().Resolve()
	require.Equal(t, slog.KindGroup, value.Kind())
	attrs := make(map[string]string)
	for _, attr := range value.Group() {
		attrs[attr.Key] = attr.Value.String()
	}
	assert.Equal(t, map[string]string{"daily_limit": "0", "key_label": "x"}, attrs)
	assert.Empty(t, spideriq.UpdateParams{}.LogValue().Resolve().Group())
}

func TestParamsAreZeroWhenNothingIsSet(t *testing.T) {
	t.Parallel()
	assert.True(t, spideriq.UpdateParams{}.IsZero())
	all := reflect.ValueOf(everySetting())
	for f := range all.Type().Fields() {
		var params spideriq.UpdateParams
		reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(all.FieldByIndex(f.Index))
		assert.False(t, params.IsZero(), f.Name)
	}
}

// current is an integration whose settings are those that everySetting does not have.
func current() *spideriq.Integration {
	return &spideriq.Integration{
		ID: 42, KeyLabel: "production", IsActive: true, IsPrimary: true, DailyLimit: new(20000), MinuteLimit: new(200),
		SpendLimitAmount: new(spideriq.Amount("1000.00")), SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionBlock,
	}
}

func TestChangesAreWhatDiffers(t *testing.T) {
	t.Parallel()
	same := spideriq.UpdateParams{
		KeyLabel: new("production"), IsActive: new(true), IsPrimary: new(true), DailyLimit: new(20000),
		MinuteLimit: new(200), SpendLimitAmount: new(spideriq.Amount("1000")),
		SpendLimitPeriod: new(spideriq.SpendLimitPeriodMonthly), SpendLimitAction: new(spideriq.SpendLimitActionBlock),
	}
	assert.True(t, same.Changes(current()).IsZero())
	assert.True(t, spideriq.UpdateParams{}.Changes(current()).IsZero())
	assert.Equal(t, everySetting(), everySetting().Changes(current()))

	all := reflect.ValueOf(everySetting())
	for f := range all.Type().Fields() { // each field by itself
		params := same
		reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(all.FieldByIndex(f.Index))
		var want spideriq.UpdateParams
		reflect.ValueOf(&want).Elem().FieldByIndex(f.Index).Set(all.FieldByIndex(f.Index))
		assert.Equal(t, want, params.Changes(current()), f.Name)
	}
}

func TestChangesCompareAmountsByValueAndLimitsByWhatTheyAre(t *testing.T) {
	t.Parallel()
	amount := func(text string) spideriq.UpdateParams {
		return spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount(text))}
	}
	assert.True(t, amount("1000").Changes(current()).IsZero())
	assert.True(t, amount("1e3").Changes(current()).IsZero())
	assert.Equal(t, amount("1000.01"), amount("1000.01").Changes(current()))

	unlimited := current()
	unlimited.DailyLimit, unlimited.SpendLimitAmount = nil, nil
	zero := spideriq.UpdateParams{DailyLimit: new(0)}
	assert.Equal(t, zero, zero.Changes(unlimited), "no limit is not a limit of 0")
	assert.Equal(t, amount("0"), amount("0").Changes(unlimited), "no limit is not a limit of 0")
}

func TestChangesAgainstNothingAreAllOfThem(t *testing.T) {
	t.Parallel()
	assert.Equal(t, everySetting(), everySetting().Changes(nil))
	assert.True(t, spideriq.UpdateParams{}.Changes(nil).IsZero())
}

func TestChangesWriteToNeitherSide(t *testing.T) {
	t.Parallel()
	params, integration := everySetting(), current()
	_ = params.Changes(integration)
	assert.Equal(t, everySetting(), params)
	assert.Equal(t, current(), integration)
}
