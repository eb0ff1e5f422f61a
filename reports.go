package spideriq

import (
	"context"
	"net/http"
	"time"
)

// A HealthReport is what [IntegrationsService.Health] returns, as the API sent it:
// the rows need not add up to the summary.
type HealthReport struct {
	Summary         HealthSummary
	Integrations    []IntegrationHealth
	Recommendations []Recommendation
}

// HealthSummary counts a brand's integrations by [HealthStatus].
type HealthSummary struct{ Total, Healthy, Degraded, Unhealthy int }

// IntegrationHealth is one row of a [HealthReport].
type IntegrationHealth struct {
	ID                  int64
	ProviderName        string
	KeyLabel            string
	HealthStatus        HealthStatus
	ConsecutiveFailures int
	LastUsedAt          *time.Time // nil: never, or not readable
	LastError           *string    // nil: none
}

// A Recommendation is what the API advises to do about an integration.
type Recommendation struct {
	IntegrationID int64
	ProviderName  string
	Issue         string
	Action        string
}

// Health returns how the keys of the pool have been doing. It is repeated like
// [IntegrationsService.Update] and returns the same errors.
//
// API: Integration Health, GET /api/v1/integrations/health.
func (s *IntegrationsService) Health(ctx context.Context, opts ...RequestOption) (*HealthReport, error) {
	return fetch[HealthReport](ctx, s, call{method: http.MethodGet, path: collection + "/health", repeat: true}, opts)
}

// SyncBillingParams choose the integrations that [IntegrationsService.SyncBilling]
// asks about. The zero value chooses all of them.
type SyncBillingParams struct {
	ProviderName string `url:"provider_name,omitempty"`
}

// A BillingSync is what [IntegrationsService.SyncBilling] returns, as the API sent
// it: the rows need not add up to the counts.
type BillingSync struct {
	Synced, Failed  int
	Results         []BillingResult
	TotalBalance    *Amount
	TotalUsageMonth *Amount
}

// BillingResult is one row of a [BillingSync]. Amounts are in US dollars, and nil
// where the provider has no billing to ask (Note says so) or could not be asked
// (Error says why).
type BillingResult struct {
	ID           int64
	ProviderName string
	Status       string // "success" or "failed"; the set is open
	Balance      *Amount
	UsageToday   *Amount
	UsageMonth   *Amount
	SyncedAt     time.Time // zero: not told, or not readable
	Note         string
	Error        string
}

// SyncBilling makes the API ask the providers for balances and usage, and returns
// what they said. Spend limits take effect on it. The API asks while the call
// waits, so it may be slow: see [WithAttemptTimeout].
//
// A provider that could not be asked is a row with Status "failed", not an error.
// SyncBilling is repeated like [IntegrationsService.Update] and returns the same
// errors.
//
// API: Sync Billing, POST /api/v1/integrations/sync-billing.
func (s *IntegrationsService) SyncBilling(ctx context.Context, params SyncBillingParams, opts ...RequestOption) (*BillingSync, error) {
	opts = append([]RequestOption{WithQuery(params)}, opts...)
	return fetch[BillingSync](ctx, s, call{method: http.MethodPost, path: collection + "/sync-billing", repeat: true}, opts)
}
