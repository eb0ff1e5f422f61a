package acceptance_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// What a server repeats of the request does not come back in an error.
func TestErrorsDoNotRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	key, label := fakeCredentials["api_key"], "label-of-a-customer"
	sent := `{"api_key": "` + key + `", "key_label": "` + label + `"}`
	page := func(before int) string {
		text := strings.Repeat("x", before) + " " + key + " " + fakeToken
		return "<html><!-- " + label + " --><body>" + text + "</body></html>"
	}
	answers := map[string]fakeapi.Reply{
		"validation input": fakeapi.Respond(
			422,
			`{"detail": [{"loc": ["body", "credentials"], "msg": "wrong", "type": "t", `+
				`"input": `+sent+`, "ctx": `+sent+`}]}`,
		),
		"what you sent": fakeapi.Respond(
			400,
			`{"error": {"code": "C", "message": "wrong", "what_you_sent": `+sent+`, `+
				`"suggested_action": "not `+label+`"}}`,
		),
		"message":         fakeapi.Respond(400, `{"error": "key `+key+` of `+fakeToken+`"}`),
		"escaped message": fakeapi.Respond(400, `{"error": "key \u0073`+key[1:]+` of \u0063`+fakeToken[1:]+`"}`),
		"code":            fakeapi.Respond(400, `{"error": {"code": "`+key+`", "message": "`+fakeToken+`"}}`),
		"part of token":   fakeapi.Respond(401, `{"detail": "unknown key `+strings.Split(fakeToken, ":")[1]+`"}`),
		"field path":      fakeapi.Respond(422, `{"detail": [{"loc": ["body", "`+key+`"], "msg": "`+fakeToken+`"}]}`),
		"python dict": fakeapi.Respond(
			400, `{"error": {"message": "{'input': '`+key+`', 'message': '`+fakeToken+`'}"}}`,
		),
		"unknown JSON": fakeapi.Respond(500, `{"request": `+sent+`, "authorization": "Bearer `+fakeToken+`"}`),
		"JSON array":   fakeapi.Respond(500, `[`+sent+`]`),
		"broken JSON":  fakeapi.Respond(500, `{"error": {"message": "`+key+` `+fakeToken),
		"plain text": fakeapi.Respond(
			502, "POST "+key+"\nAuthorization: Bearer "+fakeToken, "Content-Type: text/plain",
		),
		"header":          fakeapi.Respond(403, `{}`, "X-Request: "+sent+fakeToken),
		"content type":    fakeapi.Respond(200, "<html>", "Content-Type: text/html; "+fakeToken+key),
		"refused success": fakeapi.Respond(200, `{"success": false, "message": "`+key+`"}`),
		"invalid success": fakeapi.Respond(200, sent),
		"redirect":        fakeapi.Respond(302, page(0), "Location: https://evil.example/?t="+fakeToken),
	}
	for _, before := range []int{0, 440, 480, 490, 495, 500, 505, 508, 2030, 2040, 65_490, 65_500} {
		answers[fmt.Sprint("page of ", before)] = fakeapi.Respond(502, page(before), "Content-Type: text/html")
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, fakeapi.New(a), oneAttempt).Integrations.Create(
				t.Context(),
				spideriq.CreateParams{ProviderName: "groq", Credentials: fakeCredentials, KeyLabel: new(label)},
			)
			for how, text := range printed(err) {
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
			err := update(
				t.Context(),
				newClient(
					t, fakeapi.New(fakeapi.Respond(502, comment+fakeToken, "Content-Type: text/html")),
					oneAttempt,
				),
			)
			assert.NotContains(t, err.Error(), fakeToken[:8], "%d bytes of %d", shown, read)
		}
	}
}

func TestSecretThatBeginsWithAnotherIsHiddenWhole(t *testing.T) {
	t.Parallel()
	const longer = "sk-or-v1-0b5e77aa31-tail99"
	for range 20 { // the order of a map is random
		_, err := newClient(
			t, fakeapi.New(fakeapi.Respond(400, `{"error": "no: `+longer+`"}`)),
		).Integrations.Create(t.Context(),
			spideriq.CreateParams{
				ProviderName: "groq",
				Credentials:  spideriq.Credentials{"a": longer[:18], "b": longer, "c": longer[:9]},
			})
		require.ErrorContains(t, err, "400 Bad Request: no: ")
		require.NotContains(t, err.Error(), "tail99")
	}
}

func TestSecretOfTheCauseIsNotShown(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("request with %s and %s failed: %w", fakeToken, fakeCredentials["api_key"], io.ErrNoProgress)
	err := create(t.Context(), newClient(t, fakeapi.New(fakeapi.Fail(cause))))
	assertNoSecret(t, err.Error())
	assert.Contains(t, err.Error(), "failed")
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// A short word that happens to be in the token does not disappear from messages.
func TestMessagesKeepTheirWords(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"not:a:key", "key", "o"} {
		client, err := spideriq.NewClient(
			token, withTransport(fakeapi.New(fakeapi.Respond(404, `{"error": "not a key"}`))),
		)
		require.NoError(t, err)
		assert.ErrorContains(t, update(t.Context(), client), "404 Not Found: not a key")
	}
}

func TestSecretsAreHiddenFromFourBytesOnAndPartsOfATokenFromEight(t *testing.T) {
	t.Parallel()
	client, err := spideriq.NewClient(
		"seven77:eight888",
		withTransport(fakeapi.New(fakeapi.Respond(400, `{"error": "seven77 eight888 abc abcd"}`))),
	)
	require.NoError(t, err)
	short, err := spideriq.NewClient("1234", withTransport(fakeapi.New(fakeapi.Respond(400, `{"error": "123 1234"}`))))
	require.NoError(t, err)
	assert.Equal(t, "123 [redacted]", requireAs[*spideriq.BadRequestError](t, update(t.Context(), short)).Message)
	_, err = client.Integrations.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq",
		Credentials: spideriq.Credentials{"api_key": "abcd", "account_id": "abc"}})
	assert.Equal(t, "seven77 [redacted] abc [redacted]", requireAs[*spideriq.BadRequestError](t, err).Message)
}
