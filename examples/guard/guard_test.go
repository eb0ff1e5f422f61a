package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

const (
	promoted2 = `PATCH /2 {"is_primary":true}`
	promoted3 = `PATCH /3 {"is_primary":true}`
	disabled1 = `PATCH /1 {"is_active":false,"is_primary":false}`
	disabled2 = `PATCH /2 {"is_active":false,"is_primary":false}`
)

func TestHealthyDegradedUnhealthyRecovered(t *testing.T) {
	t.Parallel()
	guarding(t, usual, nil, func(t *testing.T, w watch) {
		time.Sleep(time.Minute)
		w.set(1, spideriq.HealthStatusDegraded) // still selected
		time.Sleep(time.Minute)
		assert.Equal(t, []string{
			"0s GET /health", "30s GET /health", "1m0s GET /health", "1m30s GET /health", "2m0s GET /health",
		}, w.taken(""))
		w.set(1, spideriq.HealthStatusUnhealthy)
		time.Sleep(time.Minute)
		assert.Equal(t, []string{
			"2m30s GET /health", "2m30s GET ?limit=100", "2m30s GET ?limit=100&offset=4",
			"2m30s " + promoted2, "2m30s " + disabled1,
			// The disabled key stays unhealthy, and is not touched again.
			"3m0s GET /health", "3m0s GET ?limit=100", "3m0s GET ?limit=100&offset=4",
		}, w.taken(""))
		w.set(1, spideriq.HealthStatusHealthy)
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"3m30s GET /health", "4m0s GET /health"}, w.taken(""))
		assert.False(t, w.get(1).IsActive, "to enable a key is up to somebody")
		const changed = `level=INFO msg="health has changed" provider=openrouter id=1 label=Production `
		assert.Equal(t, `level=INFO msg=guarding interval=30s cooldown=10m0s dry_run=false
`+changed+`from=healthy to=degraded consecutive_failures=0
`+changed+`from=degraded to=unhealthy consecutive_failures=0
level=WARN msg=promoted provider=openrouter id=2 label=Reserve in_place_of=[1]
level=WARN msg=disabled provider=openrouter id=1 label=Production
`+changed+`from=unhealthy to=healthy consecutive_failures=0
`, w.logged())
	})
}

func TestOnlyPrimaryActiveKeysAreReplaced(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.find(1).IsActive = false
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.set(2, spideriq.HealthStatusUnhealthy)
		unknown := reserve(11, "groq")
		unknown.IsPrimary = true
		unknown.HealthStatus = "resting"
		m.keys = append(m.keys, reserve(10, "groq"), unknown)
		m.set(9, spideriq.HealthStatusDegraded)
	}, func(t *testing.T, w watch) {
		assert.Empty(t, w.taken("PATCH"))
	})
}

func TestHealthReportMayListFewerKeysThanItCounts(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.fewRows = true
		m.set(1, spideriq.HealthStatusUnhealthy)
	}, func(t *testing.T, w watch) {
		assert.Equal(t, []string{"0s " + promoted2, "0s " + disabled1}, w.taken("PATCH"))
	})
}

func TestCooldownHoldsPromotionsBack(t *testing.T) {
	t.Parallel()
	guarding(t, usual, nil, func(t *testing.T, w watch) {
		w.set(1, spideriq.HealthStatusUnhealthy)
		time.Sleep(30 * time.Second)
		assert.Equal(t, []string{"30s " + promoted2, "30s " + disabled1}, w.taken("PATCH"))
		w.logged()
		w.set(2, spideriq.HealthStatusUnhealthy)
		time.Sleep(9*time.Minute + 30*time.Second)
		assert.Empty(t, w.taken("PATCH"))
		assert.Equal(t, 1, strings.Count(w.logged(), "too recent for another"))
		assert.True(t, w.get(2).IsActive, "there is nothing in its place")
		time.Sleep(30 * time.Second)
		assert.Equal(t, []string{"10m30s " + promoted3, "10m30s " + disabled2}, w.taken("PATCH"))
	})
}

func TestCooldownIsPerProvider(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.keys = append(m.keys, reserve(10, "groq"))
		m.set(1, spideriq.HealthStatusUnhealthy)
	}, func(t *testing.T, w watch) {
		w.set(9, spideriq.HealthStatusUnhealthy)
		time.Sleep(30 * time.Second)
		assert.Equal(t, []string{
			"0s " + promoted2, "0s " + disabled1,
			`30s PATCH /10 {"is_primary":true}`, `30s PATCH /9 {"is_active":false,"is_primary":false}`,
		}, w.taken("PATCH"))
	})
}

func TestNoCandidateIsSaidOncePerChange(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) { m.set(9, spideriq.HealthStatusUnhealthy) }, func(t *testing.T, w watch) {
		const message = "no key of the provider is healthy and active"
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 1, strings.Count(w.logged(), message))
		w.set(9, spideriq.HealthStatusHealthy)
		time.Sleep(time.Minute)
		assert.Equal(t, 1, strings.Count(w.logged(), `msg="no primary key is unhealthy any more" provider=groq`))
		w.set(9, spideriq.HealthStatusUnhealthy)
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 1, strings.Count(w.logged(), message))
		assert.Empty(t, w.taken("PATCH"))
		assert.True(t, w.get(9).IsActive && w.get(9).IsPrimary)
	})
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	dry := usual
	dry.dryRun = true
	guarding(t, dry, func(m *memory) { m.set(1, spideriq.HealthStatusUnhealthy) }, func(t *testing.T, w watch) {
		time.Sleep(time.Hour)
		assert.Empty(t, w.taken("PATCH"))
		assert.Equal(t, 1, strings.Count(w.logged(), `msg="dry run: would promote and disable" `+
			`provider=openrouter promote=2 already_primary=false disable=[1]`))
	})
}

func TestInterruptedPauseEndsAtOnce(t *testing.T) {
	t.Parallel()
	guarding(t, usual, nil, func(t *testing.T, w watch) {
		before := time.Now()
		assert.Equal(t, exitDone, w.stop())
		assert.Zero(t, time.Since(before))
		assert.Contains(t, w.logged(), "msg=stopped")
	})
}

func TestWhatAProviderSaidIsNotLogged(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) { m.set(1, spideriq.HealthStatusUnhealthy) }, func(t *testing.T, w watch) {
		assert.NotContains(t, w.logged(), "sk-fake")
	})
}
