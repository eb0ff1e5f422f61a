package main

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// What a provider says may quote a key.
func TestTextsOfProvidersAreShownWithoutKeys(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api)
	const key = "sk-or-v1-0123456789abcdef0123456789abcdef"
	api.Fail(spideriqtest.Status(http.StatusOK, `{"success": true, "summary": {"total": 1}, "recommendations": [],
		"integrations": [{"id": 42, "last_error": "the key `+key+` is unknown"}]}`))
	text := textOf(t, p.call("integration_health", `{}`))
	assert.Contains(t, text, "the key [removed] is unknown")
	assert.NotContains(t, text, key)

	api.Fail(spideriqtest.Status(http.StatusOK, `{"success": true, "synced": 0, "failed": 1, "results": [
		{"id": 42, "status": "failed", "error": "`+key+` was refused", "note": "see `+key+`"}]}`))
	text = textOf(t, p.call("sync_billing", `{}`))
	assert.Contains(t, text, "[removed] was refused")
	assert.NotContains(t, text, key)
}

// The API asks the providers while the call waits.
func TestABillingSyncMayTakeMinutes(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	synctest.Test(t, func(t *testing.T) {
		client := api.Client(spideriq.WithHTTPClient(&http.Client{Transport: api.Transport()}))
		tools := &tools{integrations: client.Integrations, listing: newListing(client.Integrations, time.Hour)}
		api.Fail(spideriqtest.Delay(4 * time.Minute))
		_, err := tools.syncBilling(t.Context(), syncArguments{})
		require.NoError(t, err)
	})
	assert.Len(t, api.Requests(), 1, "it was not sent again")
}
