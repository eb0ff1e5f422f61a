package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// scraped returns the lines of /metrics that are about names which begin with prefix.
func scraped(t *testing.T, m *metrics, prefix string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

func TestKeysAreServedAsMetrics(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	assert.Empty(t, scraped(t, m, "spideriq_integration_"), "before the first look")
	m.keys.set([]*spideriq.Integration{{
		ID: 42, ProviderName: "openrouter", KeyLabel: "Production", IsActive: true, IsPrimary: true,
		HealthStatus: spideriq.HealthStatusDegraded, ConsecutiveFailures: new(2),
		DailyLimit: new(10000), DailyCount: 9500, MinuteLimit: new(100), MinuteCount: 7,
		SpendLimitAmount: new(spideriq.Amount("500.00")), SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		CachedUsageToday: new(spideriq.Amount("12.5")), CachedUsageMonth: new(spideriq.Amount("450.25")),
		SpendLimitExceeded: new(false),
	}})
	assert.Equal(t, []string{
		`spideriq_integration_active{id="42",provider="openrouter"} 1`,
		`spideriq_integration_consecutive_failures{id="42",provider="openrouter"} 2`,
		`spideriq_integration_daily_limit{id="42",provider="openrouter"} 10000`,
		`spideriq_integration_daily_requests{id="42",provider="openrouter"} 9500`,
		`spideriq_integration_health{id="42",provider="openrouter",status="degraded"} 1`,
		`spideriq_integration_health{id="42",provider="openrouter",status="healthy"} 0`,
		`spideriq_integration_health{id="42",provider="openrouter",status="unhealthy"} 0`,
		`spideriq_integration_info{id="42",key_label="Production",provider="openrouter"} 1`,
		`spideriq_integration_minute_limit{id="42",provider="openrouter"} 100`,
		`spideriq_integration_minute_requests{id="42",provider="openrouter"} 7`,
		`spideriq_integration_primary{id="42",provider="openrouter"} 1`,
		`spideriq_integration_spend_dollars{id="42",period="daily",provider="openrouter"} 12.5`,
		`spideriq_integration_spend_dollars{id="42",period="monthly",provider="openrouter"} 450.25`,
		`spideriq_integration_spend_limit_dollars{id="42",period="monthly",provider="openrouter"} 500`,
		`spideriq_integration_spend_limit_exceeded{id="42",provider="openrouter"} 0`,
	}, scraped(t, m, "spideriq_integration_"))
}

func TestWhatTheAPIDoesNotTellIsNoMetric(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.keys.set([]*spideriq.Integration{
		{ID: 1, ProviderName: "groq", HealthStatus: "resting", SpendLimitAmount: new(spideriq.Amount("much"))},
		{ID: 2, ProviderName: "bad\xff", KeyLabel: "\xff", HealthStatus: "\xff", SpendLimitPeriod: "\xff"},
	})
	names := strings.Join(scraped(t, m, "spideriq_integration_"), "\n")
	for _, missing := range []string{"daily_limit", "minute_limit", "spend"} {
		assert.NotContains(t, names, missing)
	}
	assert.Contains(t, names, `spideriq_integration_health{id="1",provider="groq",status="resting"} 1`)
	assert.Contains(t, names, "spideriq_integration_info{id=\"2\",key_label=\"\uFFFD\",provider=\"bad\uFFFD\"} 1")
}

func TestNamesOfMetricsFollowTheConventions(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.addProvider("groq")
	m.keys.set([]*spideriq.Integration{{ID: 1, ProviderName: "groq"}})
	problems, err := testutil.GatherAndLint(prometheus.Gatherers{m.registry})
	require.NoError(t, err)
	assert.Empty(t, problems)
}

// With metrics each look lists the keys, once. Scrapes send nothing.
func TestOneListingServesAllScrapesOfAnInterval(t *testing.T) {
	t.Parallel()
	served := usual
	served.metrics = "127.0.0.1:0" // newGuard serves nothing by itself
	guarding(t, served, nil, func(t *testing.T, w watch) {
		for range 200 {
			assert.NotEmpty(t, scraped(t, w.metrics, "spideriq_integration_active"))
		}
		time.Sleep(30 * time.Second)
		scraped(t, w.metrics, "spideriq_")
		assert.Equal(t, []string{
			"0s GET /health", "0s GET ?limit=100", "0s GET ?limit=100&offset=4",
			"30s GET /health", "30s GET ?limit=100", "30s GET ?limit=100&offset=4",
		}, w.taken(""))
	})
}

func TestLooksAndUpdatesAreCounted(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.failing("PATCH /2", false, status(400))
	}, func(t *testing.T, w watch) {
		count := func(prefix string) string { return strings.Join(scraped(t, w.metrics, prefix), " ") }
		assert.Contains(t, count("spideriq_guard_promotions_total"), `{outcome="failed",provider="openrouter"} 1`)
		w.failing("PATCH /2", true, lost)
		time.Sleep(30 * time.Second)
		assert.Contains(t, count("spideriq_guard_promotions_total"), `{outcome="unknown",provider="openrouter"} 1`)
		assert.Contains(t, count("spideriq_guard_promotions_total"), `{outcome="done",provider="openrouter"} 0`)
		w.failing("PATCH /1", false, status(500))
		time.Sleep(30 * time.Second)
		assert.Contains(t, count("spideriq_guard_promotions_total"), `{outcome="done",provider="openrouter"} 1`)
		assert.Contains(t, count("spideriq_guard_disablings_total"), `{outcome="failed",provider="openrouter"} 1`)
		w.heal()
		time.Sleep(30 * time.Second)
		assert.Contains(t, count("spideriq_guard_disablings_total"), `{outcome="done",provider="openrouter"} 1`)
		assert.Contains(t, count("spideriq_guard_disablings_total"), `{outcome="done",provider="groq"} 0`)
		w.failing("GET /health", false, status(503))
		time.Sleep(30 * time.Second)
		assert.Equal(t, `spideriq_guard_looks_total{outcome="done"} 4 spideriq_guard_looks_total{outcome="failed"} 1`,
			count("spideriq_guard_looks_total"))
		last := float64(w.began.Add(90*time.Second).UnixMilli()) / 1000
		assert.InDelta(t, last, testutil.ToFloat64(w.metrics.lastLook), 0.001)
	})
}

// The client of the guard tells about attempts and waits.
func TestAttemptsAndWaitsOfTheClientAreServed(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	m := newMetrics()
	telemetry, err := m.telemetry(server.Transport())
	require.NoError(t, err)
	client := server.Client(spideriq.WithHTTPClient(telemetry.HTTPClient()))
	server.Fail(spideriqtest.Status(503, ""))
	_, err = telemetry.Integrations(client.Integrations).Health(t.Context())
	require.NoError(t, err)
	lines := scraped(t, m, "")
	assert.Contains(t, lines, `spideriq_calls_total{call="Integrations.Health",outcome="ok"} 1`)
	assert.Contains(t, lines, `spideriq_attempts_total{call="Integrations.Health",outcome="ok"} 2`)
	for _, prefix := range []string{
		`spideriq_call_wait_seconds_total{call="Integrations.Health"} `,
		`spideriq_call_duration_seconds_count{call="Integrations.Health",outcome="ok"} 1`,
		`http_client_request_duration_seconds_count{`,
		`spideriq_guard_looks_total{outcome="done"} 0`,
	} {
		found := func(line string) bool { return strings.HasPrefix(line, prefix) }
		assert.True(t, slices.ContainsFunc(lines, found), prefix)
	}
	assert.NotContains(t, strings.Join(lines, "\n"), "body_size")
}

func TestMetricsAreServedUntilTheGuardStops(t *testing.T) {
	t.Parallel()
	j := start(t, func(ctx context.Context, stdout io.Writer) int {
		args := []string{"-demo", "-interval", "10ms", "-log-format", "json", "-metrics", "127.0.0.1:0"}
		return run(ctx, args, stdout, io.Discard)
	})
	url := "http://" + j.await("serving metrics")["address"].(string)
	j.await("promoted")
	fetch := func(path string) (int, string) {
		resp, err := http.Get(url + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	code, body := fetch("/metrics")
	assert.Equal(t, http.StatusOK, code)
	assert.Contains(t, body, `spideriq_guard_promotions_total{outcome="done",provider="openrouter"} 1`)
	assert.NotContains(t, body, "client_fake")
	code, _ = fetch("/")
	assert.Equal(t, http.StatusNotFound, code)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	assert.Equal(t, exitDone, j.end())
	_, err := http.Get(url)
	assert.Error(t, err)
}
