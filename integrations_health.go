package spideriq

import (
	"context"
	"errors"
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

// String returns the report as JSON, under the names of the API.
func (r HealthReport) String() string { return jsonText(r) }

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
	LastUsedAt          *time.Time   `json:"last_used_at"` // nil when never used, or not readable
	LastError           *string      `json:"last_error"`   // nil when there was none
}

// String returns the row as JSON, under the names of the API.
func (h IntegrationHealth) String() string { return jsonText(h) }

// A Recommendation is what the API advises to do about an integration.
type Recommendation struct {
	IntegrationID int64  `json:"integration_id"`
	ProviderName  string `json:"provider_name"`
	Issue         string `json:"issue"`
	Action        string `json:"action"`
}

// Health returns the health of each key of the pool, a summary, and recommendations.
// It is repeated like [IntegrationsService.Update] and returns the same errors.
//
// API: Integration Health, GET /api/v1/integrations/health,
// https://docs.spideriq.ai/api-reference/integrations/health.
func (s *IntegrationsService) Health(ctx context.Context, opts ...RequestOption) (*HealthReport, error) {
	var resp healthResponse
	call := apiCall{method: http.MethodGet, path: integrationsPath + "/health", idempotent: true, response: &resp}
	if err := s.do(ctx, call, opts); err != nil {
		return nil, err
	}
	return resp.report(), nil
}

// healthResponse is the response to Health. The summary is a pointer, so that an object
// without any known member differs from an empty report.
type healthResponse struct {
	Success         successFlag         `json:"success"`
	Summary         *HealthSummary      `json:"summary"`
	Integrations    []IntegrationHealth `json:"integrations"`
	Recommendations []Recommendation    `json:"recommendations"`
}

func (r *healthResponse) decode(body []byte) error {
	if err := decodeResponse(body, r, &r.Success); err != nil {
		return err
	}
	if r.Summary == nil && r.Integrations == nil && r.Recommendations == nil {
		return errors.New("summary and integrations: missing")
	}
	return nil
}

func (r *healthResponse) report() *HealthReport {
	report := &HealthReport{Integrations: r.Integrations, Recommendations: r.Recommendations}
	if r.Summary != nil {
		report.Summary = *r.Summary
	}
	return report
}
