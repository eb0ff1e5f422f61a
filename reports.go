package spideriq

import (
	"context"
	"net/http"
	"time"
)

// A HealthReport is what [IntegrationsService.Health] returns, as the API sent it:
// the rows need not add up to the summary.
type HealthReport struct {
	Summary         HealthSummary       `json:"summary"`
	Integrations    []IntegrationHealth `json:"integrations"`
	Recommendations []Recommendation    `json:"recommendations"`
}

// HealthSummary counts a brand's integrations by [HealthStatus].
type HealthSummary struct {
	Total     int `json:"total"`
	Healthy   int `json:"healthy"`
	Degraded  int `json:"degraded"`
	Unhealthy int `json:"unhealthy"`
}

// IntegrationHealth is one row of a [HealthReport].
type IntegrationHealth struct {
	ID                  int64        `json:"id"`
	ProviderName        string       `json:"provider_name"`
	KeyLabel            string       `json:"key_label"`
	HealthStatus        HealthStatus `json:"health_status"`
	ConsecutiveFailures int          `json:"consecutive_failures"`
	LastUsedAt          *time.Time   `json:"last_used_at"` // nil: never, or not readable
	LastError           *string      `json:"last_error"`   // nil: none
}

// A Recommendation is what the API advises to do about an integration.
type Recommendation struct {
	IntegrationID int64  `json:"integration_id"`
	ProviderName  string `json:"provider_name"`
	Issue         string `json:"issue"`
	Action        string `json:"action"`
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
	Synced          int             `json:"synced"`
	Failed          int             `json:"failed"`
	Results         []BillingResult `json:"results"`
	TotalBalance    *Amount         `json:"total_balance"`
	TotalUsageMonth *Amount         `json:"total_usage_month"`
}

// BillingResult is one row of a [BillingSync]. Amounts are in US dollars, and nil
// where the provider has no billing to ask (Note says so) or could not be asked
// (Error says why).
type BillingResult struct {
	ID           int64     `json:"id"`
	ProviderName string    `json:"provider_name"`
	Status       string    `json:"status"` // "success" or "failed"; the set is open
	Balance      *Amount   `json:"balance"`
	UsageToday   *Amount   `json:"usage_today"`
	UsageMonth   *Amount   `json:"usage_month"`
	SyncedAt     time.Time `json:"synced_at"` // zero: not told, or not readable
	Note         string    `json:"note"`
	Error        string    `json:"error"`
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
