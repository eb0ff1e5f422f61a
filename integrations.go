package spideriq

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"strconv"
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
	c := call{method: http.MethodPatch, body: params, repeat: true, member: "integration"}
	return fetch[Integration](ctx, s, c.of(id), opts)
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

// List returns one page of the brand's integrations. The order of the rows and
// what the API makes of a limit above 100 are not documented; [IntegrationsService.All]
// walks all pages. The rows of a page share memory: one that is kept keeps it all.
//
// It is repeated like [IntegrationsService.Update] and returns the same errors.
// A negative limit or offset is refused before anything is sent.
//
// API: List Integrations, GET /api/v1/integrations.
func (s *IntegrationsService) List(ctx context.Context, params ListParams, opts ...RequestOption) ([]*Integration, error) {
	c := call{method: http.MethodGet, path: collection, repeat: true, member: "integrations"}
	c.wrong = unless(params.Limit >= 0 && params.Offset >= 0, "a negative Limit or Offset")
	page, err := fetch[[]Integration](ctx, s, c, append([]RequestOption{WithQuery(params)}, opts...))
	if err != nil {
		return nil, err
	}
	found := make([]*Integration, len(*page))
	for i := range *page {
		found[i] = &(*page)[i]
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
	params.Limit = min(cmp.Or(params.Limit, 100), 100)
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
				again := seen[row.ID]
				if seen[row.ID] = true; !again && !yield(row, nil) {
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
	_, err := fetch[nothing](ctx, s, call{method: http.MethodDelete, repeat: true}.of(id), opts)
	return err
}

const collection = "/integrations"

// of makes c a call on one integration.
func (c call) of(id int64) call {
	c.path, c.wrong = collection+"/"+strconv.FormatInt(id, 10), unless(id >= 1, "the id must be at least 1")
	return c
}

// fetch makes a call that is answered with a T.
func fetch[T any](ctx context.Context, s *IntegrationsService, c call, opts []RequestOption) (*T, error) {
	out := new(T)
	c.out = out
	if err := cmp.Or(s, new(IntegrationsService)).client.do(ctx, c, opts); err != nil {
		return nil, err
	}
	return out, nil
}
