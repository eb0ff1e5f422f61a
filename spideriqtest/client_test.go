package spideriqtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// What the client reads is what the server keeps, field by field.
func TestClientReadsWhatIsKept(t *testing.T) {
	t.Parallel()
	server := start(t)
	client := server.Client()
	want := server.Add(full(7))
	listed, err := client.Integrations.List(t.Context(), spideriq.ListParams{})
	require.NoError(t, err)
	assert.Equal(t, []*spideriq.Integration{&want}, listed)

	got, err := client.Integrations.Update(t.Context(), 7, spideriq.UpdateParams{DailyLimit: new(20000)})
	require.NoError(t, err)
	kept, _ := server.Get(7)
	assert.Equal(t, 20000, *kept.DailyLimit)
	// The answer to an update holds no more than the fields up to UpdatedAt.
	kept.ConsecutiveFailures, kept.LastUsedAt, kept.SpendLimitExceeded = nil, nil, nil
	kept.CachedBalance, kept.CachedUsageToday, kept.CachedUsageMonth, kept.CachedCurrency = nil, nil, nil, ""
	kept.BillingSyncedAt, kept.KeyPreview, kept.CreatedAt = nil, nil, nil
	assert.Equal(t, &kept, got)
}

func TestClientOfEveryEndpoint(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	integrations := server.Client().Integrations
	created, err := integrations.Create(t.Context(), spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq, Credentials: spideriq.Credentials{"api_key": "gsk_0123456789abcdef"},
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"api_key": "gsk_...def"}, created.KeyPreview)
	report, err := integrations.Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, spideriq.HealthSummary{Total: 2, Healthy: 2}, report.Summary)
	sync, err := integrations.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	require.NoError(t, err)
	assert.Equal(t, 2, sync.Synced)
	require.NoError(t, integrations.Delete(t.Context(), created.ID))
	var left []int64
	for i, err := range integrations.All(t.Context(), spideriq.ListParams{}) {
		require.NoError(t, err)
		left = append(left, i.ID)
	}
	assert.Equal(t, []int64{42}, left)
	_, err = integrations.Update(t.Context(), created.ID, spideriq.UpdateParams{IsActive: new(false)})
	assert.ErrorAs(t, err, new(*spideriq.NotFoundError))
	wrong := spideriq.UpdateParams{SpendLimitAction: new(spideriq.SpendLimitAction("stop"))}
	_, err = integrations.Update(t.Context(), 42, wrong)
	assert.ErrorAs(t, err, new(*spideriq.BadRequestError))
}

func TestClientRepeatsAtOnce(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for name, fault := range map[string]spideriqtest.Fault{
		"Cut":      spideriqtest.Cut(),
		"CutBody":  spideriqtest.CutBody(),
		"Status":   spideriqtest.Status(503, ""),
		"HTMLPage": spideriqtest.HTMLPage(502),
	} {
		server.Fail(fault)
		before := len(server.Requests())
		_, err := server.Client().Integrations.Update(t.Context(), 42, spideriq.UpdateParams{IsActive: new(false)})
		assert.NoError(t, err, name)
		assert.Len(t, server.Requests(), before+2, name)
	}
	client, began := server.Client(), time.Now()
	for range 20 { // five seconds on average with the default delays
		server.Fail(spideriqtest.Status(503, ""))
		_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{IsActive: new(false)})
		assert.NoError(t, err)
	}
	assert.Less(t, time.Since(began), 3*time.Second)
}

func TestClientOptionsOverride(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	_, err := server.Client(spideriq.WithTokenSource(func(context.Context) (string, error) { return "another", nil })).
		Integrations.List(t.Context(), spideriq.ListParams{})
	assert.ErrorAs(t, err, new(*spideriq.UnauthorizedError))

	server.Fail(spideriqtest.Status(503, ""))
	_, err = server.Client(spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1})).
		Integrations.List(t.Context(), spideriq.ListParams{})
	assert.ErrorAs(t, err, new(*spideriq.ServerError))
	assert.Len(t, server.Requests(), 2)

	assert.Panics(t, func() { server.Client(spideriq.WithBaseURL("no URL")) })
}
