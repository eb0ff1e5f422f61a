package spideriqtest

import (
	"time"

	"github.com/spideriq/spideriq-go"
)

const (
	primaryPriority   = 10 // documented
	secondaryPriority = 0  // documented
)

// now returns the time as the API writes it: UTC, in whole seconds.
func now() time.Time {
	return time.Now().UTC().Truncate(time.Second)
}

// withDefaults fills in what every integration has.
func withDefaults(i spideriq.Integration) spideriq.Integration {
	if i.ProviderLabel == "" {
		i.ProviderLabel = providerLabel(i.ProviderName)
	}
	if i.IsPrimary && i.Priority == 0 {
		i.Priority = primaryPriority
	}
	if i.ConsecutiveFailures == nil {
		i.ConsecutiveFailures = new(int)
	}
	if i.HealthStatus == "" {
		i.HealthStatus = healthStatus(*i.ConsecutiveFailures)
	}
	if i.SpendLimitExceeded == nil {
		i.SpendLimitExceeded = new(bool)
	}
	if i.CachedCurrency == "" {
		i.CachedCurrency = "USD"
	}
	if i.KeyPreview == nil {
		i.KeyPreview = map[string]string{"api_key": mask("")}
	}
	created := now()
	if i.CreatedAt == nil {
		i.CreatedAt = &created
	}
	if i.UpdatedAt.IsZero() {
		i.UpdatedAt = created
	}
	return i
}

// providerLabel returns the label of a provider. The documentation shows one only;
// any other provider has its name for a label.
func providerLabel(name string) string {
	if name == spideriq.ProviderOpenRouter {
		return "OpenRouter"
	}
	return name
}

// healthStatus returns the documented status for a number of failures in a row.
func healthStatus(failures int) spideriq.HealthStatus {
	switch {
	case failures < 1:
		return spideriq.HealthStatusHealthy
	case failures < 3:
		return spideriq.HealthStatusDegraded
	}
	return spideriq.HealthStatusUnhealthy
}

// mask returns the two ends of a secret, as in "sk-o...123". It hides all of a secret
// that is shorter than 14 characters.
func mask(secret string) string {
	const first, last = 4, 3
	runes := []rune(secret)
	if len(runes) < 2*(first+last) {
		return "***"
	}
	return string(runes[:first]) + "..." + string(runes[len(runes)-last:])
}
