package acceptance_test

import (
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// keyParams are those of the key whose life is lived below.
var keyParams = spideriq.CreateParams{
	ProviderName:     spideriq.ProviderGroq,
	Credentials:      spideriq.Credentials{"api_key": "sk-life-of-a-key-123"},
	KeyLabel:         new("new"),
	DailyLimit:       new(100),
	SpendLimitAmount: new(spideriq.Amount("10.50")),
}

// labelsOf returns the labels of all integrations of one provider.
func labelsOf(t *testing.T, client *spideriq.Client, provider string) []string {
	t.Helper()
	var labels []string
	for i, err := range client.Integrations.All(t.Context(), spideriq.ListParams{ProviderName: provider}) {
		require.NoError(t, err)
		labels = append(labels, i.KeyLabel)
	}
	return labels
}

// The whole life of a key, against a server that now and then fails.
func TestLifeOfAKey(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	old := server.Add(spideriq.Integration{
		ProviderName: spideriq.ProviderGroq,
		KeyLabel:     "old",
		IsActive:     true,
		IsPrimary:    true,
	})
	server.AddForeign(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "another brand's"})
	client, ctx := server.Client(), t.Context()

	created, err := client.Integrations.Create(ctx, keyParams)
	require.NoError(t, err)
	assert.Equal(t, "new", created.KeyLabel)
	assert.Equal(t, spideriq.SpendLimitPeriodMonthly, created.SpendLimitPeriod)
	assert.ElementsMatch(t, []string{"old", "new"}, labelsOf(t, client, spideriq.ProviderGroq))

	server.Fail(spideriqtest.Cut(), spideriqtest.HTMLPage(http.StatusBadGateway), spideriqtest.CutBody())
	makePrimary := spideriq.UpdateParams{IsPrimary: new(true)}
	updated, err := client.Integrations.Update(ctx, created.ID, makePrimary, spideriq.WithMaxAttempts(4))
	require.NoError(t, err)
	assert.Equal(t, 10, updated.Priority)
	retire := spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)}
	updated, err = client.Integrations.Update(ctx, old.ID, retire)
	require.NoError(t, err)
	assert.False(t, updated.IsActive)
	assert.Zero(t, updated.Priority)

	report, err := client.Integrations.Health(ctx)
	require.NoError(t, err)
	assert.Equal(t, spideriq.HealthSummary{Total: 2, Healthy: 2}, report.Summary)
	sync, err := client.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{ProviderName: spideriq.ProviderGroq})
	require.NoError(t, err)
	assert.Equal(t, 2, sync.Synced)

	require.NoError(t, client.Integrations.Delete(ctx, old.ID))
	require.NoError(t, client.Integrations.Delete(ctx, created.ID))
	assert.Empty(t, labelsOf(t, client, spideriq.ProviderGroq))
	_, err = client.Integrations.Update(ctx, created.ID, spideriq.UpdateParams{IsActive: new(true)})
	assert.False(t, requireAs[*spideriq.NotFoundError](t, err).MayHaveApplied)
}

func TestDeleteThatLostItsAnswerFindsNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	old := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "old"})
	server.Fail(spideriqtest.Cut())
	client := server.Client()
	gone := requireAs[*spideriq.NotFoundError](t, client.Integrations.Delete(t.Context(), old.ID))
	assert.True(t, gone.MayHaveApplied)
	assert.Equal(t, 2, gone.Attempts)
	assert.Empty(t, labelsOf(t, client, spideriq.ProviderGroq))
}

func TestCreateThatLostItsAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Fail(spideriqtest.Cut())
	client := server.Client()
	_, err := client.Integrations.Create(t.Context(), keyParams)
	lost := requireAs[*spideriq.TransportError](t, err)
	assert.True(t, lost.MayHaveApplied)
	assert.Equal(t, 1, lost.Attempts)
	assert.Equal(t, []string{"new"}, labelsOf(t, client, spideriq.ProviderGroq), "it has been made")
}

func TestClientsThatWereNotMadeAnswerWithAnError(t *testing.T) {
	t.Parallel()
	assertArgumentError(t, (*spideriq.Client)(nil).Do(t.Context(), "GET", "/integrations", nil, nil))
	for _, s := range []*spideriq.IntegrationsService{nil, {}} {
		for _, call := range endpoints {
			assertArgumentError(t, call(t.Context(), &spideriq.Client{Integrations: s}))
		}
		for row, err := range s.All(t.Context(), spideriq.ListParams{}) {
			assert.Nil(t, row)
			assertArgumentError(t, err)
		}
	}
}

func TestNewClientStartsNoGoroutine(t *testing.T) {
	t.Parallel()
	// A bubble with a goroutine left in it does not end well.
	synctest.Test(t, func(t *testing.T) {
		_, err := spideriq.NewClient(fakeToken)
		require.NoError(t, err)
	})
}

func TestNewClientOpensNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, err = spideriq.NewClient(fakeToken, spideriq.WithBaseURL("http://"+listener.Addr().String()))
	require.NoError(t, err)

	mine, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer mine.Close()
	first, err := listener.Accept()
	require.NoError(t, err)
	defer first.Close()
	assert.Equal(t, mine.LocalAddr().String(), first.RemoteAddr().String(), "somebody connected before")
}
