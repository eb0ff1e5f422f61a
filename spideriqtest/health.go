package spideriqtest

import (
	"fmt"
	"net/http"

	"github.com/spideriq/spideriq-go"
)

type healthReport struct {
	Success bool `json:"success"`
	spideriq.HealthReport
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
	report := healthReport{true, spideriq.HealthReport{
		Summary:         spideriq.HealthSummary{Total: len(own)},
		Integrations:    []spideriq.IntegrationHealth{},
		Recommendations: []spideriq.Recommendation{},
	}}
	for _, i := range own {
		row := spideriq.IntegrationHealth{
			ID:                  i.ID,
			ProviderName:        i.ProviderName,
			KeyLabel:            i.KeyLabel,
			HealthStatus:        i.HealthStatus,
			ConsecutiveFailures: *i.ConsecutiveFailures,
		}
		if i.LastUsedAt != nil {
			row.LastUsedAt = new(i.LastUsedAt.UTC()) // as the API writes it
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
			report.Recommendations = append(report.Recommendations, spideriq.Recommendation{
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
