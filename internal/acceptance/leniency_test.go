package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// emptySuccesses are those with no body, or with no list.
var emptySuccesses = map[string]senselessSuccess{
	"empty":     {fakeapi.Respond(200, ""), "Delete"},
	"spaces":    {fakeapi.Respond(200, " \n"), "Delete"},
	"null list": {fakeapi.Respond(200, strings.Replace(successBody, "[]", "null", 1)), allEndpoints},
}

const allEndpoints = "Update List Create Delete Health SyncBilling Do"

func TestDeleteWithoutABodySucceeded(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 202, 204, 205} {
		api := fakeapi.New(fakeapi.Respond(status, ""))
		assert.NoError(t, remove(t.Context(), newClient(t, api)), status)
		assert.Len(t, api.Requests(), 1)
	}
}

func TestNullListIsAnEmptyList(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, `{"success": true, "integrations": null}`))
	rows, err := newClient(t, api).Integrations.List(t.Context(), spideriq.ListParams{})
	require.NoError(t, err)
	assert.NotNil(t, rows)
	assert.Empty(t, rows)
}

// A backend that writes whole numbers as decimals has made the change all the same.
func TestWholeNumbersAreReadHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"20000", "20000.0", "2e4", "2.0E+4", `"20000"`} {
		body := `{"integration": {"id": 42, "daily_limit": ` + number + `, "daily_count": ` + number + `}}`
		client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
		updated, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		require.NoError(t, err, number)
		assert.Equal(t, new(20000), updated.DailyLimit, number)
		assert.Equal(t, 20000, updated.DailyCount, number)
	}
}

func TestNumbersThatDoNotFitAreErrorsAndNotZero(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"20000.5", "1e30", "9223372036854775808", "-9223372036854775809", "1e-2"} {
		body := `{"integration": {"id": 42, "daily_limit": ` + number + `}}`
		client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
		_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		e := requireAs[*spideriq.InvalidResponseError](t, err)
		assert.Contains(t, e.Error(), "daily_limit", number)
		assert.True(t, e.MayHaveApplied)
	}
}

func TestOutOfDoIsReadAsForgivinglyAsAnIntegration(t *testing.T) {
	t.Parallel()
	type job struct {
		Count int             `json:"count"`
		Due   time.Time       `json:"due"`
		Price spideriq.Amount `json:"price"`
		Tags  []string        `json:"tags"`
	}
	body := `{"count": "7", "due": "2026-02-26 15:30:00", "price": "1.50", "tags": null}`
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
	var got job
	require.NoError(t, client.Do(t.Context(), "GET", "/jobs/7", nil, &got))
	assert.Equal(t, 7, got.Count)
	assert.Equal(t, spideriq.Amount("1.50"), got.Price)
	assert.True(t, documentedTime.Equal(got.Due), got.Due)
}

func TestBillingStatusIsOpen(t *testing.T) {
	t.Parallel()
	body := `{"synced": 1, "failed": 1, "results": [{"status": "success"}, {"status": "failed"}, {"status": "later"}]}`
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
	sync, err := client.Integrations.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	require.NoError(t, err)
	var statuses []spideriq.BillingStatus
	for _, result := range sync.Results {
		statuses = append(statuses, result.Status)
	}
	want := []spideriq.BillingStatus{spideriq.BillingStatusSuccess, spideriq.BillingStatusFailed, "later"}
	assert.Equal(t, want, statuses)
}
