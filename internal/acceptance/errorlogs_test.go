package acceptance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// logged returns the fields of err in a line of slog's JSON handler.
func logged(t *testing.T, err error) map[string]any {
	t.Helper()
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Error("x", "failure", err)
	var record struct {
		Failure map[string]any `json:"failure"`
	}
	require.NoError(t, json.Unmarshal(line.Bytes(), &record), line.String())
	return record.Failure
}

func TestErrorsAreLoggedAsTheirTextAndTheirParts(t *testing.T) {
	t.Parallel()
	e := &spideriq.APIError{
		StatusCode: 429, Code: "c", Message: "m", Method: "PATCH", Path: "/integrations/42",
		RetryAfter: time.Second, Attempts: 2, MayHaveApplied: true,
	}
	parts := map[string]any{
		"error": e.Error(), "method": "PATCH", "path": "/integrations/42", "status": 429.0, "code": "c",
		"message": "m", "retry_after": 1e9, "attempts": 2.0, "may_have_applied": true,
	}
	for _, err := range errorFamily(e) {
		assert.Equal(t, parts, logged(t, err), "%T", err)
	}
	lost := &spideriq.TransportError{Method: "PATCH", Path: "/x", Attempts: 2, MayHaveApplied: true, Err: io.EOF}
	assert.Equal(t, map[string]any{
		"error": lost.Error(), "method": "PATCH", "path": "/x", "attempts": 2.0, "may_have_applied": true,
	}, logged(t, lost))
	invalid := &spideriq.InvalidResponseError{
		StatusCode: 200, ContentType: "text/html", Method: "GET", Path: "/x", Attempts: 1, Err: errors.New("not JSON"),
	}
	assert.Equal(t, map[string]any{
		"error": invalid.Error(), "method": "GET", "path": "/x", "status": 200.0, "content_type": "text/html",
		"attempts": 1.0,
	}, logged(t, invalid))
	argument := &spideriq.ArgumentError{Method: "PATCH", Path: "/x", Err: errors.New("id 0")}
	assert.Equal(t, map[string]any{"error": argument.Error(), "method": "PATCH", "path": "/x"}, logged(t, argument))
}

func TestLoggedErrorsHaveNoEmptyParts(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&spideriq.APIError{StatusCode: 404}, &spideriq.TransportError{Err: io.EOF},
		&spideriq.InvalidResponseError{StatusCode: 200, Err: io.EOF}, &spideriq.ArgumentError{Err: errors.New("x")},
	} {
		for key, value := range logged(t, err) {
			assert.NotContains(t, []any{"", 0.0, false, nil}, value, "%T: %s", err, key)
		}
	}
}

func TestLoggedErrorsAreBoundedAndBeginWithTheirText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 400_000)
	for _, err := range []error{
		&spideriq.APIError{StatusCode: 404, Code: long, Message: long, Method: long, Path: long},
		&spideriq.TransportError{Method: "GET", Path: long, Err: errors.New(long)},
		&spideriq.InvalidResponseError{StatusCode: 200, ContentType: long, Err: errors.New(long)},
		&spideriq.ArgumentError{Path: long, Err: errors.New(long)},
	} {
		value := slog.AnyValue(err).Resolve()
		require.Equal(t, slog.KindGroup, value.Kind(), "%T", err)
		assert.Equal(t, "error", value.Group()[0].Key, "%T", err)
		assert.Equal(t, err.Error(), value.Group()[0].Value.String())
		assert.Less(t, len(value.String()), 8192, "%T", err)
		assert.Less(t, len(err.Error()), 4096, "%T", err)
	}
}

// notLogged are texts that no log line has in it.
var notLogged = []string{"Bearer", "hidden", "groq", "of-the-answer", "?"}
