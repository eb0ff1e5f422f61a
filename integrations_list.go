package spideriq

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
)

// ListParams choose the integrations that [IntegrationsService.List] and
// [IntegrationsService.All] return. A zero field does not restrict the choice.
type ListParams struct {
	ProviderName string       `url:"provider_name,omitempty"`
	HealthStatus HealthStatus `url:"health_status,omitempty"`
	IsActive     *bool        `url:"is_active,omitempty"` // nil: active and inactive
	Limit        int          `url:"limit,omitempty"`     // rows a page, at most 100; 0: the API's default of 50
	Offset       int          `url:"offset,omitempty"`    // rows to skip first
}

func (p ListParams) validate() error {
	switch {
	case p.Limit < 0:
		return errors.New("Limit is negative")
	case p.Offset < 0:
		return errors.New("Offset is negative")
	}
	return nil
}

// List returns one page of the brand's integrations: 50 rows unless Limit says
// otherwise, at most 100. [IntegrationsService.All] returns all of them. The order of
// the rows is not documented.
//
// List is repeated like [IntegrationsService.Update] and returns the same errors. A
// negative limit or offset and text that is not UTF-8 are an [*ArgumentError], made
// before anything is sent.
//
// API: List Integrations, GET /api/v1/integrations,
// https://docs.spideriq.ai/api-reference/integrations/list.
func (s *IntegrationsService) List(
	ctx context.Context, params ListParams, opts ...RequestOption,
) ([]*Integration, error) {
	var resp listResponse
	call := apiCall{method: http.MethodGet, path: integrationsPath, idempotent: true, response: &resp}
	if err := params.validate(); err != nil {
		return nil, call.reject(err, opts)
	}
	opts = append([]RequestOption{WithQuery(params)}, opts...)
	if err := s.do(ctx, call, opts); err != nil {
		return nil, err
	}
	return resp.Integrations, nil
}

// maxPageSize is the largest page that the API documents.
const maxPageSize = 100

// All returns all integrations that params chooses, each once. It reads every page
// before it yields the first row, so the loop may update or delete what it is given.
// It asks for 100 rows a page, or for params.Limit where that is from 1 to 100, and
// starts at params.Offset.
//
// An error is yielded once, with a nil integration; no rows come before it. The errors
// and the repeats are those of [IntegrationsService.List], for each page. All ends at a
// page that is empty or brings no new id, not at a short one: a server may hand out
// fewer rows than it was asked for. Rows that others add or delete meanwhile may be
// missed, because the API pages by offset. Only the context bounds how many pages All
// reads from a server that always has new rows. [WithResponseInfo] describes the last page.
//
// API: List Integrations, GET /api/v1/integrations,
// https://docs.spideriq.ai/api-reference/integrations/list.
func (s *IntegrationsService) All(
	ctx context.Context, params ListParams, opts ...RequestOption,
) iter.Seq2[*Integration, error] {
	return func(yield func(*Integration, error) bool) {
		rows, err := s.allPages(ctx, params, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// allPages lists page after page until one brings no new id.
func (s *IntegrationsService) allPages(
	ctx context.Context, params ListParams, opts []RequestOption,
) ([]*Integration, error) {
	if params.Limit == 0 || params.Limit > maxPageSize {
		params.Limit = maxPageSize
	}
	var all []*Integration
	seen := make(map[int64]bool)
	for {
		page, err := s.List(ctx, params, opts...)
		if err != nil {
			return nil, err
		}
		known := len(seen)
		for _, row := range page {
			if !seen[row.ID] {
				seen[row.ID] = true
				all = append(all, row)
			}
		}
		if len(seen) == known {
			return all, nil
		}
		params.Offset += len(page)
	}
}

// listResponse is the response to List. A list that is null is empty; one that is
// missing is an error.
type listResponse struct {
	Success      successFlag    `json:"success"`
	Integrations []*Integration `json:"integrations"`
}

func (r *listResponse) decode(body []byte) error {
	if err := decodeResponse(body, r, &r.Success); err != nil {
		return err
	}
	if r.Integrations == nil {
		return errors.New("integrations: missing")
	}
	for i, row := range r.Integrations {
		if err := checkIntegration(fmt.Sprintf("integrations: row %d", i+1), row); err != nil {
			return err
		}
	}
	return nil
}
