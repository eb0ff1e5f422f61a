package acceptance_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

const largestHeader = 64 << 10 // what an error keeps

func TestErrorKeepsAHeaderOf64KiB(t *testing.T) {
	t.Parallel()
	for surplus, kept := range map[int]bool{0: true, 1: false} {
		value := strings.Repeat("x", largestHeader-len("A-Long")+surplus)
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, "", "A-Long: "+value))))
		assert.Equal(t, kept, requireAs[*spideriq.APIError](t, err).Header.Get("A-Long") != "", surplus)
	}
}

func TestLocationOf64KiBIsShownInPart(t *testing.T) {
	t.Parallel()
	for surplus, shown := range map[int]bool{0: true, 1: false} {
		const origin = "https://login.example/"
		location := origin + strings.Repeat("x", largestHeader-len(origin)+surplus)
		answer := fakeapi.Respond(302, "", "Location: "+location)
		err := update(t.Context(), newClient(t, fakeapi.New(answer)))
		assert.Equal(t, shown, strings.Contains(err.Error(), "login.example/xxx"), surplus)
	}
}

func TestOnlyA3xxWithALocationIsARedirect(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]fakeapi.Reply{
		"no Location":      fakeapi.Respond(304, ""),
		"another status":   fakeapi.Respond(400, "", "Location: https://login.example/"),
		"neither":          fakeapi.Respond(400, ""),
		"a server's error": fakeapi.Respond(501, "", "Location: https://login.example/"),
	} {
		err := update(t.Context(), newClient(t, fakeapi.New(answer)))
		assert.NotContains(t, err.Error(), "redirects", name)
	}
}

func TestPauseIsShownInWholeSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		left time.Duration
		want string
	}{
		{29500 * time.Millisecond, "a pause of 30s,"},
		{1001 * time.Millisecond, "a pause of 2s,"},
		{time.Second, "a pause of 1s,"},
		{400 * time.Millisecond, "a pause of 400ms,"},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, fakeapi.New(fakeapi.Respond(429, refusalBody, "Retry-After: 30")))
			require.Error(t, update(t.Context(), client, spideriq.WithMaxAttempts(1)))
			time.Sleep(30*time.Second - tt.left)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			err := update(ctx, client)
			assert.ErrorContains(t, err, tt.want)
			assert.Equal(t, tt.left, requireAs[*spideriq.RateLimitError](t, err).RetryAfter)
		})
	}
}

func TestRowWithoutAnIDIsNamed(t *testing.T) {
	t.Parallel()
	body := `{"success": true, "integrations": [{"id": 1}, {"id": 0}]}`
	err := list(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(200, body))))
	assert.ErrorContains(t, err, "integrations: row 2: id is missing")
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
