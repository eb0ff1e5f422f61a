package spideriqtest_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

var syncedAt = regexp.MustCompile(`"synced_at":"[^"]+"`)

func TestSyncBilling(t *testing.T) {
	t.Parallel()
	server := start(t)
	server.Add(spideriq.Integration{
		ID:               1,
		ProviderName:     "openrouter",
		CachedBalance:    new(spideriq.Amount("0.10")),
		CachedUsageToday: new(spideriq.Amount("1")),
		CachedUsageMonth: new(spideriq.Amount("20.005")),
	})
	server.Add(spideriq.Integration{
		ID:                 2,
		ProviderName:       "together",
		CachedBalance:      new(spideriq.Amount("0.2")),
		SpendLimitExceeded: new(true),
	})
	server.Add(spideriq.Integration{ID: 3, ProviderName: "groq"})

	one := send(t, server, "POST", "/integrations/sync-billing?provider_name=together", "")
	assert.Equal(t, 200, one.status)
	assert.Equal(t, `{"success":true,"synced":1,"failed":0,"results":[`+
		`{"id":2,"provider_name":"together","status":"success",`+
		`"balance":0.2,"usage_today":null,"usage_month":null,*,"note":null,"error":null}],`+
		`"total_balance":0.20,"total_usage_month":0.00}`, syncedAt.ReplaceAllLiteralString(one.body, "*"))
	untouched, _ := server.Get(1)
	assert.Nil(t, untouched.BillingSyncedAt, "another provider's key is not synced")

	all := send(t, server, "POST", "/integrations/sync-billing", "")
	assert.Equal(t, `{"success":true,"synced":3,"failed":0,"results":[`+
		`{"id":1,"provider_name":"openrouter","status":"success",`+
		`"balance":0.10,"usage_today":1,"usage_month":20.005,*,"note":null,"error":null},`+
		`{"id":2,"provider_name":"together","status":"success",`+
		`"balance":0.2,"usage_today":null,"usage_month":null,*,"note":null,"error":null},`+
		`{"id":3,"provider_name":"groq","status":"success",`+
		`"balance":null,"usage_today":null,"usage_month":null,*,`+
		`"note":"The provider has no billing API","error":null}],`+
		`"total_balance":0.30,"total_usage_month":20.005}`, syncedAt.ReplaceAllLiteralString(all.body, "*"))
	for id := int64(1); id <= 3; id++ {
		i, _ := server.Get(id)
		require.NotNil(t, i.BillingSyncedAt)
		assert.Contains(t, all.body, `"synced_at":"`+i.BillingSyncedAt.Format(time.RFC3339)+`"`)
	}
	limited, _ := server.Get(2)
	assert.True(t, *limited.SpendLimitExceeded, "what a sync makes of a spend limit is not documented")
}

// Sums are exact where a float64 is not.
func TestSyncBillingSums(t *testing.T) {
	t.Parallel()
	server := start(t)
	for range 10 {
		server.Add(spideriq.Integration{
			CachedBalance:    new(spideriq.Amount("0.1")),
			CachedUsageMonth: new(spideriq.Amount("9007199254740993.000000001")),
		})
	}
	server.Add(spideriq.Integration{
		CachedBalance:    new(spideriq.Amount("-2.5e1")),
		CachedUsageMonth: new(spideriq.Amount("1e-3")),
	})
	got := send(t, server, "POST", "/integrations/sync-billing", "")
	assert.Contains(t, got.body, `"total_balance":-24.00,"total_usage_month":90071992547409930.00100001}`)
}

func TestSyncBillingTakesNoBody(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	got := send(t, server, "POST", "/integrations/sync-billing", "{}")
	assert.Equal(t, 501, got.status)
	assert.Contains(t, got.body, "not documented")
	i, _ := server.Get(42)
	assert.Nil(t, i.BillingSyncedAt)
}
