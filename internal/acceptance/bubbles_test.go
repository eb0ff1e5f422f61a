package acceptance_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// bubbleClient returns a client that reaches server without a socket.
func bubbleClient(t *testing.T, server *spideriqtest.Server) *spideriq.Client {
	t.Helper()
	client, err := spideriq.NewClient(server.Token, withTransport(server.Transport()))
	require.NoError(t, err)
	return client
}

func TestServerWorksInABubble(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    spideriqtest.Fault
		attempts int
		least    time.Duration
	}{
		"limited":   {spideriqtest.RateLimited(30 * time.Second), 2, 30 * time.Second},
		"late":      {spideriqtest.Delay(10 * time.Second), 1, 10 * time.Second},
		"too late":  {spideriqtest.Delay(time.Hour), 2, 30 * time.Second},
		"cut":       {spideriqtest.Cut(), 2, 0},
		"half":      {spideriqtest.CutBody(), 2, 0},
		"a page":    {spideriqtest.HTMLPage(http.StatusBadGateway), 2, 0},
		"no status": {spideriqtest.Status(503, "{}"), 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
			server.Fail(c.fault)
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var info spideriq.ResponseInfo
				updated, err := bubbleClient(t, server).Integrations.Update(
					t.Context(), key.ID, spideriq.UpdateParams{DailyLimit: new(5)}, spideriq.WithResponseInfo(&info),
				)
				require.NoError(t, err)
				assert.Equal(t, new(5), updated.DailyLimit)
				assert.Equal(t, c.attempts, info.Attempts)
				assert.GreaterOrEqual(t, time.Since(began), c.least)
				assert.Less(t, time.Since(began), c.least+5*time.Second)
			})
			assert.Len(t, server.Requests(), c.attempts)
		})
	}
}

// A limit of an hour takes no real time: the client returns at once, and a program that
// waits by itself continues an hour later by the clock of the bubble.
func TestHourOfALimitPassesInABubble(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq})
	server.Fail(spideriqtest.RateLimited(time.Hour))
	synctest.Test(t, func(t *testing.T) {
		client := bubbleClient(t, server)
		limited := requireAs[*spideriq.RateLimitError](t, client.Integrations.Delete(t.Context(), key.ID))
		assert.Equal(t, time.Hour, limited.RetryAfter)
		time.Sleep(limited.RetryAfter)
		assert.NoError(t, client.Integrations.Delete(t.Context(), key.ID))
	})
}

// A create whose answer is lost is not repeated, over a socket and without one.
func TestCutCreateIsTheSameWithAndWithoutASocket(t *testing.T) {
	t.Parallel()
	for _, fault := range []spideriqtest.Fault{spideriqtest.Cut(), spideriqtest.CutBody()} {
		server := spideriqtest.NewServer()
		defer server.Close()
		for _, client := range []*spideriq.Client{server.Client(), bubbleClient(t, server)} {
			server.Fail(fault)
			_, err := client.Integrations.Create(t.Context(), keyParams)
			e := requireAs[*spideriq.TransportError](t, err)
			assert.Equal(t, 1, e.Attempts)
			assert.True(t, e.MayHaveApplied)
		}
		assert.Len(t, labelsOf(t, server.Client(), spideriq.ProviderGroq), 2, "both were made")
	}
}

func TestServerIsEmptyUntilAdd(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	rows, err := server.Client().Integrations.List(t.Context(), spideriq.ListParams{})
	require.NoError(t, err)
	assert.Empty(t, rows)
	_, found := server.Get(42)
	assert.False(t, found)
}

func TestUpdateOfNothingChangesNothing(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "kept"})
	updated, err := server.Client().Integrations.Update(t.Context(), key.ID, spideriq.UpdateParams{})
	require.NoError(t, err)
	assert.Equal(t, "kept", updated.KeyLabel)
	after, found := server.Get(key.ID)
	require.True(t, found)
	assert.Equal(t, key, after)
}
