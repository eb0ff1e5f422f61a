package main

import (
	"net/http"
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
		assert.Equal(t, []string{"0s GET /health", "30s GET /health", "1m0s GET /health", "1m30s GET /health", "2m0s GET /health"}, w.taken(""))
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
		assert.Equal(t, `level=INFO msg=guarding interval=30s cooldown=10m0s dry_run=false
level=INFO msg="health has changed" provider=openrouter id=1 label=Production from=healthy to=degraded consecutive_failures=0
level=INFO msg="health has changed" provider=openrouter id=1 label=Production from=degraded to=unhealthy consecutive_failures=0
level=WARN msg=promoted provider=openrouter id=2 label=Reserve in_place_of=[1]
level=WARN msg=disabled provider=openrouter id=1 label=Production
level=INFO msg="health has changed" provider=openrouter id=1 label=Production from=unhealthy to=healthy consecutive_failures=0
`, w.logged())
	})
}

func TestOnlyPrimaryActiveKeysAreReplaced(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.find(1).IsActive = false
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.set(2, spideriq.HealthStatusUnhealthy)
		m.keys = append(m.keys, &spideriq.Integration{ID: 10, ProviderName: "groq", IsActive: true, HealthStatus: "healthy"},
			&spideriq.Integration{ID: 11, ProviderName: "groq", IsActive: true, IsPrimary: true, HealthStatus: "resting"}) // a status that is not known
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
		m.keys = append(m.keys, &spideriq.Integration{ID: 10, ProviderName: "groq", IsActive: true, HealthStatus: "healthy"})
		m.set(1, spideriq.HealthStatusUnhealthy)
	}, func(t *testing.T, w watch) {
		w.set(9, spideriq.HealthStatusUnhealthy)
		time.Sleep(30 * time.Second)
		assert.Equal(t, []string{"0s " + promoted2, "0s " + disabled1, `30s PATCH /10 {"is_primary":true}`, `30s PATCH /9 {"is_active":false,"is_primary":false}`}, w.taken("PATCH"))
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
		assert.Equal(t, 1, strings.Count(w.logged(), `msg="dry run: would promote and disable" provider=openrouter promote=2 already_primary=false disable=[1]`))
	})
}

func TestOutageIsSurvivedWithABoundedBackoff(t *testing.T) {
	t.Parallel()
	guarding(t, usual, nil, func(t *testing.T, w watch) {
		w.failing("GET /health", false, status(503))
		time.Sleep(20 * time.Minute)
		w.set(1, spideriq.HealthStatusUnhealthy)
		w.heal()
		time.Sleep(6 * time.Minute)
		assert.Equal(t, []string{"0s", "30s", "1m30s", "3m30s", "7m30s", "12m30s", "17m30s", "22m30s", "23m0s", "23m30s", "24m0s", "24m30s", "25m0s", "25m30s", "26m0s"},
			times(w.taken("GET /health")))
		log := w.logged()
		assert.Contains(t, log, `level=ERROR msg="the pool cannot be seen" error.error="spideriq: GET /integrations/health: 503 Service Unavailable"`)
		assert.Equal(t, 1, strings.Count(log, `msg="the pool can be seen again" failed_looks=6`))
		assert.Contains(t, log, "msg=disabled provider=openrouter id=1", "what has happened meanwhile is caught up with")
	})
}

func TestListThatFailsIsAnOutageToo(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.failing("GET ?limit", false, lost)
	}, func(t *testing.T, w watch) {
		time.Sleep(3 * time.Minute)
		assert.Equal(t, []string{"0s", "1m0s", "3m0s"}, times(w.taken("GET ?limit")))
		assert.Empty(t, w.taken("PATCH"))
	})
}

func times(lines []string) (times []string) {
	for _, line := range lines {
		at, _, _ := strings.Cut(line, " ")
		times = append(times, at)
	}
	return times
}

func TestRetryAfterIsHonouredUpToAnHour(t *testing.T) {
	t.Parallel()
	for asked, next := range map[string]string{"90": "1m30s", "3600": "1h0m0s", "5": "1m0s"} {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			limited := func(m *memory) { m.failing("GET", false, status(429, "Retry-After", asked)) }
			guarding(t, usual, limited, func(t *testing.T, w watch) {
				w.heal()
				time.Sleep(3 * time.Hour)
				assert.Equal(t, []string{"0s", next}, times(w.taken("GET"))[:2])
				assert.NotContains(t, w.logged(), "too long to be right")
			})
		})
	}
}

// The pause of a reset time that is in milliseconds would last for centuries.
func TestPauseThatTheAPIAsksForIsAnHourAtMost(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][2]string{
		"two hours":          {"Retry-After", "7200"},
		"a century":          {"Retry-After", "3155760000"},
		"milliseconds":       {"X-RateLimit-Reset", "946684860000"},
		"the last second":    {"X-RateLimit-Reset", "253402300799"},
		"beyond a time.Time": {"Retry-After", "99999999999999999999"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limited := func(m *memory) { m.failing("GET", false, status(429, header[0], header[1])) }
			guarding(t, usual, limited, func(t *testing.T, w watch) {
				time.Sleep(2 * time.Hour)
				assert.Equal(t, []string{"0s", "1h0m0s", "2h0m0s"}, times(w.taken("GET")))
				assert.Equal(t, 3, strings.Count(w.logged(), `level=WARN msg="the API asks for a pause that is too long to be right"`))
			})
		})
	}
}

// A look joins the errors of all providers, and the longest pause counts.
func TestRetryAfterOfAnyUpdateIsHonoured(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.keys = append(m.keys, reserve(10, "groq"))
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.set(9, spideriq.HealthStatusUnhealthy)
		m.failing("PATCH", false, func() (*http.Response, error) { // groq comes first
			m.fault = nil
			m.failingLocked("PATCH", false, status(429, "Retry-After", "600"))
			return status(400)()
		})
	}, func(t *testing.T, w watch) {
		w.taken("")
		w.heal()
		time.Sleep(10 * time.Minute)
		assert.Equal(t, []string{"10m0s"}, times(w.taken("GET /health")))
	})
}

func TestRefusedTokenEndsTheGuard(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"GET /health", "PATCH"} {
		guarding(t, usual, func(m *memory) {
			m.set(1, spideriq.HealthStatusUnhealthy)
			m.failing(request, false, status(http.StatusUnauthorized))
		}, func(t *testing.T, w watch) {
			time.Sleep(time.Hour)
			assert.Equal(t, exitFailed, w.stop())
			assert.Len(t, w.taken(request), 1)
			log := w.logged()
			assert.Contains(t, log, "level=ERROR msg=\"the API refuses the token: giving up\"")
			assert.NotContains(t, log, "fake")
		})
	}
}

func TestForbiddenKeyDoesNotEndTheGuardForOtherProviders(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.keys = append(m.keys, reserve(10, "groq"))
		m.set(9, spideriq.HealthStatusUnhealthy)
		m.failing("PATCH /10", false, status(http.StatusForbidden))
	}, func(t *testing.T, w watch) {
		w.set(1, spideriq.HealthStatusUnhealthy)
		time.Sleep(time.Minute)
		assert.Contains(t, w.taken("PATCH"), "30s "+promoted2)
		assert.False(t, w.get(1).IsActive)
		w.heal()
		time.Sleep(time.Minute)
		assert.True(t, w.get(10).IsPrimary, "tried again until it is allowed")
	})
}

func TestForbiddenPoolIsAnOutage(t *testing.T) {
	t.Parallel()
	forbidden := func(m *memory) { m.failing("GET", false, status(http.StatusForbidden)) }
	guarding(t, usual, forbidden, func(t *testing.T, w watch) {
		time.Sleep(3 * time.Minute)
		assert.Equal(t, []string{"0s", "1m0s", "3m0s"}, times(w.taken("GET")))
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
