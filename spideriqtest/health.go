package spideriqtest

import (
	"fmt"
	"net/http"

	"github.com/spideriq/spideriq-go"
)

type healthReport struct {
	Success         bool             `json:"success"`
	Summary         healthSummary    `json:"summary"`
	Integrations    []healthRow      `json:"integrations"`
	Recommendations []recommendation `json:"recommendations"`
}

type healthSummary struct {
	Total     int `json:"total"`
	Healthy   int `json:"healthy"`
	Degraded  int `json:"degraded"`
	Unhealthy int `json:"unhealthy"`
}

type healthRow struct {
	ID                  int64   `json:"id"`
	ProviderName        string  `json:"provider_name"`
	KeyLabel            string  `json:"key_label"`
	HealthStatus        string  `json:"health_status"`
	ConsecutiveFailures int     `json:"consecutive_failures"`
	LastUsedAt          *string `json:"last_used_at"`
	LastError           *string `json:"last_error"`
}

type recommendation struct {
	IntegrationID int64  `json:"integration_id"`
	ProviderName  string `json:"provider_name"`
	Issue         string `json:"issue"`
	Action        string `json:"action"`
}

// health reports on all of the brand's keys, and recommends something for each
// unhealthy one. The texts of last_error, issue and action are not documented.
func (s *Server) health(r Request) answer {
	if no := checkQuery(r); no != nil {
		return *no
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	own := s.pool.own()
	report := healthReport{
		Success:         true,
		Summary:         healthSummary{Total: len(own)},
		Integrations:    []healthRow{},
		Recommendations: []recommendation{},
	}
	for _, i := range own {
		row := healthRow{
			ID:                  i.ID,
			ProviderName:        i.ProviderName,
			KeyLabel:            i.KeyLabel,
			HealthStatus:        string(i.HealthStatus),
			ConsecutiveFailures: *i.ConsecutiveFailures,
			LastUsedAt:          timestamp(i.LastUsedAt),
		}
		if row.ConsecutiveFailures > 0 {
			row.LastError = new("The provider refused the key")
		}
		report.Integrations = append(report.Integrations, row)
		switch i.HealthStatus {
		case spideriq.HealthStatusHealthy:
			report.Summary.Healthy++
		case spideriq.HealthStatusDegraded:
			report.Summary.Degraded++
		case spideriq.HealthStatusUnhealthy:
			report.Summary.Unhealthy++
			report.Recommendations = append(report.Recommendations, recommendation{
				IntegrationID: i.ID,
				ProviderName:  i.ProviderName,
				Issue:         fmt.Sprintf("%d consecutive failures", row.ConsecutiveFailures),
				Action:        "Check the key at the provider, or replace it",
			})
		}
	}
	return answerJSON(http.StatusOK, report)
}

// healthStatus is the documented reading of the failures in a row.
func healthStatus(failures int) spideriq.HealthStatus {
	switch {
	case failures < 1:
		return spideriq.HealthStatusHealthy
	case failures < 3:
		return spideriq.HealthStatusDegraded
	}
	return spideriq.HealthStatusUnhealthy
}
