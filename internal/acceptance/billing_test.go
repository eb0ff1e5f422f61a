package acceptance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestSyncBillingIsTheDocumentedCall(t *testing.T) {
	t.Parallel()
	want := documentedRequest{"POST", "/integrations/sync-billing?provider_name=a+b", ""}
	got := callDocumented(t, "sync-billing-200", want,
		func(s *spideriq.IntegrationsService) (*spideriq.BillingSync, error) {
			return s.SyncBilling(t.Context(), spideriq.SyncBillingParams{ProviderName: "a b"})
		})
	assert.Equal(t, &spideriq.BillingSync{
		Synced:       1,
		Failed:       1,
		TotalBalance: new(spideriq.Amount("12.50")),
		Results: []spideriq.BillingResult{
			{
				ID:           7,
				ProviderName: "groq",
				Status:       "success",
				Balance:      new(spideriq.Amount("12.50")),
				UsageToday:   new(spideriq.Amount("0.10")),
				UsageMonth:   new(spideriq.Amount("3")),
				SyncedAt:     documentedTime,
			},
			{ID: 8, Status: "failed", Error: "invalid key"},
			{ID: 9, Status: "success", Note: "no billing"},
		},
	}, got)
}
