package spideriqtest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start returns a server that ends with the test.
func start(t *testing.T, opts ...spideriqtest.Option) *spideriqtest.Server {
	t.Helper()
	server := spideriqtest.NewServer(opts...)
	t.Cleanup(server.Close)
	return server
}

// seeded returns a server with the integration of the API's documentation, which
// ends with the test.
func seeded(t *testing.T, opts ...spideriqtest.Option) *spideriqtest.Server {
	t.Helper()
	server := start(t, opts...)
	server.Add(documented())
	return server
}

// documented is the integration 42 of the API's documentation.
func documented() spideriq.Integration {
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	return spideriq.Integration{
		ID:               42,
		ProviderName:     spideriq.ProviderOpenRouter,
		KeyLabel:         "Production OpenRouter",
		IsActive:         true,
		IsPrimary:        true,
		DailyLimit:       new(20000),
		DailyCount:       1247,
		MinuteLimit:      new(200),
		MinuteCount:      3,
		SpendLimitAmount: new(spideriq.Amount("1000.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionBlock,
		UpdatedAt:        at,
		CreatedAt:        &at,
		KeyPreview:       map[string]string{"api_key": "sk-o...123"},
	}
}

// full returns an integration in which every field is set.
func full(id int64) spideriq.Integration {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return spideriq.Integration{
		ID:                  id,
		ProviderName:        "groq",
		ProviderLabel:       "Groq",
		KeyLabel:            "Night & day",
		IsActive:            true,
		IsPrimary:           true,
		Priority:            10,
		DailyLimit:          new(1),
		DailyCount:          2,
		MinuteLimit:         new(3),
		MinuteCount:         4,
		HealthStatus:        "degraded",
		SpendLimitAmount:    new(spideriq.Amount("5.50")),
		SpendLimitPeriod:    "monthly",
		SpendLimitAction:    "block",
		UpdatedAt:           at,
		ConsecutiveFailures: new(1),
		LastUsedAt:          new(at.Add(time.Hour)),
		SpendLimitExceeded:  new(true),
		CachedBalance:       new(spideriq.Amount("6.0")),
		CachedUsageToday:    new(spideriq.Amount("7")),
		CachedUsageMonth:    new(spideriq.Amount("8.125")),
		CachedCurrency:      "USD",
		BillingSyncedAt:     new(at.Add(2 * time.Hour)),
		KeyPreview:          map[string]string{"api_key": "gsk_...abc"},
		CreatedAt:           new(at.Add(-time.Hour)),
	}
}

// A reply is an answer of the server, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes one request as the documentation shows it, with net/http only.
// path is relative to /api/v1.
func send(t *testing.T, server *spideriqtest.Server, method, path, body string) reply {
	t.Helper()
	got, err := try(t, server, method, path, body)
	require.NoError(t, err)
	return got
}

// try is send for requests that get no answer.
func try(t *testing.T, server *spideriqtest.Server, method, path, body string) (reply, error) {
	t.Helper()
	return do(t, request(t, server, method, path, body))
}

func request(t *testing.T, server *spideriqtest.Server, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/v1"+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+server.Token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func do(t *testing.T, r *http.Request) (reply, error) {
	t.Helper()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	return exchangeWith(transport, r)
}

// exchangeWith sends one request through transport and reads the whole answer.
func exchangeWith(transport http.RoundTripper, r *http.Request) (reply, error) {
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, strings.TrimSpace(string(got))}, err
}
