package spideriqtest_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestServerIsEmptyUntilAdd(t *testing.T) {
	t.Parallel()
	server := start(t)
	assert.Empty(t, ids(t, send(t, server, "GET", "/integrations", "")))
	_, found := server.Get(42)
	assert.False(t, found)
	assert.Equal(t, 404, send(t, server, "PATCH", "/integrations/42", `{"is_active": true}`).status)
}

func TestAddAssignsIDs(t *testing.T) {
	t.Parallel()
	server := start(t)
	assert.Equal(t, int64(1), server.Add(spideriq.Integration{}).ID)
	assert.Equal(t, int64(2), server.AddForeign(spideriq.Integration{}).ID)
	assert.Equal(t, int64(42), server.Add(documented()).ID)
	created := send(t, server, "POST", "/integrations", `{"provider_name": "groq", "credentials": {"api_key": "x"}}`)
	require.Equal(t, 201, created.status)
	assert.Equal(t, int64(44), server.Add(spideriq.Integration{}).ID)
	assert.Equal(t, int64(7), server.Add(spideriq.Integration{ID: 7}).ID)
	assert.Equal(t, int64(45), server.Add(spideriq.Integration{}).ID)
	assert.Equal(t, []int64{1, 7, 42, 43, 44, 45}, ids(t, send(t, server, "GET", "/integrations", "")))
}

func TestAddAssignsAFreeIDWhenTheLargestIsTaken(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Add(spideriq.Integration{ID: 1})
	server.Add(spideriq.Integration{ID: math.MaxInt64})
	assert.Equal(t, int64(2), server.Add(spideriq.Integration{}).ID)
	created := send(t, server, "POST", "/integrations", `{"provider_name": "groq", "credentials": {"api_key": "x"}}`)
	assert.Equal(t, 201, created.status)
	assert.Equal(t, []int64{1, 2, 3, math.MaxInt64}, ids(t, send(t, server, "GET", "/integrations", "")))
}

func TestAddOverwrites(t *testing.T) {
	t.Parallel()
	server := start(t)
	i := server.Add(spideriq.Integration{ProviderName: "groq"})
	i.ConsecutiveFailures, i.HealthStatus = new(3), "" // filled in from the failures
	i.CachedBalance = new(spideriq.Amount("1.50"))
	server.Add(i)
	got, _ := server.Get(i.ID)
	assert.Equal(t, spideriq.HealthStatusUnhealthy, got.HealthStatus)
	assert.Equal(t, spideriq.Amount("1.50"), *got.CachedBalance)
	assert.Equal(t, []int64{i.ID}, ids(t, send(t, server, "GET", "/integrations", "")))

	server.AddForeign(i)
	assert.Empty(t, ids(t, send(t, server, "GET", "/integrations", "")), "it has gone to another brand")
}

func TestAddFillsIn(t *testing.T) {
	t.Parallel()
	server := start(t)
	for failures, want := range map[int]spideriq.HealthStatus{
		0: "healthy",
		1: "degraded",
		2: "degraded",
		3: "unhealthy",
		9: "unhealthy",
	} {
		assert.Equal(t, want, server.Add(spideriq.Integration{ConsecutiveFailures: &failures}).HealthStatus)
	}
	got := server.Add(spideriq.Integration{ProviderName: "openrouter", IsPrimary: true})
	assert.Equal(t, "OpenRouter", got.ProviderLabel)
	assert.Equal(t, 10, got.Priority)
	assert.False(t, got.IsActive)
	assert.WithinDuration(t, time.Now(), got.UpdatedAt, time.Minute)
	kept, _ := server.Get(got.ID)
	assert.Equal(t, got, kept)

	given := full(1000)
	assert.Equal(t, given, server.Add(given), "nothing that is given is changed")
}

func TestAddPanics(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for name, i := range map[string]spideriq.Integration{
		"ID":                 {ID: -1},
		"spend_limit_amount": {SpendLimitAmount: new(spideriq.Amount("1,000"))},
		"cached_balance":     {CachedBalance: new(spideriq.Amount(""))},
		"cached_usage_today": {CachedUsageToday: new(spideriq.Amount("NaN"))},
		"cached_usage_month": {CachedUsageMonth: new(spideriq.Amount("1e999"))},
	} {
		assert.Panics(t, func() { server.Add(i) }, name)
		assert.Panics(t, func() { server.AddForeign(i) }, name)
	}
	_, there := server.Get(42)
	assert.True(t, there, "nothing is applied")
}

// Nothing that Add takes, or that Add and Get return, is shared with the server.
// The walk is by reflection so that it also finds a field that is added later.
func TestNothingIsShared(t *testing.T) {
	t.Parallel()
	server := start(t)
	given := full(7)
	for n := range reflect.TypeFor[spideriq.Integration]().NumField() {
		field := reflect.TypeFor[spideriq.Integration]().Field(n)
		require.False(t, reflect.ValueOf(given).Field(n).IsZero(), "full does not set %s", field.Name)
	}
	added := server.Add(given)
	got, _ := server.Get(7)
	for _, theirs := range []spideriq.Integration{given, added, got} {
		spoil(reflect.ValueOf(&theirs).Elem())
	}
	again, _ := server.Get(7)
	assert.Equal(t, full(7), again)
}

// spoil changes whatever v points to.
func spoil(v reflect.Value) {
	for n := range v.NumField() {
		switch field := v.Field(n); field.Kind() {
		case reflect.Pointer:
			field.Elem().SetZero()
		case reflect.Map:
			field.Clear()
		}
	}
}
