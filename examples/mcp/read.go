package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spideriq/spideriq-go"
)

// tools holds what the tools work with.
type tools struct {
	integrations *spideriq.IntegrationsService
	listing      *listing
	log          *slog.Logger
}

type listArguments struct {
	ProviderName   string                `json:"provider_name,omitempty"`
	HealthStatus   spideriq.HealthStatus `json:"health_status,omitempty"`
	IsActive       *bool                 `json:"is_active,omitempty"`
	Limit          int                   `json:"limit,omitempty"`
	Offset         int                   `json:"offset,omitempty"`
	IncludePreview bool                  `json:"include_key_preview,omitempty"`
}

var listDescriptions = map[string]string{
	"provider_name":       "only integrations of this provider, such as openrouter",
	"health_status":       "only integrations in this state: healthy, degraded or unhealthy",
	"is_active":           "true: only enabled integrations; false: only disabled ones",
	"limit":               "rows to return, from 1 to 100; 50 when left out",
	"offset":              "matching rows to skip first: next_offset of the page before",
	"include_key_preview": "true: also the masked preview of each key",
}

type listResult struct {
	Integrations []spideriq.Integration `json:"integrations"`
	Matching     int                    `json:"matching" jsonschema:"rows that match, on all pages"`
	NextOffset   int                    `json:"next_offset,omitempty" jsonschema:"offset of the next page, if any"`
	ListedAt     time.Time              `json:"listed_at" jsonschema:"when the API was asked"`
}

const (
	defaultPage = 50
	maxPage     = 100
)

// list filters and pages here, so that one listing serves every question.
func (t *tools) list(ctx context.Context, arguments listArguments) (*listResult, error) {
	limit := arguments.Limit
	if limit == 0 {
		limit = defaultPage
	}
	if limit < 1 || limit > maxPage || arguments.Offset < 0 {
		return nil, fmt.Errorf("%w: limit must be from 1 to %d, and offset at least 0", errArguments, maxPage)
	}
	listed, err := t.listing.get(ctx)
	if err != nil {
		return nil, err
	}
	result := &listResult{Integrations: []spideriq.Integration{}, ListedAt: listed.when()}
	for _, row := range listed.rows {
		if !arguments.match(row) {
			continue
		}
		if result.Matching >= arguments.Offset && len(result.Integrations) < limit {
			result.Integrations = append(result.Integrations, shown(row, arguments.IncludePreview))
		}
		result.Matching++
	}
	if end := arguments.Offset + len(result.Integrations); end < result.Matching {
		result.NextOffset = end
	}
	return result, nil
}

func (a listArguments) match(row *spideriq.Integration) bool {
	switch {
	case a.ProviderName != "" && row.ProviderName != a.ProviderName:
		return false
	case a.HealthStatus != "" && row.HealthStatus != a.HealthStatus:
		return false
	case a.IsActive != nil && row.IsActive != *a.IsActive:
		return false
	}
	return true
}

// shown copies an integration, without the preview of its key unless that is asked
// for.
func shown(integration *spideriq.Integration, withPreview bool) spideriq.Integration {
	result := *integration
	if !withPreview {
		result.KeyPreview = nil
	}
	return result
}

type getArguments struct {
	ID             int64 `json:"id"`
	IncludePreview bool  `json:"include_key_preview,omitempty"`
}

const idDescription = "number of the integration, as list_integrations shows it"

var getDescriptions = map[string]string{
	"id":                  idDescription,
	"include_key_preview": "true: also the masked preview of the key",
}

type getResult struct {
	Integration spideriq.Integration `json:"integration"`
	ListedAt    time.Time            `json:"listed_at" jsonschema:"when the API was asked"`
}

// get looks the integration up in a listing: the API has no call for one.
func (t *tools) get(ctx context.Context, arguments getArguments) (*getResult, error) {
	listed, err := t.listing.get(ctx)
	if err != nil {
		return nil, err
	}
	integration := listed.find(arguments.ID)
	if integration == nil {
		return nil, fmt.Errorf("%w: none has the id %d", errNoSuchIntegration, arguments.ID)
	}
	return &getResult{Integration: shown(integration, arguments.IncludePreview), ListedAt: listed.when()}, nil
}

type healthArguments struct {
	OnlyProblems bool `json:"only_problems,omitempty"`
}

var healthDescriptions = map[string]string{
	"only_problems": "true: leave out the integrations that are healthy",
}

func (t *tools) health(ctx context.Context, arguments healthArguments) (*spideriq.HealthReport, error) {
	report, err := t.integrations.Health(ctx)
	if err != nil {
		return nil, err
	}
	rows := []spideriq.IntegrationHealth{}
	for _, row := range report.Integrations {
		if arguments.OnlyProblems && row.HealthStatus == spideriq.HealthStatusHealthy {
			continue
		}
		if row.LastError != nil {
			row.LastError = new(withoutKeys(*row.LastError))
		}
		rows = append(rows, row)
	}
	report.Integrations = rows
	return report, nil
}
