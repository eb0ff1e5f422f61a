package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestOutageIsSurvivedWithABoundedBackoff(t *testing.T) {
	t.Parallel()
	guarding(t, usual, nil, func(t *testing.T, w watch) {
		w.failing("GET /health", false, status(503))
		time.Sleep(20 * time.Minute)
		w.set(1, spideriq.HealthStatusUnhealthy)
		w.heal()
		time.Sleep(6 * time.Minute)
		assert.Equal(t, []string{
			"0s", "30s", "1m30s", "3m30s", "7m30s", "12m30s", "17m30s", "22m30s",
			"23m0s", "23m30s", "24m0s", "24m30s", "25m0s", "25m30s", "26m0s",
		}, times(w.taken("GET /health")))
		log := w.logged()
		assert.Contains(t, log, `level=ERROR msg="the pool cannot be seen" error.error="spideriq: `+
			`GET /integrations/health: 503 Service Unavailable"`)
		assert.Equal(t, 1, strings.Count(log, `msg="the pool can be seen again" failed_looks=6`))
		assert.Contains(t, log, "msg=disabled provider=openrouter id=1", "and is caught up with")
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
				const warning = `level=WARN msg="the API asks for a pause that is too long to be right"`
				assert.Equal(t, 3, strings.Count(w.logged(), warning))
			})
		})
	}
}

// A look joins the errors of all providers, and the longest pause counts.
func TestLongestPauseOfAllUpdatesIsHonoured(t *testing.T) {
	t.Parallel()
	limited := status(429, "Retry-After", "600")
	for name, answers := range map[string][]func() (*http.Response, error){
		"the first": {limited, status(400)},
		"the last":  {status(400), limited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guarding(t, usual, func(m *memory) {
				m.keys = append(m.keys, reserve(10, "groq"))
				m.set(1, spideriq.HealthStatusUnhealthy)
				m.set(9, spideriq.HealthStatusUnhealthy)
				m.failing("PATCH", false, func() (*http.Response, error) {
					answer := answers[0]
					answers = answers[1:]
					return answer()
				})
			}, func(t *testing.T, w watch) {
				w.taken("")
				w.heal()
				time.Sleep(10 * time.Minute)
				assert.Equal(t, []string{"10m0s"}, times(w.taken("GET /health")))
			})
		})
	}
}

func TestPauseBeforeABrokenConnectionIsHonoured(t *testing.T) {
	t.Parallel()
	limited := &spideriq.APIError{StatusCode: http.StatusTooManyRequests, RetryAfter: time.Minute}
	broken := &spideriq.TransportError{Err: io.ErrUnexpectedEOF, LastResponse: limited}
	assert.Equal(t, time.Minute, retryAfter(fmt.Errorf("promote 2: %w", broken)))
	assert.Zero(t, retryAfter(&spideriq.TransportError{Err: io.ErrUnexpectedEOF}))
	assert.Zero(t, retryAfter(nil))
}

func TestInterruptedLookIsNoOutage(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.fault = func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
	}, func(t *testing.T, w watch) {
		assert.Equal(t, exitDone, w.stop())
		assert.NotContains(t, w.logged(), "cannot be seen")
		assert.Contains(t, scraped(t, w.metrics, ""), `spideriq_guard_looks_total{outcome="failed"} 0`)
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
