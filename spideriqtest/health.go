package spideriqtest

import (
	"fmt"
	"net/http"

	"github.com/spideriq/spideriq-go"
)

// health reports on all of the brand's integrations and recommends something for
// each unhealthy one. The texts of last_error, issue and action are not documented.
func (s *Server) health(r Request) (answer, error) {
	if err := checkQuery(r); err != nil {
		return answer{}, err
	}
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	report := healthResponse{
		Success:         true,
		Integrations:    []healthRow{},
		Recommendations: []recommendationRow{},
	}
	for _, i := range s.pool.own() {
		report.add(i)
	}
	return answerJSON(http.StatusOK, report), nil
}

// add counts and lists one integration. A status that is not documented counts in
// the total only.
func (report *healthResponse) add(i spideriq.Integration) {
	report.Integrations = append(report.Integrations, newHealthRow(i))
	report.Summary.Total++
	switch i.HealthStatus {
	case spideriq.HealthStatusHealthy:
		report.Summary.Healthy++
	case spideriq.HealthStatusDegraded:
		report.Summary.Degraded++
	case spideriq.HealthStatusUnhealthy:
		report.Summary.Unhealthy++
		report.Recommendations = append(report.Recommendations, recommendationRow{
			IntegrationID: i.ID,
			ProviderName:  i.ProviderName,
			Issue:         fmt.Sprintf("%d consecutive failures", *i.ConsecutiveFailures),
			Action:        "Check the key at the provider, or replace it",
		})
	}
}

func newHealthRow(i spideriq.Integration) healthRow {
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
	return row
}
