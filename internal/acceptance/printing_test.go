package acceptance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// everyPrint returns v as each verb of fmt, both handlers of slog and encoding/json
// show it.
func printed(v any) map[string]string {
	prints := map[string]string{"Println": fmt.Sprintln(v), "Sprint": fmt.Sprint(v)}
	for _, verb := range []string{
		"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%c", "%U", "%e", "%b", "%o", "%z",
		"%10.3s", "%-+# 0v",
	} {
		prints[verb] = fmt.Sprintf(verb, v)
	}
	var text, jsonText bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "v", v, slog.Group("g", "v", v))
	slog.New(slog.NewJSONHandler(&jsonText, nil)).Info("x", "v", v, slog.Group("g", "v", v))
	prints["slog text"], prints["slog JSON"] = text.String(), jsonText.String()
	encoded, err := json.Marshal(v)
	prints["encoding/json"] = string(encoded) + fmt.Sprint(err)
	return prints
}

// echoed returns what is left of a call whose answer repeats, in body and header,
// all the secrets that it was sent.
func callEchoed(t testing.TB, status int) (spideriq.ResponseInfo, error) {
	var info spideriq.ResponseInfo
	body, err := json.Marshal(map[string]any{
		"error": map[string]any{
			"code":          "ECHO_" + fakeToken,
			"message":       "you sent " + fakeToken + " and " + fakeCredentials["api_key"],
			"what_you_sent": map[string]string(fakeCredentials),
		},
	})
	require.NoError(t, err)
	api := fakeapi.New(fakeapi.Respond(
		status, string(body), "X-Echo: Bearer "+fakeToken+" "+fakeCredentials["account_id"],
		"Content-Type: text/"+fakeToken,
	))
	err = create(t.Context(), newClient(t, api, oneAttempt), spideriq.WithResponseInfo(&info))
	require.Error(t, err)
	return info, err
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	params := &spideriq.CreateParams{ProviderName: "cloudflare", Credentials: fakeCredentials, DailyLimit: new(5)}
	info, badRequest := callEchoed(t, 400)
	_, serverError := callEchoed(t, 500)
	_, invalid := callEchoed(t, 200)
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return fakeToken, nil })
	type nested struct {
		Client      *spideriq.Client
		Copy        spideriq.Client
		Params      spideriq.CreateParams
		Pointer     *spideriq.CreateParams
		Credentials spideriq.Credentials
		Info        *spideriq.ResponseInfo
		Err         error
	}
	for name, v := range map[string]any{
		"client":           client,
		"service":          client.Integrations,
		"zero client":      new(spideriq.Client),
		"credentials":      &fakeCredentials,
		"create":           params,
		"creates":          []spideriq.CreateParams{*params},
		"creates by name":  map[string]*spideriq.CreateParams{"x": params},
		"pointers":         []*spideriq.CreateParams{params},
		"nested":           &nested{client, *client, *params, params, fakeCredentials, &info, badRequest},
		"bad request":      badRequest,
		"API error":        requireAs[*spideriq.APIError](t, badRequest),
		"server error":     serverError,
		"invalid response": invalid,
		"transport error": update(
			t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(fmt.Errorf("sent Bearer %s", fakeToken)))),
		),
		"wrapped":       fmt.Errorf("outer: %w", badRequest),
		"client option": source,
		"header option": spideriq.WithHeader("X-Key", fakeToken),
		"options": []any{
			source, spideriq.WithHeader("X-Key", fakeToken), spideriq.WithBaseURL("https://api.example"),
		},
		"response info":  &info,
		"response infos": []spideriq.ResponseInfo{info},
	} {
		t.Run(name, func(t *testing.T) {
			values := []any{v}
			if pointer := reflect.ValueOf(v); pointer.Kind() == reflect.Pointer {
				values = append(values, pointer.Elem().Interface())
			}
			for _, v := range values {
				for how, text := range printed(v) {
					assertNoSecret(t, text, "%T %s", v, how)
				}
			}
		})
	}
	// fmt calls no method for %p. It prints addresses, or a struct field by field.
	for _, v := range []any{client, *client, client.Integrations, fakeCredentials, params} {
		assertNoSecret(t, fmt.Sprintf("%p", v))
	}
}

func TestPrintsStayUseful(t *testing.T) {
	t.Parallel()
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	for _, verb := range []string{"%+v", "%#v", "%d"} {
		assert.Equal(t, "spideriq.Client(https://spideriq.ai/api/v1)", fmt.Sprintf(verb, client))
	}
	assert.Equal(t, "credentials[account_id api_key]", fmt.Sprintf("%#v", fakeCredentials))
	info, _ := callEchoed(t, 400)
	assert.Regexp(t, `^spideriq\.ResponseInfo\(status 400, \d+ bytes, 1 attempts\)$`, fmt.Sprintf("%#v", info))
	encoded, err := json.Marshal(info)
	require.NoError(t, err)
	assert.JSONEq(
		t, `{"StatusCode": 400, "Attempts": 1, "RateLimit": null}`, string(encoded),
		"base64 would hide a secret from a search",
	)
	assert.Contains(
		t, fmt.Sprintf("%+v", spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials}),
		"spideriq.CreateParams(groq, credentials[account_id api_key])",
	)
	var line bytes.Buffer
	params := spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials}
	slog.New(slog.NewJSONHandler(&line, nil)).Info("x", "params", params, "client", client)
	assert.Contains(
		t, line.String(),
		`"params":{"provider_name":"groq","credentials":"credentials[account_id api_key]"},`+
			`"client":"spideriq.Client(https://spideriq.ai/api/v1)"`,
	)
}

func TestSettingsPrintTheirValuesUnderEveryVerb(t *testing.T) {
	t.Parallel()
	params := spideriq.UpdateParams{DailyLimit: new(20000)}
	integration := spideriq.Integration{ID: 42, DailyLimit: new(20000)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		for _, value := range []any{params, &params, integration, &integration, []*spideriq.Integration{&integration}} {
			text := fmt.Sprintf(verb, value)
			assert.Contains(t, text, `"daily_limit":20000`, "%s of %T", verb, value)
			assert.NotContains(t, text, "0xc0")
		}
	}
}

func TestRowsAndReportsPrintTheirValues(t *testing.T) {
	t.Parallel()
	lastError := "quota exceeded"
	health := spideriq.IntegrationHealth{ID: 42, LastError: &lastError}
	billing := spideriq.BillingResult{ID: 42, Balance: new(spideriq.Amount("12.50"))}
	for _, c := range []struct {
		value any
		want  string
	}{
		{health, `"last_error":"quota exceeded"`},
		{spideriq.HealthReport{Integrations: []spideriq.IntegrationHealth{health}}, `"last_error":"quota exceeded"`},
		{billing, `"balance":12.50`},
		{spideriq.BillingSync{Results: []spideriq.BillingResult{billing}}, `"balance":12.50`},
	} {
		pointer := reflect.New(reflect.TypeOf(c.value))
		pointer.Elem().Set(reflect.ValueOf(c.value))
		for _, verb := range []string{"%v", "%+v", "%s"} {
			assert.Contains(t, fmt.Sprintf(verb, c.value), c.want)
			assert.Contains(t, fmt.Sprintf(verb, pointer.Interface()), c.want)
		}
	}
}

func TestLogOfAnIntegrationLeavesOutWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	logged := func(i spideriq.Integration) string {
		var line bytes.Buffer
		slog.New(slog.NewTextHandler(&line, nil)).Info("x", "i", &i)
		return line.String()
	}
	known := logged(spideriq.Integration{
		SpendLimitPeriod: spideriq.SpendLimitPeriodDaily, SpendLimitAction: spideriq.SpendLimitActionBlock,
		DailyLimit: new(5), UpdatedAt: time.Unix(0, 0).UTC(),
	})
	for _, name := range []string{
		"i.spend_limit_period=daily", "i.spend_limit_action=block", "i.daily_limit=5", "i.updated_at=1970",
	} {
		assert.Contains(t, known, name)
		key, _, _ := strings.Cut(name, "=")
		assert.NotContains(t, logged(spideriq.Integration{}), key)
	}
}
