package spideriq_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// The whole life of a key, against a server that now and then fails.
func TestLifeOfAKey(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	old := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "old", IsActive: true, IsPrimary: true})
	server.AddForeign(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "another brand's"})
	client, ctx := server.Client(), t.Context()

	params := spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq, Credentials: spideriq.Credentials{"api_key": "sk-life-of-a-key-123"},
		KeyLabel: new("new"), DailyLimit: new(100), SpendLimitAmount: new(spideriq.Amount("10.50")),
	}
	created, err := client.Integrations.Create(ctx, params)
	require.NoError(t, err)
	assert.Equal(t, "new", created.KeyLabel)
	assert.Equal(t, spideriq.SpendLimitPeriodMonthly, created.SpendLimitPeriod)

	labels := func() (all []string) {
		for i, err := range client.Integrations.All(ctx, spideriq.ListParams{ProviderName: spideriq.ProviderGroq}) {
			require.NoError(t, err)
			all = append(all, i.KeyLabel)
		}
		return all
	}
	assert.ElementsMatch(t, []string{"old", "new"}, labels())

	server.Fail(spideriqtest.Cut(), spideriqtest.HTMLPage(http.StatusBadGateway), spideriqtest.CutBody())
	updated, err := client.Integrations.Update(ctx, created.ID, spideriq.UpdateParams{IsPrimary: new(true)}, spideriq.WithMaxAttempts(4))
	require.NoError(t, err)
	assert.Equal(t, 10, updated.Priority)
	updated, err = client.Integrations.Update(ctx, old.ID, spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)})
	require.NoError(t, err)
	assert.False(t, updated.IsActive)
	assert.Zero(t, updated.Priority)

	report, err := client.Integrations.Health(ctx)
	require.NoError(t, err)
	assert.Equal(t, spideriq.HealthSummary{Total: 2, Healthy: 2}, report.Summary)
	sync, err := client.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{ProviderName: spideriq.ProviderGroq})
	require.NoError(t, err)
	assert.Equal(t, 2, sync.Synced)

	// The first attempt deletes and loses its answer; the second finds nothing.
	server.Fail(spideriqtest.Cut())
	gone, ok := errors.AsType[*spideriq.NotFoundError](client.Integrations.Delete(ctx, old.ID))
	require.True(t, ok)
	assert.True(t, gone.MayHaveApplied)
	assert.Equal(t, 2, gone.Attempts)
	assert.Equal(t, []string{"new"}, labels())

	require.NoError(t, client.Integrations.Delete(ctx, created.ID))
	assert.Empty(t, labels())
	_, err = client.Integrations.Update(ctx, created.ID, spideriq.UpdateParams{IsActive: new(true)})
	gone, ok = errors.AsType[*spideriq.NotFoundError](err)
	require.True(t, ok)
	assert.False(t, gone.MayHaveApplied)

	// A create whose answer is lost is not repeated, and has been made.
	server.Fail(spideriqtest.Cut())
	_, err = client.Integrations.Create(ctx, params)
	lost, ok := errors.AsType[*spideriq.TransportError](err)
	require.True(t, ok)
	assert.True(t, lost.MayHaveApplied)
	assert.Equal(t, 1, lost.Attempts)
	assert.Equal(t, []string{"new"}, labels())
}
