package acceptance_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestNothingIsPrintedUnlessALoggerIsGiven(t *testing.T) {
	t.Parallel()
	if os.Getenv(childVariable) != "" {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(
				t,
				fakeapi.New(
					fakeapi.Fail(fakeapi.ErrReset), fakeapi.Respond(503, refusalBody, "Location: ::"),
					fakeapi.Respond(429, refusalBody),
				),
			)
			for _, call := range endpoints {
				_ = call(t.Context(), client)
			}
			_ = update(t.Context(), newClient(t, nil, spideriq.WithBaseURL("http://127.0.0.1:1")))
			os.Exit(0) // before the test says that it has passed
		})
	}
	assert.Empty(t, runAsChild(t, t.Name()))
}

func TestLogTellsOfAttemptsAndNothingSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := spideriq.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		quotes := func(req *http.Request) (*http.Response, error) {
			return nil, &net.OpError{
				Op:  "read",
				Err: fmt.Errorf("%w of %s to %s", syscall.ECONNRESET, req.Header["Authorization"], req.URL),
			}
		}
		quotesAll := func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot send %v", req.Header)
		}
		echo := `{"error": {"code": "` + fakeToken + `", "message": "` + fakeCredentials["api_key"] + `"}}`
		hidden := spideriq.WithQuery(struct{ Q string }{"hidden"})
		require.NoError(
			t,
			list(
				t.Context(),
				newClient(
					t,
					fakeapi.New(
						quotes, fakeapi.Respond(503, echo, "Retry-After: 7", "X-Request-Id: of-the-answer"),
						fakeapi.Respond(200, successBody),
					),
					logger,
				),
				hidden,
			),
		)
		require.Error(t, create(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(503, echo)), logger)))

		text := log.String()
		for _, secret := range notLogged {
			assert.NotContains(t, text, secret)
		}
		assert.Equal(t, 2, strings.Count(text, `"DEBUG"`), "the last attempts")
		assert.Equal(t, 2, strings.Count(text, `"WARN"`), "attempts that another follows")
		assert.Contains(t, text, `"path":"/integrations"`)
		assert.Contains(t, text, `"method":"GET"`)
		assert.Contains(t, text, `"status":503`)

		require.Error(t, update(t.Context(), newClient(t, fakeapi.New(quotesAll), logger)))
		assert.Contains(t, log.String(), "cannot send")
		assertNoSecret(t, log.String())
	})
}

func TestLogTellsHowLongAnAttemptTookAndTheNextOneWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		slow := func(req *http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return fakeapi.Respond(200, successBody)(req)
		}
		require.NoError(t, update(t.Context(), newClient(t, fakeapi.New(
			fakeapi.Respond(429, refusalBody, "Retry-After: 7"), slow,
		), spideriq.WithLogger(slog.New(slog.NewTextHandler(&log,
			&slog.HandlerOptions{Level: slog.LevelDebug}))))))
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 2)
		assert.Regexp(t, `level=WARN .* attempt=1 status=429 .* took=0s wait=[78]`, lines[0])
		assert.Regexp(t, `level=DEBUG .* attempt=2 status=200 .* took=3s wait=0s$`, lines[1])
	})
}
