package contract

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything sets each setting of an update.
func everything() spideriq.UpdateParams {
	return spideriq.UpdateParams{
		KeyLabel: new(
			"Second key",
		),
		IsActive:    new(false),
		IsPrimary:   new(true),
		DailyLimit:  new(20000),
		MinuteLimit: new(200),
		SpendLimitAmount: new(
			spideriq.Amount("1000.00"),
		),
		SpendLimitPeriod: new(spideriq.SpendLimitPeriodDaily),
		SpendLimitAction: new(spideriq.SpendLimitActionBlock),
	}
}

// calls makes one call, or a few, of each operation, with all of its parameters at
// least once, and returns the last error.
var calls = map[string]func(ctx context.Context, s *spideriq.IntegrationsService) error{
	"list": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		for _, params := range []spideriq.ListParams{
			{},
			{ProviderName: spideriq.ProviderGroq, HealthStatus: spideriq.HealthStatusHealthy, IsActive: new(true), Limit: 100, Offset: 1},
			{IsActive: new(false)},
		} {
			if _, err := s.List(ctx, params); err != nil {
				return err
			}
		}
		for _, err := range s.All(ctx, spideriq.ListParams{Limit: 2}) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"create": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		all := everything()
		if _, err := s.Create(ctx, spideriq.CreateParams{
			ProviderName:     spideriq.ProviderCloudflare,
			Credentials:      spideriq.Credentials{"api_key": "fake-fake-fake", "account_id": "fake-account"},
			KeyLabel:         all.KeyLabel,
			IsPrimary:        all.IsPrimary,
			DailyLimit:       all.DailyLimit,
			MinuteLimit:      all.MinuteLimit,
			SpendLimitAmount: all.SpendLimitAmount,
			SpendLimitPeriod: all.SpendLimitPeriod,
			SpendLimitAction: all.SpendLimitAction,
		}); err != nil {
			return err
		}
		_, err := s.Create(
			ctx,
			spideriq.CreateParams{
				ProviderName: spideriq.ProviderGroq,
				Credentials:  spideriq.Credentials{"api_key": "fake-fake-fake"},
			},
		)
		return err
	},
	"update": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		for _, params := range []spideriq.UpdateParams{
			everything(),
			{DailyLimit: new(20000), MinuteLimit: new(200)},
			{IsActive: new(false)},
			{SpendLimitAmount: new(spideriq.Amount("1000.00")), SpendLimitPeriod: new(spideriq.SpendLimitPeriodMonthly), SpendLimitAction: new(spideriq.SpendLimitActionBlock)},
			{IsPrimary: new(true)},
			{KeyLabel: new(""), IsPrimary: new(false), DailyLimit: new(0), SpendLimitAmount: new(spideriq.Amount("0"))},
		} {
			if _, err := s.Update(ctx, 42, params); err != nil {
				return err
			}
		}
		return nil
	},
	"delete": func(ctx context.Context, s *spideriq.IntegrationsService) error { return s.Delete(ctx, 42) },
	"health": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		_, err := s.Health(ctx)
		return err
	},
	"syncBilling": func(ctx context.Context, s *spideriq.IntegrationsService) error {
		if _, err := s.SyncBilling(ctx, spideriq.SyncBillingParams{}); err != nil {
			return err
		}
		_, err := s.SyncBilling(ctx, spideriq.SyncBillingParams{ProviderName: spideriq.ProviderGroq})
		return err
	},
}

// pool gives the server integrations of every kind: with all fields set, with what
// may be null as null, in each health, and of another brand.
func pool(server *spideriqtest.Server) {
	at := time.Date(2026, 2, 26, 15, 30, 0, 500_000_000, time.UTC)
	full := spideriq.Integration{
		ID:            42,
		ProviderName:  spideriq.ProviderGroq,
		ProviderLabel: "Groq",
		KeyLabel:      "All of it",
		IsActive:      true,
		IsPrimary:     true,
		DailyLimit:    new(10000),
		DailyCount:    1247,
		MinuteLimit:   new(100),
		MinuteCount:   3,
		SpendLimitAmount: new(
			spideriq.Amount("500.00"),
		),
		SpendLimitPeriod:   spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction:   spideriq.SpendLimitActionWarn,
		LastUsedAt:         &at,
		SpendLimitExceeded: new(true),
		BillingSyncedAt:    &at,
		CreatedAt:          &at,
		UpdatedAt:          at,
		CachedBalance: new(
			spideriq.Amount("12.3400"),
		),
		CachedUsageToday: new(spideriq.Amount("0.10")),
		CachedUsageMonth: new(spideriq.Amount("-1")),
		KeyPreview:       map[string]string{"api_key": "gsk_...123", "account_id": "***"},
	}
	server.Add(full)
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderMistral})
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderCohere, IsActive: true, ConsecutiveFailures: new(2)})
	server.Add(
		spideriq.Integration{
			ProviderName:        spideriq.ProviderCohere,
			IsActive:            true,
			ConsecutiveFailures: new(3),
			LastUsedAt:          &at,
		},
	)
	server.AddForeign(spideriq.Integration{ID: 7, ProviderName: spideriq.ProviderGroq})
}

// Every documented answer is brought about, by the fake's own means, and nothing
// on the wire differs from what is documented.
func TestClientAndFakeKeepTheContract(t *testing.T) {
	t.Parallel()
	var covered []string
	cover := func(t *testing.T, w *wire, want string) {
		t.Helper()
		seen, problem := w.report()
		assert.NoError(t, problem)
		assert.Contains(t, seen, want)
		covered = append(covered, seen...)
	}
	documented := load(t)
	for operation, call := range calls {
		status, _ := documented.operation(t, operation).success()

		server := spideriqtest.NewServer()
		pool(server)
		w, client := connect(t, server)
		require.NoError(t, call(t.Context(), client.Integrations), operation)
		cover(t, w, operation+" "+status)
		server.Close()

		server = spideriqtest.NewServer()
		w, client = connect(
			t,
			server,
			spideriq.WithTokenSource(func(context.Context) (string, error) { return "another:fake:token", nil }),
		)
		assertStatus(t, call(t.Context(), client.Integrations), http.StatusUnauthorized)
		cover(t, w, operation+" 401")
		server.Close()

		server = spideriqtest.NewServer(spideriqtest.WithRateLimit(1, 1))
		w, client = connect(t, server, spideriq.WithRetryPolicy(spideriq.RetryPolicy{MaxAttempts: 1}))
		_ = client.Do(t.Context(), http.MethodGet, "/integrations", nil, nil)
		assertStatus(t, call(t.Context(), client.Integrations), http.StatusTooManyRequests)
		cover(t, w, operation+" 429")
		server.Close()
	}

	server := spideriqtest.NewServer()
	defer server.Close()
	pool(server)
	w, client := connect(t, server)
	for _, id := range []int64{7, 1 << 60} { // another brand's, and nobody's
		_, err := client.Integrations.Update(t.Context(), id, spideriq.UpdateParams{IsActive: new(false)})
		assertStatus(t, err, http.StatusNotFound)
		cover(t, w, "update 404")
		assertStatus(t, client.Integrations.Delete(t.Context(), id), http.StatusNotFound)
		cover(t, w, "delete 404")
	}

	// The last two answers are for requests that are wrong, which shows as well.
	_, err := client.Integrations.Update(
		t.Context(),
		42,
		spideriq.UpdateParams{SpendLimitAction: new(spideriq.SpendLimitAction("stop"))},
	)
	assertStatus(t, err, http.StatusBadRequest)
	covered = append(covered, wrongRequest(t, w, "spend_limit_action"))
	err = client.Do(t.Context(), http.MethodPatch, "/integrations/42", map[string]any{"daily_limit": "many"}, nil)
	assertStatus(t, err, http.StatusUnprocessableEntity)
	covered = append(covered, wrongRequest(t, w, "daily_limit"))

	assert.ElementsMatch(t, statuses(documented), sortedUnique(covered))
}

func assertStatus(t *testing.T, err error, status int) {
	t.Helper()
	refused := new(spideriq.APIError)
	if assert.ErrorAs(t, err, &refused) {
		assert.Equal(t, status, refused.StatusCode)
	}
}

// wrongRequest checks that the last exchange had one problem, the request's field,
// and returns its name.
func wrongRequest(t *testing.T, w *wire, field string) string {
	t.Helper()
	seen, problem := w.report()
	require.Len(t, seen, 1)
	assert.ErrorContains(t, problem, "request body has an error")
	assert.ErrorContains(t, problem, field)
	assert.NotContains(t, problem.Error(), "response body", "the answer is as documented")
	return seen[0]
}

// statuses returns every answer that the document has for an operation of its own
// accord, "update 200": not what a proxy says, and not the default.
func statuses(d document) (all []string) {
	for _, o := range d.operations() {
		for status, response := range d.at(o.node["responses"]) {
			if status != "default" && d.at(response, "content") != nil {
				all = append(all, o.id+" "+status)
			}
		}
	}
	return all
}

func sortedUnique(names []string) []string {
	slices.SortFunc(names, strings.Compare)
	return slices.Compact(names)
}
