package spideriq

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// IntegrationsService holds the calls on a brand's key pool. It is reached as
// [Client.Integrations]. Every call on its zero value is an [*ArgumentError].
type IntegrationsService struct{ client *Client }

// An Integration is one API key of an LLM provider in a brand's key pool.
//
// A field that the API left out or sent as null is nil, or the zero value where the
// type has no nil. The response to an update holds fewer fields than a row of a list:
// those after UpdatedAt are then nil or empty.
type Integration struct {
	ID            int64  `json:"id"`
	ProviderName  string `json:"provider_name"`  // "openrouter"
	ProviderLabel string `json:"provider_label"` // "OpenRouter"
	KeyLabel      string `json:"key_label"`
	IsActive      bool   `json:"is_active"`
	IsPrimary     bool   `json:"is_primary"`
	Priority      int    `json:"priority"` // an update of IsPrimary sets 10 or 0; other values are possible

	DailyLimit  *int `json:"daily_limit"` // requests a day; nil when absent or null
	DailyCount  int  `json:"daily_count"`
	MinuteLimit *int `json:"minute_limit"` // requests a minute; nil when absent or null
	MinuteCount int  `json:"minute_count"`

	HealthStatus HealthStatus `json:"health_status"`

	SpendLimitAmount *Amount          `json:"spend_limit_amount"` // in US dollars; nil also when it is not readable
	SpendLimitPeriod SpendLimitPeriod `json:"spend_limit_period"`
	SpendLimitAction SpendLimitAction `json:"spend_limit_action"`

	UpdatedAt time.Time `json:"updated_at"` // zero also when it is not readable

	// Not part of the response to an update: nil or empty there.

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

// String returns the integration as JSON, under the names of the API.
func (i *Integration) String() string {
	if i == nil {
		return "<nil>"
	}
	printable := *i
	for _, amount := range []**Amount{
		&printable.SpendLimitAmount, &printable.CachedBalance, &printable.CachedUsageToday, &printable.CachedUsageMonth,
	} {
		if checkAmount(*amount) != nil {
			*amount = nil // an invalid amount has no form in JSON
		}
	}
	return jsonText(printable)
}

// Format prints what [Integration.String] returns, whatever the verb.
func (i Integration) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns the settings and the state of the integration, under the names of
// the API, without what is not known.
func (i *Integration) LogValue() slog.Value {
	if i == nil {
		return slog.StringValue("<nil>")
	}
	attrs := []slog.Attr{
		slog.Int64("id", i.ID), slog.String("provider_name", i.ProviderName), slog.String("key_label", i.KeyLabel),
		slog.Bool("is_active", i.IsActive), slog.Bool("is_primary", i.IsPrimary), slog.Int("priority", i.Priority),
		slog.Int("daily_count", i.DailyCount), slog.Int("minute_count", i.MinuteCount),
		slog.String("health_status", string(i.HealthStatus)),
	}
	attrs = appendAttr(attrs, "daily_limit", i.DailyLimit)
	attrs = appendAttr(attrs, "minute_limit", i.MinuteLimit)
	attrs = appendAttr(attrs, "spend_limit_amount", i.SpendLimitAmount)
	if i.SpendLimitPeriod != "" {
		attrs = append(attrs, slog.String("spend_limit_period", string(i.SpendLimitPeriod)))
	}
	if i.SpendLimitAction != "" {
		attrs = append(attrs, slog.String("spend_limit_action", string(i.SpendLimitAction)))
	}
	if !i.UpdatedAt.IsZero() {
		attrs = append(attrs, slog.Time("updated_at", i.UpdatedAt))
	}
	return slog.GroupValue(attrs...)
}

// HealthStatus is the health of a key by its consecutive failures. The set is open: a
// value that is not listed here is returned as it is.
type HealthStatus string

// The documented values of [HealthStatus].
const (
	HealthStatusHealthy   HealthStatus = "healthy"   // no consecutive failures
	HealthStatusDegraded  HealthStatus = "degraded"  // 1 or 2 in a row; the key is still selected
	HealthStatusUnhealthy HealthStatus = "unhealthy" // 3 or more in a row; the key is skipped
)

// SpendLimitPeriod is the period that a spend limit covers. The set is open: a value
// that is not listed here is sent and returned as it is.
type SpendLimitPeriod string

// The documented values of [SpendLimitPeriod].
const (
	SpendLimitPeriodDaily   SpendLimitPeriod = "daily"
	SpendLimitPeriodMonthly SpendLimitPeriod = "monthly"
)

// SpendLimitAction is what happens when a spend limit is reached. The set is open: a
// value that is not listed here is sent and returned as it is.
type SpendLimitAction string

// The documented values of [SpendLimitAction].
const (
	SpendLimitActionWarn  SpendLimitAction = "warn"
	SpendLimitActionBlock SpendLimitAction = "block"
)

// Update changes the settings of one integration that params names, leaves the
// others alone, and returns the integration as it is afterwards. UpdateParams{} is
// sent as {} and left to the server.
//
// The settings are absolute values, so a repeat does no harm. Update therefore
// repeats what may succeed on another attempt: connections that are refused or break,
// attempts that time out, a 429 that states a wait in its header, and the statuses 500,
// 502, 503, 504 and 520 to 524. Nothing else is repeated, such as a bad certificate.
// [WithMaxAttempts](1) turns this off for one call.
//
// The errors are a [*BadRequestError] for a value that the API refuses, a
// [*NotFoundError] for an id that does not exist or belongs to another brand, the
// rest of the [APIError] family, a [*TransportError] when no response arrived, and an
// [*InvalidResponseError] when the response to a change that was probably made is not
// what the API documents. An id below 1, an invalid amount and text that is not UTF-8
// are an [*ArgumentError], made before anything is sent.
//
// API: Update Integration, PATCH /api/v1/integrations/{id},
// https://docs.spideriq.ai/api-reference/integrations/update.
func (s *IntegrationsService) Update(
	ctx context.Context, id int64, params UpdateParams, opts ...RequestOption,
) (*Integration, error) {
	var resp integrationResponse
	call := apiCall{
		method: http.MethodPatch, path: integrationPath(id), body: params, idempotent: true, response: &resp,
	}
	if err := errors.Join(checkID(id), checkAmount(params.SpendLimitAmount)); err != nil {
		return nil, call.reject(err, opts)
	}
	if err := s.do(ctx, call, opts); err != nil {
		return nil, err
	}
	return resp.Integration, nil
}

// Delete removes an integration for good. The API keeps its spend history for 90
// days, and running jobs fall back to the rest of the pool. To take a key out of use
// and keep it, update IsActive to false.
//
// It is repeated like [IntegrationsService.Update]. When an attempt that removed the
// integration lost its response, the next one finds nothing: the error is then a
// [*NotFoundError] with MayHaveApplied set. The errors are otherwise those of Update.
// An id below 1 is an [*ArgumentError], made before anything is sent.
//
// API: Delete Integration, DELETE /api/v1/integrations/{id},
// https://docs.spideriq.ai/api-reference/integrations/delete.
func (s *IntegrationsService) Delete(ctx context.Context, id int64, opts ...RequestOption) error {
	call := apiCall{
		method: http.MethodDelete, path: integrationPath(id), idempotent: true, response: new(deleteResponse),
	}
	if err := checkID(id); err != nil {
		return call.reject(err, opts)
	}
	return s.do(ctx, call, opts)
}

// do makes a call, also on a nil service.
func (s *IntegrationsService) do(ctx context.Context, call apiCall, opts []RequestOption) error {
	if s == nil {
		return call.reject(errNotMade, opts)
	}
	return s.client.do(ctx, call, opts)
}

const integrationsPath = "/integrations"

// integrationPath returns the path of one integration. It is empty for an id that checkID
// refuses.
func integrationPath(id int64) string {
	if id < 1 {
		return ""
	}
	return integrationsPath + "/" + strconv.FormatInt(id, 10)
}

func checkID(id int64) error {
	if id < 1 {
		return fmt.Errorf("the id is %d; it must be at least 1", id)
	}
	return nil
}

// checkAmount validates the spend limit of a request. nil is valid.
func checkAmount(amount *Amount) error {
	if amount == nil {
		return nil
	}
	if _, err := ParseAmount(string(*amount)); err != nil {
		return fmt.Errorf("SpendLimitAmount: %w", err)
	}
	return nil
}
