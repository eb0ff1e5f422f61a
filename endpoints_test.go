package spideriq_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// endpoints make one call each.
var endpoints = map[string]func(context.Context, *spideriq.Client, ...spideriq.RequestOption) error{
	"Update": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		_, err := c.Integrations.Update(ctx, 42, spideriq.UpdateParams{}, opts...)
		return err
	},
	"List": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		_, err := c.Integrations.List(ctx, spideriq.ListParams{}, opts...)
		return err
	},
	"Create": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		_, err := c.Integrations.Create(ctx, spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials}, opts...)
		return err
	},
	"Delete": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		return c.Integrations.Delete(ctx, 42, opts...)
	},
	"Health": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		_, err := c.Integrations.Health(ctx, opts...)
		return err
	},
	"SyncBilling": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		_, err := c.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{}, opts...)
		return err
	},
	"Do": func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
		return c.Do(ctx, "PATCH", "/integrations/42", struct{}{}, new(struct{ Integration struct{ ID int } }), opts...)
	},
}

// good is an answer that every endpoint accepts.
const good = `{"success": true, "integration": {"id": 42}, "integrations": [], "summary": {"total": 0}, "recommendations": [], "synced": 0, "failed": 0, "results": []}`

func TestDocumentedRequestsAndAnswers(t *testing.T) {
	t.Parallel()
	used := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	row := &spideriq.Integration{ID: 7, ProviderName: "groq", DailyLimit: new(5), LastUsedAt: &used, SpendLimitExceeded: new(false), ConsecutiveFailures: new(0), KeyPreview: map[string]string{"api_key": "gsk...123"}}
	rowText := `{"id": 7, "provider_name": "groq", "daily_limit": 5, "minute_limit": null, "last_used_at": "2026-02-26T15:30:00Z", "spend_limit_exceeded": false, "consecutive_failures": 0, "key_preview": {"api_key": "gsk...123"}, "created_at": null}`
	for name, c := range map[string]struct {
		call               func(*spideriq.IntegrationsService) (any, error)
		answer             stubAnswer
		method, path, body string
		want               any
	}{
		"list": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.List(t.Context(), spideriq.ListParams{ProviderName: "groq", HealthStatus: spideriq.HealthStatusDegraded, IsActive: new(false), Limit: 20, Offset: 40})
		}, answer(200, `{"success": true, "integrations": [`+rowText+`]}`),
			"GET", "/integrations?health_status=degraded&is_active=false&limit=20&offset=40&provider_name=groq", "", []*spideriq.Integration{row}},
		"list of none": {func(s *spideriq.IntegrationsService) (any, error) { return s.List(t.Context(), spideriq.ListParams{}) },
			answer(200, `{"success": true, "integrations": []}`), "GET", "/integrations", "", []*spideriq.Integration{}},
		"create": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.Create(t.Context(), spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: spideriq.Credentials{"api_key": "k"}})
		}, answer(201, `{"success": true, "integration": `+rowText+`}`),
			"POST", "/integrations", `{"provider_name":"groq","credentials":{"api_key":"k"}}`, row},
		"delete": {func(s *spideriq.IntegrationsService) (any, error) { return nil, s.Delete(t.Context(), 42) },
			answer(200, `{"success": true, "message": "Integration deleted successfully", "deleted_id": 42}`), "DELETE", "/integrations/42", "", nil},
		"health": {func(s *spideriq.IntegrationsService) (any, error) { return s.Health(t.Context()) },
			answer(200, `{"success": true, "summary": {"total": 5, "healthy": 3, "degraded": 1, "unhealthy": 1},
				"integrations": [{"id": 7, "provider_name": "groq", "key_label": "x", "health_status": "unhealthy", "consecutive_failures": 4, "last_used_at": "2026-02-26T15:30:00Z", "last_error": "429"}, {"id": 8, "last_used_at": null, "last_error": null}],
				"recommendations": [{"integration_id": 7, "provider_name": "groq", "issue": "failing", "action": "replace it"}]}`),
			"GET", "/integrations/health", "", &spideriq.HealthReport{
				Summary:         spideriq.HealthSummary{Total: 5, Healthy: 3, Degraded: 1, Unhealthy: 1},
				Integrations:    []spideriq.IntegrationHealth{{ID: 7, ProviderName: "groq", KeyLabel: "x", HealthStatus: spideriq.HealthStatusUnhealthy, ConsecutiveFailures: 4, LastUsedAt: &used, LastError: new("429")}, {ID: 8}},
				Recommendations: []spideriq.Recommendation{{IntegrationID: 7, ProviderName: "groq", Issue: "failing", Action: "replace it"}}}},
		"sync billing": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.SyncBilling(t.Context(), spideriq.SyncBillingParams{ProviderName: "a b"})
		}, answer(200, `{"success": true, "synced": 1, "failed": 1, "results": [
				{"id": 7, "provider_name": "groq", "status": "success", "balance": 12.50, "usage_today": "0.10", "usage_month": 3, "synced_at": "2026-02-26T15:30:00Z"},
				{"id": 8, "status": "failed", "error": "invalid key"}, {"id": 9, "status": "success", "balance": null, "note": "no billing"}], "total_balance": 12.50, "total_usage_month": null}`),
			"POST", "/integrations/sync-billing?provider_name=a+b", "", &spideriq.BillingSync{Synced: 1, Failed: 1, TotalBalance: new(spideriq.Amount("12.50")), Results: []spideriq.BillingResult{
				{ID: 7, ProviderName: "groq", Status: "success", Balance: new(spideriq.Amount("12.50")), UsageToday: new(spideriq.Amount("0.10")), UsageMonth: new(spideriq.Amount("3")), SyncedAt: used},
				{ID: 8, Status: "failed", Error: "invalid key"}, {ID: 9, Status: "success", Note: "no billing"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := answering(c.answer)
			got, err := c.call(api.client(t).Integrations)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			require.Len(t, api.requests(), 1)
			sent := api.requests()[0]
			assert.Equal(t, []string{c.method, spideriq.DefaultBaseURL + c.path, c.body}, []string{sent.Method, sent.URL, sent.Body})
			assert.Equal(t, c.body != "", sent.Header.Get("Content-Type") != "")
			assert.Equal(t, "Bearer "+stubToken, sent.Header.Get("Authorization"))
		})
	}
}

func TestEveryFieldOfAnAnswerIsRead(t *testing.T) {
	t.Parallel()
	samples := map[reflect.Type]string{reflect.TypeFor[time.Time](): `"2026-02-26T15:30:00Z"`, reflect.TypeFor[spideriq.Amount](): `"1.50"`,
		reflect.TypeFor[map[string]string](): `{"api_key": "sk..."}`, reflect.TypeFor[spideriq.HealthSummary](): `{"total": 7}`}
	kinds := map[reflect.Kind]string{reflect.String: `"x"`, reflect.Int: `7`, reflect.Int64: `9007199254740993`, reflect.Bool: `true`, reflect.Slice: `[{"id": 7}]`}
	for _, c := range []struct {
		answer string // with the member in the place of %s
		read   func(*spideriq.IntegrationsService) (any, error)
	}{
		{`{"integration": {"id": 1, %s}}`, func(s *spideriq.IntegrationsService) (any, error) {
			i, err := s.Update(t.Context(), 42, spideriq.UpdateParams{})
			return *i, err
		}},
		{`{"integrations": [{"id": 1, %s}]}`, func(s *spideriq.IntegrationsService) (any, error) {
			rows, err := s.List(t.Context(), spideriq.ListParams{})
			return *rows[0], err
		}},
		{`{%s}`, func(s *spideriq.IntegrationsService) (any, error) { h, err := s.Health(t.Context()); return *h, err }},
		{`{"summary": {%s}}`, func(s *spideriq.IntegrationsService) (any, error) {
			h, err := s.Health(t.Context())
			return h.Summary, err
		}},
		{`{"integrations": [{%s}]}`, func(s *spideriq.IntegrationsService) (any, error) {
			h, err := s.Health(t.Context())
			return h.Integrations[0], err
		}},
		{`{"recommendations": [{%s}]}`, func(s *spideriq.IntegrationsService) (any, error) {
			h, err := s.Health(t.Context())
			return h.Recommendations[0], err
		}},
		{`{%s}`, func(s *spideriq.IntegrationsService) (any, error) {
			b, err := s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
			return *b, err
		}},
		{`{"results": [{%s}]}`, func(s *spideriq.IntegrationsService) (any, error) {
			b, err := s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
			return b.Results[0], err
		}},
	} {
		read := func(member string) reflect.Value {
			v, err := c.read(answering(answer(200, fmt.Sprintf(c.answer, member))).client(t).Integrations)
			require.NoError(t, err, member)
			return reflect.ValueOf(v)
		}
		unknown := read(`"unknown": {"id": 5}, "summary": {}, "synced": 0`)
		for f := range unknown.Type().Fields() {
			one := f.Type
			if one.Kind() == reflect.Pointer {
				one = one.Elem()
			}
			sample := samples[one]
			if sample == "" {
				sample = kinds[one.Kind()]
			}
			require.NotEmpty(t, sample, f.Name)
			got := read(`"` + snake(f.Name) + `": ` + sample)
			for other := range got.Type().Fields() {
				if other.Name == f.Name {
					assert.False(t, got.FieldByIndex(other.Index).IsZero(), "%s.%s", got.Type(), f.Name)
				} else if other.Name != "ID" {
					assert.True(t, got.FieldByIndex(other.Index).IsZero(), "%s.%s by %s", got.Type(), other.Name, f.Name)
				}
			}
		}
	}
}

// pool answers List from n rows with the ids 1 to n, as pages by offset.
func pool(n int) stubAnswer {
	return func(req *http.Request) (*http.Response, error) {
		q := req.URL.Query()
		limit, _ := strconv.Atoi(q.Get("limit"))
		offset, _ := strconv.Atoi(q.Get("offset"))
		return page(offset+1, min(offset+limit, n))(req)
	}
}

// page has the ids from first to last.
func page(first, last int) stubAnswer {
	var rows []string
	for id := first; id <= last; id++ {
		rows = append(rows, fmt.Sprintf(`{"id": %d}`, id))
	}
	return answer(200, `{"success": true, "integrations": [`+strings.Join(rows, ",")+`]}`)
}

func TestAllWalksThePages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params  spideriq.ListParams
		answers []stubAnswer
		ids     []int // first and last
		queries []string
	}{
		"one short page":         {spideriq.ListParams{}, []stubAnswer{pool(3)}, []int{1, 3}, []string{"limit=100"}},
		"none":                   {spideriq.ListParams{}, []stubAnswer{pool(0)}, []int{1, 0}, []string{"limit=100"}},
		"full page, then none":   {spideriq.ListParams{}, []stubAnswer{pool(100)}, []int{1, 100}, []string{"limit=100", "limit=100&offset=100"}},
		"three pages":            {spideriq.ListParams{}, []stubAnswer{pool(250)}, []int{1, 250}, []string{"limit=100", "limit=100&offset=100", "limit=100&offset=200"}},
		"caller's limit":         {spideriq.ListParams{Limit: 2, ProviderName: "x"}, []stubAnswer{pool(3)}, []int{1, 3}, []string{"limit=2&provider_name=x", "limit=2&offset=2&provider_name=x"}},
		"caller's offset":        {spideriq.ListParams{Limit: 2, Offset: 4}, []stubAnswer{pool(7)}, []int{5, 7}, []string{"limit=2&offset=4", "limit=2&offset=6"}},
		"limit above 100":        {spideriq.ListParams{Limit: 500}, []stubAnswer{pool(101)}, []int{1, 101}, []string{"limit=100", "limit=100&offset=100"}},
		"offset ignored":         {spideriq.ListParams{Limit: 3}, []stubAnswer{page(1, 3), page(1, 3), answer(508, `{}`)}, []int{1, 3}, []string{"limit=3", "limit=3&offset=3"}},
		"offset and limit, too":  {spideriq.ListParams{Limit: 3}, []stubAnswer{page(1, 9), page(1, 9), answer(508, `{}`)}, []int{1, 9}, []string{"limit=3", "limit=3&offset=9"}},
		"rows moved to the next": {spideriq.ListParams{Limit: 3}, []stubAnswer{page(1, 3), page(2, 4), page(4, 5)}, []int{1, 5}, []string{"limit=3", "limit=3&offset=3", "limit=3&offset=6"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := answering(c.answers...)
			all := api.client(t).Integrations.All(t.Context(), c.params)
			assert.Empty(t, api.requests(), "asked before the loop")
			for range 2 { // a sequence can be walked again
				var ids, want []int
				for row, err := range all {
					require.NoError(t, err)
					ids = append(ids, int(row.ID))
				}
				for id := c.ids[0]; id <= c.ids[1]; id++ {
					want = append(want, id)
				}
				assert.Equal(t, want, ids)
				var queries []string
				for _, sent := range api.requests() {
					u, err := url.Parse(sent.URL)
					require.NoError(t, err)
					queries = append(queries, u.RawQuery)
				}
				assert.Equal(t, c.queries, queries)
				api.sent = nil
			}
		})
	}
}

func TestAllStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	for stop, pages := range map[int]int{1: 1, 2: 1, 3: 2} {
		api := answering(pool(10))
		var ids []int64
		for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
			require.NoError(t, err)
			if ids = append(ids, row.ID); len(ids) == stop {
				break
			}
		}
		assert.Len(t, ids, stop)
		assert.Len(t, api.requests(), pages)
	}
}

func TestAllYieldsItsErrorOnce(t *testing.T) {
	t.Parallel()
	api := answering(page(1, 2), answer(403, `{"error": "no"}`))
	rows, errs := 0, 0
	for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		if err == nil {
			rows++
			continue
		}
		errs++
		assert.Nil(t, row)
		assert.ErrorAs(t, err, new(*spideriq.ForbiddenError))
	}
	assert.Equal(t, []int{2, 1, 2}, []int{rows, errs, len(api.requests())})
	for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: -1}) {
		assert.Nil(t, row)
		assertPlain(t, err)
	}
	assert.Len(t, api.requests(), 2)
}

// What makes no sense is an error of its own type that tells the status, and is
// never asked for again.
func TestSuccessThatMakesNoSense(t *testing.T) {
	t.Parallel()
	const html = "<!doctype html><title>Sign in</title>"
	for name, c := range map[string]struct {
		answer stubAnswer
		not    string // endpoints that have no objection
	}{
		"page":                 {answer(200, html, "Content-Type", "text/html; charset=utf-8"), ""},
		"page said to be JSON": {answer(200, html), ""},
		"empty":                {answer(200, ""), ""},
		"spaces":               {answer(200, " \n"), ""},
		"only a mark":          {answer(200, "\uFEFF"), ""},
		"no content":           {answer(204, ""), "Delete"},
		"null":                 {answer(200, "null"), ""},
		"cut":                  {answer(200, good[:len(good)-1]), ""},
		"twice":                {answer(200, good+good), ""},
		"trailing text":        {answer(200, good+"\n<!-- proxy -->"), ""},
		"two marks":            {answer(200, "\uFEFF\uFEFF"+good), ""},
		"array":                {answer(200, "[]"), ""},
		"text":                 {answer(200, `"ok"`), ""},
		"nothing in it":        {answer(200, `{"success": true}`), "Delete Do"},
		"null in it":           {answer(200, `{"integration": null}`), "Delete Do"},
		"other types in it":    {answer(200, `{"integration": [], "integrations": {}, "summary": 1, "results": 1}`), "Delete"},
		"no id":                {answer(200, `{"integration": {}, "integrations": [{}], "synced": "many"}`), "Delete Health Do"},
		"deep nesting":         {answer(200, strings.Repeat(`[`, 100_000)+strings.Repeat(`]`, 100_000)), ""},
		"deep in a field":      {answer(200, `{"x": `+strings.Repeat(`{"x":`, 100_000)+`1`+strings.Repeat(`}`, 100_001)), ""},
	} {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := answering(c.answer)
					var info spideriq.ResponseInfo
					err := call(t.Context(), api.client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{})), spideriq.WithResponseInfo(&info))
					assert.Len(t, api.requests(), 1)
					assert.Zero(t, api.open.Load())
					if strings.Contains(c.not, endpoint) {
						assert.NoError(t, err)
						return
					}
					e, ok := errors.AsType[*spideriq.InvalidResponseError](err)
					require.True(t, ok, "%T %v", err, err)
					assert.Equal(t, info.StatusCode, e.StatusCode)
					assert.Equal(t, info.Header.Get("Content-Type"), e.ContentType)
					assert.Equal(t, 1, e.Attempts)
					assert.NotContains(t, err.Error(), "Sign in")
					assert.False(t, asType[*spideriq.APIError](err))
				})
			})
		}
	}
}

func TestListOfNullIsNoEmptyList(t *testing.T) {
	t.Parallel()
	_, err := answering(answer(200, `{"success": true, "integrations": null}`)).client(t).Integrations.List(t.Context(), spideriq.ListParams{})
	assert.ErrorAs(t, err, new(*spideriq.InvalidResponseError))
	assert.ErrorContains(t, err, "integrations is missing")
}

func TestReportsMayHaveNullParts(t *testing.T) {
	t.Parallel()
	s := answering(answer(200, `{"summary": null, "integrations": null, "recommendations": null, "synced": 1, "results": null}`)).client(t).Integrations
	report, err := s.Health(t.Context())
	require.NoError(t, err)
	assert.Empty(t, report.Integrations)
	sync, err := s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	require.NoError(t, err)
	assert.Equal(t, 1, sync.Synced)
}

func TestSuccessInUnusualDress(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]stubAnswer{
		"mark":                 answer(200, "\uFEFF"+good),
		"space around":         answer(200, "\r\n\t "+good+" \r\n"),
		"created":              answer(201, good),
		"accepted":             answer(202, good),
		"no content type":      answer(200, good, "Content-Type", ""),
		"problem":              answer(200, good, "Content-Type", "application/problem+json"),
		"loud content type":    answer(200, good, "Content-Type", "APPLICATION/JSON;CHARSET=UTF-8"),
		"text":                 answer(200, good, "Content-Type", "text/plain"),
		"said to be a page":    answer(200, good, "Content-Type", "text/html"),
		"unknown fields":       answer(200, `{"page": {"total": 1}, `+good[1:]),
		"invalid UTF-8":        answer(200, "{\"x\": \"\xff\xfe\", \"\xff\": 1, "+good[1:]),
		"escaped names":        answer(200, strings.ReplaceAll(good, `"integration`, `"\u0069ntegration`)),
		"upper case names":     answer(200, strings.NewReplacer("integration", "INTEGRATION", "synced", "Synced", "summary", "SUMMARY").Replace(good)),
		"other success":        answer(200, strings.Replace(good, "true", `"yes"`, 1)),
		"last success counts":  answer(200, `{"success": false, `+good[1:]),
		"false deeper down":    answer(200, `{"meta": {"success": false}, `+good[1:]),
		"9,000 levels ignored": answer(200, `{"x": `+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+`, `+good[1:]),
	} {
		for endpoint, call := range endpoints {
			t.Run(name+"/"+endpoint, func(t *testing.T) {
				t.Parallel()
				api := answering(a)
				assert.NoError(t, call(t.Context(), api.client(t)))
				assert.Zero(t, api.open.Load())
			})
		}
	}
}

// The API's "no" in a 2xx is final, and no error text quotes what is beside it.
func TestSuccessFalseIsAnAPIError(t *testing.T) {
	t.Parallel()
	for endpoint, call := range endpoints {
		synctest.Test(t, func(t *testing.T) {
			api := answering(answer(200, `{"SUCCESS": false, "error": "not today", `+good[len(`{"success": true, `):]))
			err := call(t.Context(), api.client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{})))
			e, ok := errors.AsType[*spideriq.APIError](err)
			require.True(t, ok, "%s %T", endpoint, err)
			assert.Equal(t, 200, e.StatusCode)
			assert.Equal(t, "not today", e.Message)
			assert.Len(t, api.requests(), 1)
		})
	}
}

func TestErrorsOfEveryEndpointAreTyped(t *testing.T) {
	t.Parallel()
	for endpoint, call := range endpoints {
		for status, want := range map[int]any{400: new(*spideriq.BadRequestError), 401: new(*spideriq.UnauthorizedError), 403: new(*spideriq.ForbiddenError),
			404: new(*spideriq.NotFoundError), 422: new(*spideriq.BadRequestError), 429: new(*spideriq.RateLimitError), 500: new(*spideriq.ServerError), 302: new(*spideriq.APIError)} {
			api := answering(answer(status, `{"success": false, "error": "no"}`))
			assert.ErrorAs(t, call(t.Context(), api.client(t)), want, endpoint)
			assert.Zero(t, api.open.Load())
		}
		assert.ErrorAs(t, call(t.Context(), answering(failing(io.EOF)).client(t)), new(*spideriq.TransportError), endpoint)
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		api := answering(answer(200, good))
		assert.ErrorIs(t, call(canceled, api.client(t)), context.Canceled, endpoint)
		assert.Empty(t, api.requests(), endpoint)
	}
}

// A call that does not ask for the answer gets none of its oddities.
func TestDoWithoutOutDoesNotLookAtASuccess(t *testing.T) {
	t.Parallel()
	for _, a := range []stubAnswer{answer(204, ""), answer(200, "<html>"), answer(202, "null"), answer(200, `{"success": false}`)} {
		assert.NoError(t, answering(a).client(t).Do(t.Context(), "POST", "/jobs", nil, nil))
	}
}

func TestDoSaysWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	type job struct{ Count int }
	err := answering(answer(200, `{"count": "many"}`)).client(t).Do(t.Context(), "GET", "/jobs", nil, new(job))
	assert.ErrorAs(t, err, new(*spideriq.InvalidResponseError))
	assert.ErrorAs(t, err, new(*json.UnmarshalTypeError))
	assert.NotContains(t, err.Error(), "(address)")
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	const limit, remaining, reset = "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"
	full := &spideriq.RateLimit{Limit: 100, Remaining: 0, Reset: time.Unix(1772119860, 0)}
	for _, c := range []struct {
		header []string
		want   *spideriq.RateLimit
	}{
		{[]string{limit, "100", remaining, "0", reset, "1772119860"}, full},
		{nil, nil},
		{[]string{limit, "100", remaining, "7"}, nil},
		{[]string{limit, "100", reset, "1772119860"}, nil},
		{[]string{remaining, "0", reset, "1772119860"}, nil},
		{[]string{limit, "100", remaining, "none", reset, "1772119860"}, nil},
		{[]string{limit, "100", remaining, "", reset, "1772119860"}, nil},
		{[]string{limit, "100;w=60", remaining, "7", reset, "1772119860"}, nil},
		{[]string{limit, "100", remaining, "7", reset, "soon"}, nil},
		{[]string{limit, "100", remaining, "7.5", reset, "1772119860"}, nil},
		{[]string{limit, "99999999999999999999", remaining, "7", reset, "1772119860"}, nil},
	} {
		for _, status := range []int{200, 404} {
			var info spideriq.ResponseInfo
			_ = answering(answer(status, good, c.header...)).client(t).Integrations.Delete(t.Context(), 42, spideriq.WithResponseInfo(&info))
			assert.Equal(t, c.want, info.RateLimit, "%v", c.header)
			assert.Equal(t, good, string(info.Body))
		}
	}
}
