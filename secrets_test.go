package spideriq_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

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
	body, err := json.Marshal(map[string]any{"error": map[string]any{"code": "ECHO_" + fakeToken, "message": "you sent " + fakeToken + " and " + fakeCredentials["api_key"], "what_you_sent": map[string]string(fakeCredentials)}})
	require.NoError(t, err)
	api := replying(answer(status, string(body), "X-Echo: Bearer "+fakeToken+" "+fakeCredentials["account_id"], "Content-Type: text/"+fakeToken))
	err = create(t.Context(), api.client(t, once), spideriq.WithResponseInfo(&info))
	require.Error(t, err)
	return info, err
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	t.Parallel()
	client := replying(answer(200, good)).client(t)
	params := &spideriq.CreateParams{ProviderName: "cloudflare", Credentials: fakeCredentials, DailyLimit: new(5)}
	info, badRequest := echoed(t, 400)
	_, serverError := echoed(t, 500)
	_, invalid := echoed(t, 200)
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
		"transport error":  update(t.Context(), replying(failing(fmt.Errorf("sent Bearer %s", fakeToken))).client(t)),
		"wrapped":          fmt.Errorf("outer: %w", badRequest),
		"client option":    source,
		"header option":    spideriq.WithHeader("X-Key", fakeToken),
		"options":          []any{source, spideriq.WithHeader("X-Key", fakeToken), spideriq.WithBaseURL("https://api.example")},
		"response info":    &info,
		"response infos":   []spideriq.ResponseInfo{info},
	} {
		t.Run(name, func(t *testing.T) {
			values := []any{v}
			if pointer := reflect.ValueOf(v); pointer.Kind() == reflect.Pointer {
				values = append(values, pointer.Elem().Interface())
			}
			for _, v := range values {
				for how, text := range everyPrint(v) {
					assertNoSecret(t, text, "%T %s", v, how)
				}
			}
		})
	}
	// fmt never asks a value how it wants %p; what it prints of a client by itself
	// is harmless too.
	for _, v := range []any{client, *client, client.Integrations, fakeCredentials, params} {
		assertNoSecret(t, fmt.Sprintf("%p", v))
	}
}

func TestPrintsStayUseful(t *testing.T) {
	t.Parallel()
	client := replying(answer(200, good)).client(t)
	for _, verb := range []string{"%+v", "%#v", "%d"} {
		assert.Equal(t, "spideriq.Client(https://spideriq.ai/api/v1)", fmt.Sprintf(verb, client))
	}
	assert.Equal(t, "credentials[account_id api_key]", fmt.Sprintf("%#v", fakeCredentials))
	info, _ := echoed(t, 400)
	assert.Regexp(t, `^spideriq\.ResponseInfo\(status 400, \d+ bytes, 1 attempts\)$`, fmt.Sprintf("%#v", info))
	encoded, err := json.Marshal(info)
	require.NoError(t, err)
	assert.JSONEq(t, `{"StatusCode": 400, "Attempts": 1, "RateLimit": null}`, string(encoded), "base64 would hide a secret from a search")
	assert.Contains(t, fmt.Sprintf("%+v", spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials}), "spideriq.CreateParams(groq, credentials[account_id api_key])")
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("x", "params", spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials}, "client", client)
	assert.Contains(t, line.String(), `"params":{"provider_name":"groq","credentials":"credentials[account_id api_key]"},"client":"spideriq.Client(https://spideriq.ai/api/v1)"`)
}

// What a server repeats of the request does not come back in an error.
func TestErrorsDoNotRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	key, label := fakeCredentials["api_key"], "label-of-a-customer"
	sent := `{"api_key": "` + key + `", "key_label": "` + label + `"}`
	page := func(before int) string {
		return "<html><!-- " + label + " --><body>" + strings.Repeat("x", before) + " " + key + " " + fakeToken + "</body></html>"
	}
	answers := map[string]reply{
		"validation input": answer(422, `{"detail": [{"loc": ["body", "credentials"], "msg": "wrong", "type": "t", "input": `+sent+`, "ctx": `+sent+`}]}`),
		"what you sent":    answer(400, `{"error": {"code": "C", "message": "wrong", "what_you_sent": `+sent+`, "suggested_action": "not `+label+`"}}`),
		"message":          answer(400, `{"error": "key `+key+` of `+fakeToken+`"}`),
		"escaped message":  answer(400, `{"error": "key \u0073`+key[1:]+` of \u0063`+fakeToken[1:]+`"}`),
		"code":             answer(400, `{"error": {"code": "`+key+`", "message": "`+fakeToken+`"}}`),
		"part of token":    answer(401, `{"detail": "unknown key `+strings.Split(fakeToken, ":")[1]+`"}`),
		"field path":       answer(422, `{"detail": [{"loc": ["body", "`+key+`"], "msg": "`+fakeToken+`"}]}`),
		"python dict":      answer(400, `{"error": {"message": "{'input': '`+key+`', 'message': '`+fakeToken+`'}"}}`),
		"unknown JSON":     answer(500, `{"request": `+sent+`, "authorization": "Bearer `+fakeToken+`"}`),
		"JSON array":       answer(500, `[`+sent+`]`),
		"broken JSON":      answer(500, `{"error": {"message": "`+key+` `+fakeToken),
		"plain text":       answer(502, "POST "+key+"\nAuthorization: Bearer "+fakeToken, "Content-Type: text/plain"),
		"header":           answer(403, `{}`, "X-Request: "+sent+fakeToken),
		"content type":     answer(200, "<html>", "Content-Type: text/html; "+fakeToken+key),
		"refused success":  answer(200, `{"success": false, "message": "`+key+`"}`),
		"invalid success":  answer(200, sent),
		"redirect":         answer(302, page(0), "Location: https://evil.example/?t="+fakeToken),
	}
	for _, before := range []int{0, 440, 480, 490, 495, 500, 505, 508, 2030, 2040, 65_490, 65_500} {
		answers[fmt.Sprint("page of ", before)] = answer(502, page(before), "Content-Type: text/html")
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := replying(a).client(t, once).Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials, KeyLabel: new(label)})
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
		for shown := 8; shown < len(fakeToken); shown += 7 {
			comment := "<!--" + strings.Repeat("x", read-shown-len("<!---->")) + "-->"
			err := update(t.Context(), replying(answer(502, comment+fakeToken, "Content-Type: text/html")).client(t, once))
			assert.NotContains(t, err.Error(), fakeToken[:8], "%d bytes of %d", shown, read)
		}
	}
}

func TestSecretThatBeginsWithAnotherIsHiddenWhole(t *testing.T) {
	t.Parallel()
	const longer = "sk-or-v1-0b5e77aa31-tail99"
	for range 20 { // the order of a map is random
		_, err := replying(answer(400, `{"error": "no: `+longer+`"}`)).client(t).Integrations.Create(t.Context(),
			spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"a": longer[:18], "b": longer, "c": longer[:9]}})
		require.ErrorContains(t, err, "400 Bad Request: no: ")
		require.NotContains(t, err.Error(), "tail99")
	}
}

func TestSecretOfTheCauseIsNotShown(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("request with %s and %s failed: %w", fakeToken, fakeCredentials["api_key"], io.ErrNoProgress)
	err := create(t.Context(), replying(failing(cause)).client(t))
	assertNoSecret(t, err.Error())
	assert.Contains(t, err.Error(), "failed")
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// A short word that happens to be in the token does not disappear from messages.
func TestMessagesKeepTheirWords(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"not:a:key", "key", "o"} {
		client, err := spideriq.NewClient(token, over(replying(answer(404, `{"error": "not a key"}`))))
		require.NoError(t, err)
		assert.ErrorContains(t, update(t.Context(), client), "404 Not Found: not a key")
	}
}

func TestSecretsAreHiddenFromFourBytesOnAndPartsOfATokenFromEight(t *testing.T) {
	t.Parallel()
	client, err := spideriq.NewClient("seven77:eight888", over(replying(answer(400, `{"error": "seven77 eight888 abc abcd"}`))))
	require.NoError(t, err)
	short, err := spideriq.NewClient("1234", over(replying(answer(400, `{"error": "123 1234"}`))))
	require.NoError(t, err)
	assert.Equal(t, "123 [redacted]", requireAs[*spideriq.BadRequestError](t, update(t.Context(), short)).Message)
	_, err = client.Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq",
		Credentials: spideriq.Credentials{"api_key": "abcd", "account_id": "abc"}})
	assert.Equal(t, "seven77 [redacted] abc [redacted]", requireAs[*spideriq.BadRequestError](t, err).Message)
}
