package spideriq

import (
	"cmp"
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

func (h *HealthReport) decode(v value) error {
	n, err := v.into(field{"summary", &h.Summary},
		field{"integrations", (*rows[IntegrationHealth, *IntegrationHealth])(&h.Integrations)},
		field{"recommendations", (*rows[Recommendation, *Recommendation])(&h.Recommendations)})
	return cmp.Or(err, unless(n > 0, "no health report in it"))
}

func (h *HealthSummary) decode(v value) error {
	_, err := v.into(field{"total", &h.Total}, field{"healthy", &h.Healthy},
		field{"degraded", &h.Degraded}, field{"unhealthy", &h.Unhealthy})
	return err
}

func (h *IntegrationHealth) decode(v value) error {
	_, err := v.into(field{"id", &h.ID}, field{"provider_name", &h.ProviderName}, field{"key_label", &h.KeyLabel},
		field{"health_status", (*string)(&h.HealthStatus)}, field{"consecutive_failures", &h.ConsecutiveFailures},
		field{"last_used_at", &h.LastUsedAt}, field{"last_error", &h.LastError})
	return err
}

func (r *Recommendation) decode(v value) error {
	_, err := v.into(field{"integration_id", &r.IntegrationID}, field{"provider_name", &r.ProviderName},
		field{"issue", &r.Issue}, field{"action", &r.Action})
	return err
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

func (b *BillingSync) decode(v value) error {
	n, err := v.into(field{"synced", &b.Synced}, field{"failed", &b.Failed},
		field{"results", (*rows[BillingResult, *BillingResult])(&b.Results)},
		field{"total_balance", &b.TotalBalance}, field{"total_usage_month", &b.TotalUsageMonth})
	return cmp.Or(err, unless(n > 0, "no billing in it"))
}

func (b *BillingResult) decode(v value) error {
	_, err := v.into(field{"id", &b.ID}, field{"provider_name", &b.ProviderName}, field{"status", &b.Status},
		field{"balance", &b.Balance}, field{"usage_today", &b.UsageToday}, field{"usage_month", &b.UsageMonth},
		field{"synced_at", &b.SyncedAt}, field{"note", &b.Note}, field{"error", &b.Error})
	return err
}
