package spideriq

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"
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

// BillingStatus tells whether a provider could be asked. The set is open: a value that
// is not listed here is passed on as it came.
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
	SyncedAt     time.Time     `json:"synced_at"` // zero: not told, or not readable
	Note         string        `json:"note"`
	Error        string        `json:"error"`
}

// SyncBilling makes the API ask the providers for balances and usage, and returns what
// they said. Spend limits take effect on it.
//
// The API asks while the call waits, so a sync may take longer than the 30 seconds of
// an attempt. It is then sent again, up to three times in all, and reported as failed.
// Give the call a timeout of its own:
//
//	client.Integrations.SyncBilling(ctx, params, spideriq.WithAttemptTimeout(5*time.Minute))
//
// A provider that could not be asked is a row with Status "failed", not an error.
// SyncBilling is repeated like [IntegrationsService.Update] and returns the same
// errors.
//
// API: Sync Billing, POST /api/v1/integrations/sync-billing,
// https://docs.spideriq.ai/api-reference/integrations/sync-billing.
func (s *IntegrationsService) SyncBilling(
	ctx context.Context, params SyncBillingParams, opts ...RequestOption,
) (*BillingSync, error) {
	var resp billingResponse
	c := call{method: http.MethodPost, path: integrationsPath + "/sync-billing", idempotent: true, response: &resp}
	if !utf8.ValidString(params.ProviderName) {
		return nil, c.reject(errors.New("ProviderName is not valid UTF-8"), opts)
	}
	opts = append([]RequestOption{WithQuery(params)}, opts...)
	if err := s.do(ctx, c, opts); err != nil {
		return nil, err
	}
	return resp.sync(), nil
}

// billingResponse answers a billing sync. The counts are pointers, so that an object
// without any known member is told from an empty sync.
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
