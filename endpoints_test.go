package spideriq_test

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// The four requests of the API's page, as its curl lines send them.
func TestUpdateSendsTheDocumentedRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params spideriq.UpdateParams
		body   string
	}{
		"update limits":   {spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)}, `{"daily_limit": 20000, "minute_limit": 200}`},
		"disable a key":   {spideriq.UpdateParams{IsActive: new(false)}, `{"is_active": false}`},
		"set spend limit": {spideriq.UpdateParams{SpendLimitAmount: new(spideriq.Amount("1000.00")), SpendLimitPeriod: new(spideriq.SpendLimitPeriodMonthly), SpendLimitAction: new(spideriq.SpendLimitActionBlock)}, `{"spend_limit_amount": 1000.00, "spend_limit_period": "monthly", "spend_limit_action": "block"}`},
		"make primary":    {spideriq.UpdateParams{IsPrimary: new(true)}, `{"is_primary": true}`},
		"nothing":         {spideriq.UpdateParams{}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := replying(answer(200, good))
			_, err := api.client(t).Integrations.Update(t.Context(), 42, c.params)
			require.NoError(t, err)
			assert.Equal(t, []sentRequest{{
				Method: "PATCH", URL: "https://spideriq.ai/api/v1/integrations/42", Body: strings.ReplaceAll(c.body, " ", ""),
				Header: http.Header{
					"Authorization": {"Bearer " + fakeToken}, "Content-Type": {"application/json"},
					"Accept": {"application/json"}, "User-Agent": {"spideriq-go/" + spideriq.Version},
				},
			}}, api.requests())
		})
	}
}

func TestDocumentedUpdateAnswer(t *testing.T) {
	t.Parallel()
	var info spideriq.ResponseInfo
	got, err := replying(recorded("update-200")).client(t).Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)}, spideriq.WithResponseInfo(&info))
	require.NoError(t, err)
	assert.True(t, err == nil) // no typed nil
	assert.Equal(t, &spideriq.Integration{
		ID: 42, ProviderName: "openrouter", ProviderLabel: "OpenRouter", KeyLabel: "Production OpenRouter",
		IsActive: true, IsPrimary: true, Priority: 10, DailyLimit: new(20000), DailyCount: 1247, MinuteLimit: new(200), MinuteCount: 3,
		HealthStatus: spideriq.HealthStatusHealthy, SpendLimitAmount: new(spideriq.Amount("1000.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly, SpendLimitAction: spideriq.SpendLimitActionBlock,
		UpdatedAt: time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC),
	}, got)
	assert.Equal(t, 200, info.StatusCode)
	assert.Equal(t, 1, info.Attempts)
	assert.Contains(t, string(info.Body), `"spend_limit_amount": 1000.00`)
	assert.Equal(t, &spideriq.RateLimit{Limit: 100, Remaining: 87, Reset: time.Unix(1772119860, 0)}, info.RateLimit)
}

func TestDocumentedRequestsAndAnswers(t *testing.T) {
	t.Parallel()
	used := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	row := &spideriq.Integration{ID: 7, ProviderName: "groq", DailyLimit: new(5), LastUsedAt: &used, SpendLimitExceeded: new(false), ConsecutiveFailures: new(0), KeyPreview: map[string]string{"api_key": "gsk...123"}}
	for _, c := range []struct {
		answer             string
		method, path, body string
		call               func(*spideriq.IntegrationsService) (any, error)
		want               any
	}{
		{"list-200", "GET", "/integrations?health_status=degraded&is_active=false&limit=20&offset=40&provider_name=groq", "", func(s *spideriq.IntegrationsService) (any, error) {
			return s.List(t.Context(), spideriq.ListParams{ProviderName: "groq", HealthStatus: spideriq.HealthStatusDegraded, IsActive: new(false), Limit: 20, Offset: 40})
		}, []*spideriq.Integration{row}},
		{"create-201", "POST", "/integrations", `{"provider_name":"groq","credentials":{"api_key":"k"}}`, func(s *spideriq.IntegrationsService) (any, error) {
			return s.Create(t.Context(), spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: spideriq.Credentials{"api_key": "k"}})
		}, row},
		{"delete-200", "DELETE", "/integrations/42", "", func(s *spideriq.IntegrationsService) (any, error) { return nil, s.Delete(t.Context(), 42) }, nil},
		{"health-200", "GET", "/integrations/health", "", func(s *spideriq.IntegrationsService) (any, error) { return s.Health(t.Context()) }, &spideriq.HealthReport{
			Summary:         spideriq.HealthSummary{Total: 5, Healthy: 3, Degraded: 1, Unhealthy: 1},
			Integrations:    []spideriq.IntegrationHealth{{ID: 7, ProviderName: "groq", KeyLabel: "x", HealthStatus: spideriq.HealthStatusUnhealthy, ConsecutiveFailures: 4, LastUsedAt: &used, LastError: new("429")}, {ID: 8}},
			Recommendations: []spideriq.Recommendation{{IntegrationID: 7, ProviderName: "groq", Issue: "failing", Action: "replace it"}},
		}},
		{"sync-billing-200", "POST", "/integrations/sync-billing?provider_name=a+b", "", func(s *spideriq.IntegrationsService) (any, error) {
			return s.SyncBilling(t.Context(), spideriq.SyncBillingParams{ProviderName: "a b"})
		}, &spideriq.BillingSync{Synced: 1, Failed: 1, TotalBalance: new(spideriq.Amount("12.50")), Results: []spideriq.BillingResult{
			{ID: 7, ProviderName: "groq", Status: "success", Balance: new(spideriq.Amount("12.50")), UsageToday: new(spideriq.Amount("0.10")), UsageMonth: new(spideriq.Amount("3")), SyncedAt: used},
			{ID: 8, Status: "failed", Error: "invalid key"}, {ID: 9, Status: "success", Note: "no billing"},
		}}},
	} {
		t.Run(c.answer, func(t *testing.T) {
			t.Parallel()
			api := replying(recorded(c.answer))
			got, err := c.call(api.client(t).Integrations)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			require.Len(t, api.requests(), 1)
			sent := api.requests()[0]
			assert.Equal(t, []string{c.method, spideriq.DefaultBaseURL + c.path, c.body}, []string{sent.Method, sent.URL, sent.Body})
			assert.Equal(t, c.body != "", sent.Header.Get("Content-Type") != "")
			assert.Equal(t, "Bearer "+fakeToken, sent.Header.Get("Authorization"))
		})
	}
}

func TestListOfNothingIsNotNil(t *testing.T) {
	t.Parallel()
	rows, err := replying(answer(200, good)).client(t).Integrations.List(t.Context(), spideriq.ListParams{})
	require.NoError(t, err)
	assert.Equal(t, []*spideriq.Integration{}, rows)
}

// samples are values on the wire of fields of that type or, for the rest, kind.
var (
	samples = map[reflect.Type]string{
		reflect.TypeFor[time.Time](): `"2026-02-26T15:30:00Z"`, reflect.TypeFor[spideriq.Amount](): `"1.50"`,
		reflect.TypeFor[map[string]string](): `{"api_key": "sk..."}`, reflect.TypeFor[spideriq.HealthSummary](): `{"total": 7}`,
	}
	sampleKinds = map[reflect.Kind]string{reflect.String: `"x"`, reflect.Int: `7`, reflect.Int64: `9007199254740993`, reflect.Bool: `true`, reflect.Slice: `[{"id": 7, "issue": "x"}]`}
)

func TestEveryFieldOfAnAnswerIsRead(t *testing.T) {
	t.Parallel()
	health := func(c *spideriq.Client) *spideriq.HealthReport {
		report, err := c.Integrations.Health(t.Context())
		require.NoError(t, err)
		return report
	}
	sync := func(c *spideriq.Client) *spideriq.BillingSync {
		sync, err := c.Integrations.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
		require.NoError(t, err)
		return sync
	}
	for _, c := range []struct {
		answer string // with the member in the place of %s
		read   func(*spideriq.Client) any
	}{
		{`{"integration": {"id": 1, %s}}`, func(c *spideriq.Client) any {
			i, err := c.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
			require.NoError(t, err)
			return *i
		}},
		{`{"integrations": [{"id": 1, %s}]}`, func(c *spideriq.Client) any {
			rows, err := c.Integrations.List(t.Context(), spideriq.ListParams{})
			require.NoError(t, err)
			return *rows[0]
		}},
		{`{%s}`, func(c *spideriq.Client) any { return *health(c) }},
		{`{"summary": {%s}}`, func(c *spideriq.Client) any { return health(c).Summary }},
		{`{"integrations": [{%s}]}`, func(c *spideriq.Client) any { return health(c).Integrations[0] }},
		{`{"recommendations": [{%s}]}`, func(c *spideriq.Client) any { return health(c).Recommendations[0] }},
		{`{%s}`, func(c *spideriq.Client) any { return *sync(c) }},
		{`{"results": [{%s}]}`, func(c *spideriq.Client) any { return sync(c).Results[0] }},
	} {
		read := func(member string) reflect.Value {
			return reflect.ValueOf(c.read(replying(answer(200, fmt.Sprintf(c.answer, member))).client(t)))
		}
		for f := range read(`"unknown": {"id": 5}, "summary": {}, "synced": 0, "provider_name": ""`).Type().Fields() {
			one := f.Type
			if one.Kind() == reflect.Pointer {
				one = one.Elem()
			}
			sample := cmp.Or(samples[one], sampleKinds[one.Kind()])
			require.NotEmpty(t, sample, f.Name)
			got := read(`"` + snake(f.Name) + `": ` + sample)
			for other := range got.Type().Fields() {
				if other.Name != "ID" || f.Name == "ID" {
					assert.Equal(t, other.Name != f.Name, got.FieldByIndex(other.Index).IsZero(), "%s.%s by %s", got.Type(), other.Name, f.Name)
				}
			}
		}
	}
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	const limit, remaining, reset = "X-Ratelimit-Limit: ", "X-Ratelimit-Remaining: ", "X-Ratelimit-Reset: "
	for _, c := range []struct {
		headers []string
		want    *spideriq.RateLimit
	}{
		{[]string{limit + "100", remaining + "0", reset + "1772119860"}, &spideriq.RateLimit{Limit: 100, Remaining: 0, Reset: time.Unix(1772119860, 0)}},
		{nil, nil},
		{[]string{limit + "100", remaining + "7"}, nil},
		{[]string{limit + "100", reset + "1772119860"}, nil},
		{[]string{remaining + "0", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining + "none", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining, reset + "1772119860"}, nil},
		{[]string{limit + "100;w=60", remaining + "7", reset + "1772119860"}, nil},
		{[]string{limit + "100", remaining + "7", reset + "soon"}, nil},
		{[]string{limit + "100", remaining + "7.5", reset + "1772119860"}, nil},
		{[]string{limit + "99999999999999999999", remaining + "7", reset + "1772119860"}, nil},
	} {
		for _, status := range []int{200, 404} {
			var info spideriq.ResponseInfo
			_ = update(t.Context(), replying(answer(status, good, c.headers...)).client(t), spideriq.WithResponseInfo(&info))
			assert.Equal(t, c.want, info.RateLimit, "%v", c.headers)
			assert.Equal(t, good, string(info.Body))
		}
	}
}
