package spideriq

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// IntegrationsService holds the calls on a brand's key pool. It is reached as
// [Client.Integrations]; its zero value answers every call with an error.
type IntegrationsService struct{ client *Client }

// An Integration is one API key of an LLM provider in a brand's key pool.
//
// A field that the API left out or sent as null is nil, or the zero value where
// the type has no nil. The answer to an update holds fewer fields than a row of a
// list: those after UpdatedAt are then nil or empty.
type Integration struct {
	ID            int64  `json:"id"`
	ProviderName  string `json:"provider_name"`  // "openrouter"
	ProviderLabel string `json:"provider_label"` // "OpenRouter"
	KeyLabel      string `json:"key_label"`
	IsActive      bool   `json:"is_active"`
	IsPrimary     bool   `json:"is_primary"`
	Priority      int    `json:"priority"` // 10 when primary, 0 when not

	DailyLimit  *int `json:"daily_limit"` // most requests a day; nil: the API said null, or nothing
	DailyCount  int  `json:"daily_count"`
	MinuteLimit *int `json:"minute_limit"` // most requests a minute; nil: the API said null, or nothing
	MinuteCount int  `json:"minute_count"`

	HealthStatus HealthStatus `json:"health_status"`

	SpendLimitAmount *Amount          `json:"spend_limit_amount"` // nil also when what came is no readable amount
	SpendLimitPeriod SpendLimitPeriod `json:"spend_limit_period"`
	SpendLimitAction SpendLimitAction `json:"spend_limit_action"`

	UpdatedAt time.Time `json:"updated_at"` // zero also when what came is no readable time

	// Not part of the answer to an update: nil or empty there.

	ConsecutiveFailures *int              `json:"consecutive_failures,omitempty"`
	LastUsedAt          *time.Time        `json:"last_used_at,omitempty"`
	SpendLimitExceeded  *bool             `json:"spend_limit_exceeded,omitempty"`
	CachedBalance       *Amount           `json:"cached_balance,omitempty"`
	CachedUsageToday    *Amount           `json:"cached_usage_today,omitempty"`
	CachedUsageMonth    *Amount           `json:"cached_usage_month,omitempty"`
	CachedCurrency      string            `json:"cached_currency,omitempty"` // "USD"
	BillingSyncedAt     *time.Time        `json:"billing_synced_at,omitempty"`
	KeyPreview          map[string]string `json:"key_preview,omitempty"` // credential field to masked text
	CreatedAt           *time.Time        `json:"created_at,omitempty"`
}

func (i *Integration) decode(v value) error {
	_, err := v.into(
		field{"id", &i.ID}, field{"provider_name", &i.ProviderName}, field{"provider_label", &i.ProviderLabel},
		field{"key_label", &i.KeyLabel}, field{"is_active", &i.IsActive}, field{"is_primary", &i.IsPrimary},
		field{"priority", &i.Priority}, field{"daily_limit", &i.DailyLimit}, field{"daily_count", &i.DailyCount},
		field{"minute_limit", &i.MinuteLimit}, field{"minute_count", &i.MinuteCount},
		field{"health_status", (*string)(&i.HealthStatus)}, field{"spend_limit_amount", &i.SpendLimitAmount},
		field{"spend_limit_period", (*string)(&i.SpendLimitPeriod)}, field{"spend_limit_action", (*string)(&i.SpendLimitAction)},
		field{"updated_at", &i.UpdatedAt}, field{"consecutive_failures", &i.ConsecutiveFailures}, field{"last_used_at", &i.LastUsedAt},
		field{"spend_limit_exceeded", &i.SpendLimitExceeded}, field{"cached_balance", &i.CachedBalance},
		field{"cached_usage_today", &i.CachedUsageToday}, field{"cached_usage_month", &i.CachedUsageMonth},
		field{"cached_currency", &i.CachedCurrency}, field{"billing_synced_at", &i.BillingSyncedAt},
		field{"key_preview", &i.KeyPreview}, field{"created_at", &i.CreatedAt})
	if err == nil && i.ID < 1 {
		err = errors.New("id is missing")
	}
	return err
}

// UnmarshalJSON reads an integration the way every method of this package does:
// unknown fields are ignored, and an unreadable time or amount is left out.
func (i *Integration) UnmarshalJSON(b []byte) error {
	v, err := parse(b)
	if err != nil || v == null {
		return err
	}
	return i.decode(v)
}

// HealthStatus tells how a key has been doing. The set is open: a value that is
// not listed here is passed on as it came.
type HealthStatus string

const (
	HealthStatusHealthy   HealthStatus = "healthy"   // no consecutive failures
	HealthStatusDegraded  HealthStatus = "degraded"  // 1 or 2 in a row; still selected
	HealthStatusUnhealthy HealthStatus = "unhealthy" // 3 or more in a row; skipped
)

// SpendLimitPeriod is the period that a spend limit counts over. The set is open:
// a value that is not listed here is sent and returned as it is.
type SpendLimitPeriod string

const (
	SpendLimitPeriodDaily   SpendLimitPeriod = "daily"
	SpendLimitPeriodMonthly SpendLimitPeriod = "monthly"
)

// SpendLimitAction is what happens when a spend limit is reached. The set is
// open: a value that is not listed here is sent and returned as it is.
type SpendLimitAction string

const (
	SpendLimitActionWarn  SpendLimitAction = "warn"
	SpendLimitActionBlock SpendLimitAction = "block"
)

// The providers that the API documents. The set is open: wherever a provider name
// is taken, any other string is sent as it is.
const (
	ProviderAI21         = "ai21"
	ProviderBaseten      = "baseten"
	ProviderCerebras     = "cerebras"
	ProviderCloudflare   = "cloudflare" // its credentials need account_id beside api_key
	ProviderCohere       = "cohere"
	ProviderFalAI        = "fal_ai"
	ProviderFireworks    = "fireworks"
	ProviderGitHubModels = "github_models"
	ProviderGoogleAI     = "google_ai"
	ProviderGroq         = "groq"
	ProviderHuggingFace  = "huggingface"
	ProviderMistral      = "mistral"
	ProviderNvidiaNIM    = "nvidia_nim"
	ProviderOpenRouter   = "openrouter"
	ProviderSambaNova    = "sambanova"
	ProviderTogether     = "together"
)

// UpdateParams are the settings that [IntegrationsService.Update] changes. A nil
// field leaves its setting alone; new(false), new(0) and new("") are sent.
// Whether any value clears a limit is not documented.
type UpdateParams struct {
	KeyLabel         *string           `json:"key_label,omitempty"`          // friendly name
	IsActive         *bool             `json:"is_active,omitempty"`          // false takes the key out of the selection pool
	IsPrimary        *bool             `json:"is_primary,omitempty"`         // also sets Priority: 10 for true, 0 for false
	DailyLimit       *int              `json:"daily_limit,omitempty"`        // most requests a day
	MinuteLimit      *int              `json:"minute_limit,omitempty"`       // most requests a minute
	SpendLimitAmount *Amount           `json:"spend_limit_amount,omitempty"` // in US dollars; takes effect on the next billing sync
	SpendLimitPeriod *SpendLimitPeriod `json:"spend_limit_period,omitempty"`
	SpendLimitAction *SpendLimitAction `json:"spend_limit_action,omitempty"`
}

func (p UpdateParams) check() error { return checkAmount("SpendLimitAmount", p.SpendLimitAmount) }

// Update changes the settings of one integration that params names, leaves the
// others alone, and returns the integration as it is afterwards. UpdateParams{} is
// sent as {} and left to the server.
//
// The settings are absolute values, so a repeat does no harm, and Update repeats
// what may succeed on another attempt: failed connections, attempts that ran out
// of time, and the answers 500, 502, 503, 504 and 429 with a wait. Nothing else
// is repeated. [WithMaxAttempts](1) turns this off for one call.
//
// The errors are a [*BadRequestError] for a value that the API refuses, a
// [*NotFoundError] for an id that does not exist or belongs to another brand, the
// rest of the [APIError] family, [*TransportError] when no answer came, and
// [*InvalidResponseError] when the answer to a change that was probably made
// makes no sense. An id below 1 and an invalid amount are refused before anything
// is sent.
//
// API: Update Integration, PATCH /api/v1/integrations/{id}.
func (s *IntegrationsService) Update(ctx context.Context, id int64, params UpdateParams, opts ...RequestOption) (*Integration, error) {
	path, err := item(id)
	if err != nil {
		return nil, err
	}
	updated := new(Integration)
	if err := s.do(ctx, call{method: http.MethodPatch, path: path, body: params, repeat: true, member: "integration", out: updated}, opts); err != nil {
		return nil, err
	}
	return updated, nil
}

// ListParams choose the integrations that [IntegrationsService.List] and
// [IntegrationsService.All] return. The zero value chooses all of them.
type ListParams struct {
	ProviderName string       `url:"provider_name,omitempty"`
	HealthStatus HealthStatus `url:"health_status,omitempty"`
	IsActive     *bool        `url:"is_active,omitempty"` // nil: active and not
	Limit        int          `url:"limit,omitempty"`     // rows a page; 0 leaves it to the API, which takes 50, at most 100
	Offset       int          `url:"offset,omitempty"`    // rows to skip first
}

func (p ListParams) check() error {
	if p.Limit < 0 || p.Offset < 0 {
		return errors.New("Limit and Offset must not be negative")
	}
	return nil
}

// List returns one page of the brand's integrations. The order of the rows and
// what the API makes of a limit above 100 are not documented; [IntegrationsService.All]
// walks all pages.
//
// It is repeated like [IntegrationsService.Update] and returns the same errors.
// A negative limit or offset is refused before anything is sent.
//
// API: List Integrations, GET /api/v1/integrations.
func (s *IntegrationsService) List(ctx context.Context, params ListParams, opts ...RequestOption) ([]*Integration, error) {
	var page rows[Integration, *Integration]
	if err := s.do(ctx, call{method: http.MethodGet, query: params, repeat: true, member: "integrations", out: &page}, opts); err != nil {
		return nil, err
	}
	found := make([]*Integration, len(page))
	for i := range page {
		found[i] = &page[i]
	}
	return found, nil
}

// All returns the integrations that params chooses, page after page, each once.
// A page is asked for when the loop needs it, never before: 100 rows, or
// params.Limit where that is from 1 to 100, from params.Offset on.
//
// The loop ends after a page shorter than that, after one that brings no new id
// (so a server that ignores the offset cannot make it endless), when the caller
// breaks, or after an error, which is yielded once with a nil integration. Rows
// that others add or delete during the walk may be missed: the API pages by
// offset.
//
// API: List Integrations, GET /api/v1/integrations.
func (s *IntegrationsService) All(ctx context.Context, params ListParams, opts ...RequestOption) iter.Seq2[*Integration, error] {
	const pageSize = 100
	if params.Limit == 0 || params.Limit > pageSize {
		params.Limit = pageSize
	}
	return func(yield func(*Integration, error) bool) {
		page, seen := params, make(map[int64]bool)
		for {
			rows, err := s.List(ctx, page, opts...)
			if err != nil {
				yield(nil, err)
				return
			}
			before := len(seen)
			for _, row := range rows {
				if seen[row.ID] {
					continue
				}
				seen[row.ID] = true
				if !yield(row, nil) {
					return
				}
			}
			if len(rows) < page.Limit || len(seen) == before {
				return
			}
			page.Offset += len(rows)
		}
	}
}

// CreateParams describe a new integration. ProviderName and Credentials are
// required; a nil field leaves the setting to the API.
type CreateParams struct {
	ProviderName     string            `json:"provider_name"` // [ProviderOpenRouter], or any other the API knows
	Credentials      Credentials       `json:"credentials"`
	KeyLabel         *string           `json:"key_label,omitempty"`
	IsPrimary        *bool             `json:"is_primary,omitempty"` // the API's default: false
	DailyLimit       *int              `json:"daily_limit,omitempty"`
	MinuteLimit      *int              `json:"minute_limit,omitempty"`
	SpendLimitAmount *Amount           `json:"spend_limit_amount,omitempty"` // in US dollars
	SpendLimitPeriod *SpendLimitPeriod `json:"spend_limit_period,omitempty"` // the API's default: monthly
	SpendLimitAction *SpendLimitAction `json:"spend_limit_action,omitempty"` // the API's default: warn
}

func (p CreateParams) check() error {
	if p.ProviderName == "" {
		return errors.New("ProviderName is required")
	}
	if len(p.Credentials) == 0 {
		return errors.New("Credentials are required")
	}
	return checkAmount("SpendLimitAmount", p.SpendLimitAmount)
}

// Credentials are the secrets of a provider's key, by field: "api_key" for every
// provider, and "account_id" as well for Cloudflare. The API never returns them.
//
// They are sent in the body of [IntegrationsService.Create] and shown nowhere else:
// fmt and log/slog print the names of the fields, and encoding/json refuses them.
type Credentials map[string]string

// String returns the names of the fields.
func (c Credentials) String() string {
	return "credentials[" + strings.Join(slices.Sorted(maps.Keys(c)), " ") + "]"
}

// Format prints what [Credentials.String] returns, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is what [Credentials.String] returns.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON fails, so that no log in JSON holds a secret.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return nil, errors.New("credentials are encoded by Create only")
}

// LogValue leaves the secrets out.
func (p CreateParams) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider_name", p.ProviderName), slog.Any("credentials", p.Credentials))
}

// createBody is CreateParams as the wire has them. Credentials refuse to be
// encoded anywhere else.
type createBody struct {
	CreateParams
	Credentials map[string]string `json:"credentials"`
}

// Create adds a key to the pool and returns its integration. The API allows
// several keys of one provider and knows no idempotency key, so a repeated create
// makes a second integration. Create is therefore repeated only when the request
// cannot have been applied: the connection failed before it was sent, or the
// answer was 429 with a wait. When an attempt ended without a known outcome the
// error has MayHaveApplied set: look with [IntegrationsService.List] before
// creating again.
//
// The errors are those of [IntegrationsService.Update]; which ones the API
// answers here is not documented. A missing provider name, missing credentials
// and an invalid amount are refused before anything is sent.
//
// API: Create Integration, POST /api/v1/integrations.
func (s *IntegrationsService) Create(ctx context.Context, params CreateParams, opts ...RequestOption) (*Integration, error) {
	created := new(Integration)
	if err := s.do(ctx, call{method: http.MethodPost, body: params, member: "integration", out: created}, opts); err != nil {
		return nil, err
	}
	return created, nil
}

// Delete removes an integration for good. The API keeps its spend history for 90
// days, and running jobs fall back to the rest of the pool. To take a key out of
// use and keep it, update IsActive to false.
//
// It is repeated like [IntegrationsService.Update]. When an attempt that removed
// the integration lost its answer, the next one finds nothing: the error is then a
// [*NotFoundError] with MayHaveApplied set. The errors are otherwise those of
// Update. An id below 1 is refused before anything is sent.
//
// API: Delete Integration, DELETE /api/v1/integrations/{id}.
func (s *IntegrationsService) Delete(ctx context.Context, id int64, opts ...RequestOption) error {
	path, err := item(id)
	if err != nil {
		return err
	}
	return s.do(ctx, call{method: http.MethodDelete, path: path, repeat: true, out: nothing{}}, opts)
}

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
	report := new(HealthReport)
	if err := s.do(ctx, call{method: http.MethodGet, path: "/health", repeat: true, out: report}, opts); err != nil {
		return nil, err
	}
	return report, nil
}

func (h *HealthReport) decode(v value) error {
	n, err := v.into(field{"summary", &h.Summary},
		field{"integrations", (*rows[IntegrationHealth, *IntegrationHealth])(&h.Integrations)},
		field{"recommendations", (*rows[Recommendation, *Recommendation])(&h.Recommendations)})
	if err == nil && n == 0 {
		err = errors.New("no health report in it")
	}
	return err
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
	sync := new(BillingSync)
	if err := s.do(ctx, call{method: http.MethodPost, path: "/sync-billing", query: params, repeat: true, out: sync}, opts); err != nil {
		return nil, err
	}
	return sync, nil
}

func (b *BillingSync) decode(v value) error {
	n, err := v.into(field{"synced", &b.Synced}, field{"failed", &b.Failed},
		field{"results", (*rows[BillingResult, *BillingResult])(&b.Results)},
		field{"total_balance", &b.TotalBalance}, field{"total_usage_month", &b.TotalUsageMonth})
	if err == nil && n == 0 {
		err = errors.New("no billing in it")
	}
	return err
}

func (b *BillingResult) decode(v value) error {
	_, err := v.into(field{"id", &b.ID}, field{"provider_name", &b.ProviderName}, field{"status", &b.Status},
		field{"balance", &b.Balance}, field{"usage_today", &b.UsageToday}, field{"usage_month", &b.UsageMonth},
		field{"synced_at", &b.SyncedAt}, field{"note", &b.Note}, field{"error", &b.Error})
	return err
}

// do makes a call at c.path below the collection.
func (s *IntegrationsService) do(ctx context.Context, c call, opts []RequestOption) error {
	if s == nil {
		return errNoClient
	}
	c.path = "/integrations" + c.path
	return s.client.do(ctx, c, opts)
}

// item returns the path of one integration below the collection.
func item(id int64) (string, error) {
	if id < 1 {
		return "", fmt.Errorf("spideriq: integration id %d: must be at least 1", id)
	}
	return "/" + strconv.FormatInt(id, 10), nil
}

func checkAmount(field string, a *Amount) error {
	if a == nil {
		return nil
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}
