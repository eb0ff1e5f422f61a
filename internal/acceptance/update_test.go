package acceptance_test

import (
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// The four requests of the API's page, as its curl lines send them.
func TestUpdateSendsTheDocumentedRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params spideriq.UpdateParams
		body   string
	}{
		"update limits": {
			spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)},
			`{"daily_limit": 20000, "minute_limit": 200}`,
		},
		"disable a key": {spideriq.UpdateParams{IsActive: new(false)}, `{"is_active": false}`},
		"set spend limit": {
			spideriq.UpdateParams{
				SpendLimitAmount: new(spideriq.Amount("1000.00")),
				SpendLimitPeriod: new(spideriq.SpendLimitPeriodMonthly),
				SpendLimitAction: new(spideriq.SpendLimitActionBlock),
			},
			`{"spend_limit_amount": 1000.00, "spend_limit_period": "monthly", "spend_limit_action": "block"}`,
		},
		"make primary": {spideriq.UpdateParams{IsPrimary: new(true)}, `{"is_primary": true}`},
		"nothing":      {spideriq.UpdateParams{}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := fakeapi.New(fakeapi.Respond(200, successBody))
			_, err := newClient(t, api).Integrations.Update(t.Context(), 42, c.params)
			require.NoError(t, err)
			assert.Equal(t, []fakeapi.Request{{
				Method: "PATCH",
				URL:    "https://spideriq.ai/api/v1/integrations/42",
				Body:   strings.ReplaceAll(c.body, " ", ""),
				Header: http.Header{
					"Accept":        {"application/json"},
					"Authorization": {"Bearer " + fakeToken},
					"Content-Type":  {"application/json"},
					"User-Agent":    {"spideriq-go/" + spideriq.Version},
				},
			}}, api.Requests())
		})
	}
}

func TestDocumentedUpdateAnswer(t *testing.T) {
	t.Parallel()
	var info spideriq.ResponseInfo
	got, err := newClient(t, fakeapi.New(fakeapi.Recorded("update-200"))).Integrations.Update(
		t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(20000), MinuteLimit: new(200)},
		spideriq.WithResponseInfo(&info),
	)
	require.NoError(t, err)
	assert.True(t, err == nil) // no typed nil
	assert.Equal(t, &spideriq.Integration{
		ID:               42,
		ProviderName:     "openrouter",
		ProviderLabel:    "OpenRouter",
		KeyLabel:         "Production OpenRouter",
		IsActive:         true,
		IsPrimary:        true,
		Priority:         10,
		DailyLimit:       new(20000),
		DailyCount:       1247,
		MinuteLimit:      new(200),
		MinuteCount:      3,
		HealthStatus:     spideriq.HealthStatusHealthy,
		SpendLimitAmount: new(spideriq.Amount("1000.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionBlock,
		UpdatedAt:        time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC),
	}, got)
	assert.Equal(t, 200, info.StatusCode)
	assert.Equal(t, 1, info.Attempts)
	assert.Contains(t, string(info.Body), `"spend_limit_amount": 1000.00`)
	want := &spideriq.RateLimit{Limit: 100, Remaining: 87, Reset: time.Unix(1772119860, 0)}
	assertRateLimit(t, want, info.RateLimit)
}

func TestEveryUpdateParamReachesTheWireAlone(t *testing.T) {
	t.Parallel()
	for f := range reflect.TypeFor[spideriq.UpdateParams]().Fields() {
		var params spideriq.UpdateParams
		v, text := zeroPointer(t, f)
		reflect.ValueOf(&params).Elem().FieldByIndex(f.Index).Set(v)
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		_, err := newClient(t, api).Integrations.Update(t.Context(), 42, params)
		require.NoError(t, err)
		assert.Equal(t, `{"`+snakeCase(f.Name)+`":`+text+`}`, api.Requests()[0].Body)
	}
}

func TestUnknownEnumValuesAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	_, err := newClient(t, api).Integrations.Update(
		t.Context(), 42,
		spideriq.UpdateParams{
			SpendLimitPeriod: new(spideriq.SpendLimitPeriod("weekly")),
			SpendLimitAction: new(spideriq.SpendLimitAction(`"<&>`)),
		},
	)
	require.NoError(t, err)
	assert.JSONEq(t, `{"spend_limit_period": "weekly", "spend_limit_action": "\"<&>"}`, api.Requests()[0].Body)
}

func TestIDsAreSentExactly(t *testing.T) {
	t.Parallel()
	for id, want := range map[int64]string{
		1:             "/1",
		1<<53 + 1:     "/9007199254740993",
		math.MaxInt64: "/9223372036854775807",
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		require.NoError(t, newClient(t, api).Integrations.Delete(t.Context(), id))
		assert.Equal(t, spideriq.DefaultBaseURL+"/integrations"+want, api.Requests()[0].URL)
	}
}
