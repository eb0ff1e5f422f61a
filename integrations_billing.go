package spideriq

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// SyncBillingParams choose the integrations that [IntegrationsService.SyncBilling]
// asks about. The zero value chooses all of them.
type SyncBillingParams struct {
	ProviderName string `url:"provider_name,omitempty"`
}

// A BillingSync is what [IntegrationsService.SyncBilling] returns, as the API sent it:
// the rows need not add up to the counts.
type BillingSync struct {
	Synced          int             `json:"synced"`
	Failed          int             `json:"failed"`
	Results         []BillingResult `json:"results"`
	TotalBalance    *Amount         `json:"total_balance"`
	TotalUsageMonth *Amount         `json:"total_usage_month"`
}

// String returns the sync as JSON, under the names of the API.
func (s BillingSync) String() string { return jsonText(s) }

// BillingStatus is whether a provider could be asked. The set is open: a value that is
// not listed here is returned as it is.
type BillingStatus string

// The documented values of [BillingStatus].
const (
	BillingStatusSuccess BillingStatus = "success"
	BillingStatusFailed  BillingStatus = "failed" // Error says why
)

// BillingResult is one row of a [BillingSync]. Amounts are in US dollars. They are nil
// where the provider has no billing to ask, and Note then says so, or where it could
// not be asked, and Error then says why.
type BillingResult struct {
	ID           int64         `json:"id"`
	ProviderName string        `json:"provider_name"`
	Status       BillingStatus `json:"status"`
	Balance      *Amount       `json:"balance"`
	UsageToday   *Amount       `json:"usage_today"`
	UsageMonth   *Amount       `json:"usage_month"`
	SyncedAt     time.Time     `json:"synced_at"` // zero when absent or not readable
	Note         string        `json:"note"`
	Error        string        `json:"error"`
}

// String returns the row as JSON, under the names of the API.
func (r BillingResult) String() string { return jsonText(r) }

// SyncBilling makes the API ask the providers for balances and usage, and returns
// them. A changed spend limit takes effect with the next sync.
//
// The API responds when it has asked every provider. That may take longer than the
// default attempt timeout of 30 seconds. The attempt is then repeated, and the call
// fails after the third one. Give the call a longer timeout:
//
//	client.Integrations.SyncBilling(ctx, params, spideriq.WithAttemptTimeout(5*time.Minute))
//
// A provider that could not be asked is a row with Status "failed", not an error.
// SyncBilling is repeated like [IntegrationsService.Update] and returns the same
// errors. A ProviderName that is not UTF-8 is an [*ArgumentError], made before anything
// is sent.
//
// API: Sync Billing, POST /api/v1/integrations/sync-billing,
// https://docs.spideriq.ai/api-reference/integrations/sync-billing.
func (s *IntegrationsService) SyncBilling(
	ctx context.Context, params SyncBillingParams, opts ...RequestOption,
) (*BillingSync, error) {
	var resp billingResponse
	call := apiCall{
		method: http.MethodPost, path: integrationsPath + "/sync-billing", idempotent: true, response: &resp,
	}
	opts = append([]RequestOption{WithQuery(params)}, opts...)
	if err := s.do(ctx, call, opts); err != nil {
		return nil, err
	}
	return resp.sync(), nil
}

// billingResponse is the response to SyncBilling. The counts are pointers, so that an
// object without any known member differs from an empty sync.
type billingResponse struct {
	Success         successFlag     `json:"success"`
	Synced          *int            `json:"synced"`
	Failed          *int            `json:"failed"`
	Results         []BillingResult `json:"results"`
	TotalBalance    *Amount         `json:"total_balance"`
	TotalUsageMonth *Amount         `json:"total_usage_month"`
}

func (r *billingResponse) decode(body []byte) error {
	if err := decodeResponse(body, r, &r.Success); err != nil {
		return err
	}
	counted := r.Synced != nil || r.Failed != nil
	summed := r.TotalBalance != nil || r.TotalUsageMonth != nil
	if !counted && !summed && r.Results == nil {
		return errors.New("synced and results: missing")
	}
	return nil
}

func (r *billingResponse) sync() *BillingSync {
	sync := &BillingSync{Results: r.Results, TotalBalance: r.TotalBalance, TotalUsageMonth: r.TotalUsageMonth}
	if r.Synced != nil {
		sync.Synced = *r.Synced
	}
	if r.Failed != nil {
		sync.Failed = *r.Failed
	}
	return sync
}
