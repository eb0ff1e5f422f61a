package acceptance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// oddKey is no real key. Each encoding of a text changes it in another way.
const oddKey = `sk-"quoted"\back/slash&amp<tag>'it' plus+per%cent=é-0b5e77aa31`

// pemKey is no real key. It has several lines.
const pemKey = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" +
	"BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nMzEfYyjiWA4R4ypbcmjv9vtdWsGcGkYz\n-----END PRIVATE KEY-----\n"

// echoes are the ways in which a server may repeat a text.
var echoes = map[string]func(string) string{
	"as it is":     func(s string) string { return s },
	"JSON":         func(s string) string { return jsonText(s, true) },
	"plain JSON":   func(s string) string { return jsonText(s, false) },
	"JSON, slash":  func(s string) string { return strings.ReplaceAll(jsonText(s, true), "/", `\/`) },
	"JSON, upper":  func(s string) string { return strings.ReplaceAll(jsonText(s, true), `\u003c`, `\u003C`) },
	"HTML":         html.EscapeString,
	"HTML, names":  func(s string) string { return strings.ReplaceAll(html.EscapeString(s), "&#34;", "&quot;") },
	"HTML, hex":    func(s string) string { return strings.ReplaceAll(html.EscapeString(s), "&#39;", "&#x27;") },
	"query":        url.QueryEscape,
	"path":         url.PathEscape,
	"query, lower": func(s string) string { return lowerEscapes(url.QueryEscape(s)) },
	"quoted by Go": func(s string) string { return strings.Trim(strconv.Quote(s), `"`) },
	"ASCII by Go":  func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) },
}

// jsonText is s inside the quotes of a JSON string.
func jsonText(s string, escapeHTML bool) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(escapeHTML)
	_ = encoder.Encode(s) // a string can be encoded
	return strings.Trim(strings.TrimSpace(text.String()), `"`)
}

func lowerEscapes(s string) string {
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(s, strings.ToLower)
}

// createWith creates an integration with key, and returns the error of the answer.
func createWith(t *testing.T, key string, answer fakeapi.Reply) error {
	t.Helper()
	client := newClient(t, fakeapi.New(answer), oneAttempt)
	_, err := client.Integrations.Create(t.Context(), spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq,
		Credentials:  spideriq.Credentials{"api_key": key},
	})
	require.Error(t, err)
	return err
}

func TestSecretThatIsEchoedInAnotherEncodingIsHidden(t *testing.T) {
	t.Parallel()
	for name, encode := range echoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			echo := encode(oddKey)
			for _, answer := range []fakeapi.Reply{
				fakeapi.Respond(502, "POST refused: "+echo, "Content-Type: text/plain"),
				fakeapi.Respond(502, "<p>"+echo+"</p>", "Content-Type: text/html"),
				fakeapi.Respond(400, `{"error": "`+jsonText("not a key: "+echo, true)+`"}`),
				fakeapi.Respond(403, "{}", "X-Echo: "+strings.ReplaceAll(echo, "\n", " ")),
				fakeapi.Fail(errors.New("cannot send " + echo)),
			} {
				err := createWith(t, oddKey, answer)
				for how, text := range printed(err) {
					assert.NotContains(t, text, "0b5e77aa31", how)
					assert.NotContains(t, text, "sk-", how)
				}
			}
		})
	}
}

func TestKeyOfSeveralLinesIsHiddenHoweverItsLinesAreBroken(t *testing.T) {
	t.Parallel()
	lines := strings.Fields(strings.ReplaceAll(pemKey, " ", "_"))
	for name, echo := range map[string]string{
		"as it is":       pemKey,
		"CR LF":          strings.ReplaceAll(pemKey, "\n", "\r\n"),
		"one line":       strings.ReplaceAll(pemKey, "\n", " "),
		"joined":         strings.ReplaceAll(pemKey, "\n", ""),
		"backslash n":    strings.ReplaceAll(pemKey, "\n", `\n`),
		"JSON":           jsonText(pemKey, true),
		"quoted by Go":   strconv.Quote(pemKey),
		"query":          url.QueryEscape(pemKey),
		"one of them":    strings.Split(pemKey, "\n")[2],
		"indented":       strings.ReplaceAll(pemKey, "\n", "\n    "),
		"HTML of breaks": strings.ReplaceAll(pemKey, "\n", "<br>"),
	} {
		for _, answer := range []fakeapi.Reply{
			fakeapi.Respond(502, "bad key "+echo, "Content-Type: text/plain"),
			fakeapi.Respond(400, `{"error": "`+jsonText(echo, true)+`"}`),
		} {
			text := createWith(t, pemKey, answer).Error()
			for _, line := range lines[1 : len(lines)-1] {
				assert.NotContains(t, text, line, name)
			}
		}
	}
}

// The caller may change or wipe the map as soon as it likes.
func TestCredentialsAreReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		credentials := spideriq.Credentials{"api_key": fakeCredentials["api_key"]}
		wipe := func(then fakeapi.Reply) fakeapi.Reply {
			return func(req *http.Request) (*http.Response, error) {
				clear(credentials)
				credentials["api_key"] = "another"
				return then(req)
			}
		}
		echo := `{"error": "not a key: ` + fakeCredentials["api_key"] + `"}`
		api := fakeapi.New(wipe(fakeapi.Respond(429, echo, "Retry-After: 1")), wipe(fakeapi.Respond(400, echo)))
		_, err := newClient(t, api).Integrations.Create(t.Context(), spideriq.CreateParams{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  credentials,
		})
		assertNoSecret(t, err.Error())
		requests := api.Requests()
		require.Len(t, requests, 2)
		assert.Contains(t, requests[0].Body, fakeCredentials["api_key"])
		assert.Equal(t, requests[0].Body, requests[1].Body)
	})
}

// It has a meaning under the race detector only.
func TestCredentialsAreNotReadDuringTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		credentials := spideriq.Credentials{"api_key": fakeCredentials["api_key"]}
		began := make(chan struct{})
		api := fakeapi.New(func(req *http.Request) (*http.Response, error) {
			close(began)
			time.Sleep(time.Second)
			return fakeapi.Respond(400, `{"error": "no"}`)(req)
		})
		go func() {
			<-began
			credentials["api_key"] = "written while the call is under way"
		}()
		_, err := newClient(t, api).Integrations.Create(t.Context(), spideriq.CreateParams{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  credentials,
		})
		requireAs[*spideriq.BadRequestError](t, err)
	})
}

// A secret may contain what begins a query or a fragment. What comes before it is not shown
// either.
func TestSecretInALocationIsRedactedBeforeTheURLIsCut(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{"#", "?", "@"} {
		key := "sk-live-0123456789" + sign + "abcdef-tail99"
		for _, before := range []string{"https://login.example/echo/", "https://login.example/?key=", "https://"} {
			answer := fakeapi.Respond(302, "", "Location: "+before+key)
			_, err := newClient(t, fakeapi.New(answer)).Integrations.Create(t.Context(), spideriq.CreateParams{
				ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": key},
			})
			assert.NotContains(t, err.Error(), "0123456789", "%s%s", before, key)
			assert.NotContains(t, err.Error(), "abcdef", "%s%s", before, key)
		}
	}
}
