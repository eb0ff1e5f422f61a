package acceptance_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// spendBudget makes calls fail until the client retries no more.
func spendBudget(t *testing.T, client *spideriq.Client, api *fakeapi.API) {
	t.Helper()
	api.Restart(fakeapi.Respond(503, refusalBody))
	for range 200 {
		require.Error(t, update(t.Context(), client))
	}
	attempts, _ := outcomeOf(update(t.Context(), client))
	require.Equal(t, 1, attempts, "the budget is spent")
}

// retries reports whether the client tries again after a lost connection.
func retries(t *testing.T, client *spideriq.Client, api *fakeapi.API) bool {
	t.Helper()
	api.Restart(fakeapi.Fail(fakeapi.ErrReset), fakeapi.Respond(200, successBody))
	return update(t.Context(), client) == nil
}

func TestAnyAnswerButAFailureOfTheServerRefillsTheBudget(t *testing.T) {
	t.Parallel()
	for status, refills := range map[int]bool{
		200: true, 302: true, 400: true, 401: true, 403: true, 404: true, 409: true, 422: true, 423: true,
		429: false, 501: false, 505: false, 599: false,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := fakeapi.New(fakeapi.Respond(503, refusalBody))
				client := newClient(t, api)
				spendBudget(t, client, api)
				api.Restart(fakeapi.Respond(status, successBody))
				for range 20 {
					_ = update(t.Context(), client)
				}
				assert.Equal(t, refills, retries(t, client, api))
			})
		})
	}
}

func TestRefusalAfterRetriesGivesTheirCostBackToTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := []fakeapi.Reply{
			fakeapi.Respond(503, refusalBody), fakeapi.Respond(503, refusalBody), fakeapi.Respond(404, refusalBody),
		}
		api := fakeapi.New(slices.Repeat(one, 500)...)
		client := newClient(t, api)
		for range 500 {
			e := requireAs[*spideriq.NotFoundError](t, update(t.Context(), client))
			require.Equal(t, 3, e.Attempts)
		}
	})
}
