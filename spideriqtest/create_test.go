package spideriqtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "POST", "/integrations",
		`{"provider_name": "groq", "credentials": {"api_key": "gsk_0123456789abcdef"}}`)
	assert.Equal(t, 201, got.status)
	row := decoded[struct {
		Success     bool
		Integration map[string]any
	}](t, got)
	assert.True(t, row.Success)
	assert.NotContains(t, got.body, "0123456789")
	assert.Equal(t, map[string]any{"api_key": "gsk_...def"}, row.Integration["key_preview"])

	i, there := server.Get(43)
	require.True(t, there)
	assert.NotZero(t, i.UpdatedAt)
	assert.Equal(t, i.UpdatedAt, *i.CreatedAt)
	i.UpdatedAt, i.CreatedAt = full(0).UpdatedAt, nil
	assert.Equal(t, spideriq.Integration{
		ID: 43, ProviderName: "groq", ProviderLabel: "groq", IsActive: true, HealthStatus: "healthy",
		SpendLimitPeriod: "monthly", SpendLimitAction: "warn", UpdatedAt: full(0).UpdatedAt,
		ConsecutiveFailures: new(0), SpendLimitExceeded: new(false), CachedCurrency: "USD",
		KeyPreview: map[string]string{"api_key": "gsk_...def"},
	}, i)

}

func TestCreateWithEveryField(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "POST", "/integrations", `{
		"provider_name": "cloudflare",
		"credentials": {"api_key": "0123456789abc", "account_id": "0123456789abcdef"},
		"key_label": "Edge",
		"is_primary": true,
		"daily_limit": 0,
		"minute_limit": 5,
		"spend_limit_amount": 12.50,
		"spend_limit_period": "daily",
		"spend_limit_action": "block"
	}`)
	require.Equal(t, 201, got.status, got.body)
	i, _ := server.Get(43)
	assert.Equal(t, map[string]string{"api_key": "***", "account_id": "0123...def"}, i.KeyPreview)
	assert.Equal(t, "Edge", i.KeyLabel)
	assert.True(t, i.IsPrimary)
	assert.Equal(t, 10, i.Priority)
	assert.Equal(t, 0, *i.DailyLimit)
	assert.Equal(t, 5, *i.MinuteLimit)
	assert.Equal(t, spideriq.Amount("12.50"), *i.SpendLimitAmount)
	assert.Equal(t, spideriq.SpendLimitPeriodDaily, i.SpendLimitPeriod)
	assert.Equal(t, spideriq.SpendLimitActionBlock, i.SpendLimitAction)
	assert.Equal(t, []int64{42, 43}, ids(t, send(t, server, "GET", "/integrations", "")))
}

// What the API says to a wrong create is not documented.
func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	const key = `"credentials": {"api_key": "x"}`
	for _, body := range []string{
		``, `null`, `[]`, `{}`,
		`{"provider_name": "groq"}`,
		`{` + key + `}`,
		`{"provider_name": "", ` + key + `}`,
		`{"provider_name": null, ` + key + `}`,
		`{"provider_name": 5, ` + key + `}`,
		`{"provider_name": "groq", "credentials": null}`,
		`{"provider_name": "groq", "credentials": {}}`,
		`{"provider_name": "groq", "credentials": "x"}`,
		`{"provider_name": "groq", "credentials": {"api_key": ""}}`,
		`{"provider_name": "groq", "credentials": {"api_key": null}}`,
		`{"provider_name": "groq", "credentials": {"api_key": 5}}`,
		`{"provider_name": "groq", "credentials": {"token": "x"}}`,
		`{"provider_name": "groq", "credentials": {"api_key": "x", "account_id": "y"}}`,
		`{"provider_name": "cloudflare", "credentials": {"api_key": "x"}}`,
		`{"provider_name": "groq", ` + key + `, "is_active": false}`,
		`{"provider_name": "groq", ` + key + `, "spend_limit_action": "stop"}`,
		`{"provider_name": "groq", ` + key + `, "daily_limit": null}`,
		`{"provider_name": "groq", ` + key + `, "zone": "eu"}`,
	} {
		got := send(t, server, "POST", "/integrations", body)
		assert.Equal(t, 501, got.status, body)
		assert.Contains(t, got.body, "not documented", body)
	}
	assert.Equal(t, []int64{42}, ids(t, send(t, server, "GET", "/integrations", "")))
}
