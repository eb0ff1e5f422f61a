package spideriq_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// stubCredentials are no real ones.
var stubCredentials = spideriq.Credentials{"api_key": "sk-or-v1-0b5e77aa31", "account_id": "acct-4411f0"}

// assertNoSecret looks for the token, its parts and the credentials in text.
func assertNoSecret(t testing.TB, text string, about ...any) {
	t.Helper()
	secrets := append(strings.Split(stubToken, ":"), stubCredentials["api_key"], stubCredentials["account_id"])
	for _, secret := range secrets {
		assert.NotContains(t, strings.ToLower(text), secret, about...)
		assert.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", secret), about...)
	}
}

// everyPrint returns v as each verb of fmt, both handlers of slog and encoding/json
// show it.
func everyPrint(v any) map[string]string {
	prints := map[string]string{"Println": fmt.Sprintln(v), "Sprint": fmt.Sprint(v)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%c", "%U", "%e", "%b", "%o", "%z", "%10.3s", "%-+# 0v"} {
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
func echoed(t testing.TB, status int) (spideriq.ResponseInfo, error) {
	var info spideriq.ResponseInfo
	body, err := json.Marshal(map[string]any{"error": map[string]any{"code": "ECHO_" + stubToken, "message": "you sent " + stubToken + " and " + stubCredentials["api_key"], "what_you_sent": map[string]string(stubCredentials)}})
	require.NoError(t, err)
	api := answering(answer(status, string(body), "X-Echo", "Bearer "+stubToken+" "+stubCredentials["account_id"], "Content-Type", "text/"+stubToken))
	_, err = api.client(t).Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "cloudflare", Credentials: stubCredentials}, spideriq.WithResponseInfo(&info))
	require.Error(t, err)
	return info, err
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	t.Parallel()
	client := answering(answer(200, updated)).client(t)
	params := spideriq.CreateParams{ProviderName: "cloudflare", Credentials: stubCredentials, DailyLimit: new(5)}
	info, badRequest := echoed(t, 400)
	_, serverError := echoed(t, 500)
	_, invalid := echoed(t, 200)
	api, ok := errors.AsType[*spideriq.APIError](badRequest)
	require.True(t, ok)
	transportError := answering(failing(fmt.Errorf("sent Bearer %s", stubToken))).client(t).Integrations.Delete(t.Context(), 42)
	broken, ok := errors.AsType[*spideriq.TransportError](transportError)
	require.True(t, ok)
	source := spideriq.WithTokenSource(func(context.Context) (string, error) { return stubToken, nil })
	type nested struct {
		Client      *spideriq.Client
		Copy        spideriq.Client
		Params      spideriq.CreateParams
		Credentials spideriq.Credentials
		Err         error
	}
	for name, v := range map[string]any{
		"client":              client,
		"copy of client":      *client,
		"service":             client.Integrations,
		"copy of service":     *client.Integrations,
		"zero client":         new(spideriq.Client),
		"credentials":         stubCredentials,
		"credentials pointer": &stubCredentials,
		"create":              params,
		"create pointer":      &params,
		"creates":             []spideriq.CreateParams{params},
		"nested":              nested{client, *client, params, stubCredentials, badRequest},
		"nested pointer":      &nested{client, *client, params, stubCredentials, badRequest},
		"bad request":         badRequest,
		"copy of bad request": *badRequest.(*spideriq.BadRequestError),
		"API error":           api,
		"copy of API error":   *api,
		"server error":        serverError,
		"invalid response":    invalid,
		"copy of invalid":     *invalid.(*spideriq.InvalidResponseError),
		"transport error":     transportError,
		"copy of transport":   *broken,
		"wrapped":             fmt.Errorf("outer: %w", badRequest),
		"client option":       source,
		"header option":       spideriq.WithHeader("X-Key", stubToken),
		"options":             []any{source, spideriq.WithHeader("X-Key", stubToken), spideriq.WithBaseURL("https://api.example")},
	} {
		t.Run(name, func(t *testing.T) {
			for how, text := range everyPrint(v) {
				assertNoSecret(t, text, how)
			}
		})
	}
	// fmt never asks a value how it wants %p; what it prints of a client by itself
	// is harmless too.
	for _, v := range []any{client, *client, client.Integrations, stubCredentials, &params} {
		assertNoSecret(t, fmt.Sprintf("%p", v))
	}
	for _, v := range []any{info, &info, []spideriq.ResponseInfo{info}, struct{ Info *spideriq.ResponseInfo }{&info}} {
		for how, text := range everyPrint(v) {
			if !strings.Contains(how, "JSON") && how != "encoding/json" {
				assertNoSecret(t, text, how)
			}
		}
	}
}

func TestPointersToCreateParamsInsideOthersShowNoSecret(t *testing.T) {
	t.Parallel()
	params := &spideriq.CreateParams{ProviderName: "cloudflare", Credentials: stubCredentials}
	for _, v := range []any{[]*spideriq.CreateParams{params}, map[string]*spideriq.CreateParams{"x": params}, struct{ P *spideriq.CreateParams }{params}} {
		for how, text := range everyPrint(v) {
			assertNoSecret(t, text, how)
		}
	}
}

func TestResponseInfoInJSONShowsNoSecret(t *testing.T) {
	t.Parallel()
	info, _ := echoed(t, 400)
	for _, v := range []any{info, &info, []spideriq.ResponseInfo{info}, struct{ Info *spideriq.ResponseInfo }{&info}} {
		prints := everyPrint(v)
		assertNoSecret(t, prints["slog JSON"])
		assertNoSecret(t, prints["encoding/json"])
	}
}

func TestPrintsStayUseful(t *testing.T) {
	t.Parallel()
	client := answering(answer(200, updated)).client(t)
	for _, verb := range []string{"%+v", "%#v", "%d"} {
		assert.Equal(t, "spideriq.Client(https://spideriq.ai/api/v1)", fmt.Sprintf(verb, client))
	}
	assert.Equal(t, "credentials[account_id api_key]", fmt.Sprintf("%#v", stubCredentials))
	assert.Contains(t, fmt.Sprintf("%+v", spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials}), "spideriq.CreateParams(groq, credentials[account_id api_key])")
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("x", "params", spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials}, "client", client)
	assert.Contains(t, line.String(), `"params":{"provider_name":"groq","credentials":"credentials[account_id api_key]"},"client":"spideriq.Client(https://spideriq.ai/api/v1)"`)
}

// What a server repeats of the request does not come back in an error.
func TestErrorsDoNotRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	key, label := stubCredentials["api_key"], "label-of-a-customer"
	sent := `{"api_key": "` + key + `", "key_label": "` + label + `"}`
	page := func(before int) string {
		return "<html><!-- " + label + " --><body>" + strings.Repeat("x", before) + " " + key + " " + stubToken + "</body></html>"
	}
	answers := map[string]stubAnswer{
		"validation input": answer(422, `{"detail": [{"loc": ["body", "credentials"], "msg": "wrong", "type": "t", "input": `+sent+`, "ctx": `+sent+`}]}`),
		"what you sent":    answer(400, `{"error": {"code": "C", "message": "wrong", "what_you_sent": `+sent+`, "suggested_action": "not `+label+`"}}`),
		"message":          answer(400, `{"error": "key `+key+` of `+stubToken+`"}`),
		"escaped message":  answer(400, `{"error": "key \u0073`+key[1:]+` of \u0063`+stubToken[1:]+`"}`),
		"code":             answer(400, `{"error": {"code": "`+key+`", "message": "`+stubToken+`"}}`),
		"part of token":    answer(401, `{"detail": "unknown key `+strings.Split(stubToken, ":")[1]+`"}`),
		"field path":       answer(422, `{"detail": [{"loc": ["body", "`+key+`"], "msg": "`+stubToken+`"}]}`),
		"python dict":      answer(400, `{"error": {"message": "{'input': '`+key+`', 'message': '`+stubToken+`'}"}}`),
		"unknown JSON":     answer(500, `{"request": `+sent+`, "authorization": "Bearer `+stubToken+`"}`),
		"JSON array":       answer(500, `[`+sent+`]`),
		"broken JSON":      answer(500, `{"error": {"message": "`+key+` `+stubToken),
		"plain text":       answer(502, "POST "+key+"\nAuthorization: Bearer "+stubToken, "Content-Type", "text/plain"),
		"header":           answer(403, `{}`, "X-Request", sent+stubToken),
		"content type":     answer(200, "<html>", "Content-Type", "text/html; "+stubToken+key),
		"refused success":  answer(200, `{"success": false, "message": "`+key+`"}`),
		"invalid success":  answer(200, sent),
		"redirect":         answer(302, page(0), "Location", "https://evil.example/?t="+stubToken),
	}
	for _, before := range []int{0, 440, 480, 490, 495, 500, 505, 508, 2030, 2040, 65_490, 65_500} {
		answers[fmt.Sprint("page of ", before)] = answer(502, page(before), "Content-Type", "text/html")
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(a).client(t).Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials, KeyLabel: new(label)})
			for how, text := range everyPrint(err) {
				assertNoSecret(t, text, how)
				assert.NotContains(t, text, key[:9], how) // as the start of what was cut
				if name != "header" {
					assert.NotContains(t, text, label, how)
				}
			}
		})
	}
}

func TestSecretAtTheEndOfALongPageIsNotShownInPart(t *testing.T) {
	t.Parallel()
	for _, read := range []int{32 << 10, 64 << 10, 128 << 10, 4 << 20} { // where reading may end
		for shown := 8; shown < len(stubToken); shown += 7 {
			comment := "<!--" + strings.Repeat("x", read-shown-len("<!---->")) + "-->"
			err := answering(answer(502, comment+stubToken, "Content-Type", "text/html")).client(t).Integrations.Delete(t.Context(), 42)
			assert.NotContains(t, err.Error(), stubToken[:8], "%d bytes of %d", shown, read)
		}
	}
}

func TestSecretThatBeginsWithAnotherIsHiddenWhole(t *testing.T) {
	t.Parallel()
	const longer = "sk-or-v1-0b5e77aa31-tail99"
	for range 20 { // the order of a map is random
		_, err := answering(answer(400, `{"error": "no: `+longer+`"}`)).client(t).Integrations.Create(t.Context(),
			spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"a": longer[:18], "b": longer, "c": longer[:9]}})
		require.ErrorContains(t, err, "400 Bad Request: no: ")
		require.NotContains(t, err.Error(), "tail99")
	}
}

func TestSecretOfTheCauseIsNotShown(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("request with %s and %s failed: %w", stubToken, stubCredentials["api_key"], io.ErrNoProgress)
	_, err := answering(failing(cause)).client(t).Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials})
	assertNoSecret(t, err.Error())
	assert.Contains(t, err.Error(), "failed")
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// A short word that happens to be in the token does not disappear from messages.
func TestMessagesKeepTheirWords(t *testing.T) {
	t.Parallel()
	client, err := spideriq.NewClient("not:a:key", spideriq.WithHTTPClient(&http.Client{Transport: answering(answer(404, `{"error": "not a key"}`))}))
	require.NoError(t, err)
	assert.ErrorContains(t, client.Integrations.Delete(t.Context(), 42), "404 Not Found: not a key")
}

func TestTokenIsOnlyInItsHeader(t *testing.T) {
	t.Parallel()
	api := answering(answer(201, updated))
	_, err := api.client(t).Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials})
	require.NoError(t, err)
	sent := api.requests()[0]
	assert.Equal(t, []string{"Bearer " + stubToken}, sent.Header.Values("Authorization"))
	sent.Header.Del("Authorization")
	assert.NotContains(t, fmt.Sprint(sent), "9c27d03e")
}

const chattyProcess = "SPIDERIQ_TEST_CHATTY_PROCESS"

// TestChattyProcess is the program that TestOutputOfAProgramHasNoSecret runs.
func TestChattyProcess(t *testing.T) {
	if os.Getenv(chattyProcess) == "" {
		t.Skip("run by another test")
	}
	synctest.Test(t, func(t *testing.T) {
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
		echo := fmt.Sprintf(`{"error": {"code": "C", "message": "%s %s", "what_you_sent": %q}}`, stubToken, stubCredentials["api_key"], stubToken)
		api := answering(answer(503, echo), failing(fmt.Errorf("%s: %w", stubToken, io.EOF)), answer(200, updated), answer(400, echo, "X-Echo", stubToken))
		client := api.client(t, spideriq.WithLogger(slog.Default()), spideriq.WithRetryPolicy(spideriq.RetryPolicy{}), spideriq.WithAttemptTimeout(time.Minute))
		params := spideriq.CreateParams{ProviderName: "groq", Credentials: stubCredentials}
		var info spideriq.ResponseInfo
		updated, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{IsActive: new(false)}, spideriq.WithResponseInfo(&info), spideriq.WithHeader("X-Key", stubToken))
		fmt.Printf("%v %+v %#v %v %+v\n", updated, client, client, err, info)
		_, err = client.Integrations.Create(t.Context(), params, spideriq.WithResponseInfo(&info))
		fmt.Printf("%v %+v %#v %+v %#v\n", err, err, err, info, params)
		slog.Error("failed", "error", err, "params", params, "client", client, "info", info)
		_, err = spideriq.NewClient("Bearer " + stubToken)
		fmt.Println(err)
	})
}

func TestOutputOfAProgramHasNoSecret(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), program, "-test.run=^TestChattyProcess$", "-test.v")
	run.Env = slices.Concat(os.Environ(), []string{chattyProcess + "=1"})
	output, err := run.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assertNoSecret(t, string(output))
	assert.Equal(t, 4, strings.Count(string(output), `msg="spideriq: attempt"`), "%s", output)
	assert.Equal(t, 2, strings.Count(string(output), `msg="spideriq: another attempt"`), "%s", output)
	assert.Contains(t, string(output), "[redacted]")
}

func TestClientIsSilentByDefault(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), program, "-test.run=^TestQuietProcess$")
	run.Env = slices.Concat(os.Environ(), []string{chattyProcess + "=1"})
	output, err := run.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Regexp(t, `\A(warning: .*\n|PASS\n|coverage: .*\n)*\z`, string(output))
}

// TestQuietProcess is the program that TestClientIsSilentByDefault runs.
func TestQuietProcess(t *testing.T) {
	if os.Getenv(chattyProcess) == "" {
		t.Skip("run by another test")
	}
	synctest.Test(t, func(t *testing.T) {
		client := answering(answer(503, "{}"), failing(io.EOF)).client(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{}))
		assert.Error(t, client.Integrations.Delete(t.Context(), 42))
	})
}
