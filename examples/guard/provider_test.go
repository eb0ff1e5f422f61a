package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestCandidate(t *testing.T) {
	t.Parallel()
	key := func(id int64, change func(*spideriq.Integration)) *spideriq.Integration {
		i := &spideriq.Integration{ID: id, IsActive: true, HealthStatus: "healthy"}
		change(i)
		return i
	}
	plain := func(*spideriq.Integration) {}
	inactive := func(i *spideriq.Integration) { i.IsActive = false }
	degraded := func(i *spideriq.Integration) { i.HealthStatus = spideriq.HealthStatusDegraded }
	unknown := func(i *spideriq.Integration) { i.HealthStatus = "" }
	failedOnce := func(i *spideriq.Integration) { i.ConsecutiveFailures = new(1) }
	prior := func(i *spideriq.Integration) { i.Priority, i.ConsecutiveFailures = 5, new(1) }
	priorest := func(i *spideriq.Integration) { i.Priority = 20 }
	primary := func(i *spideriq.Integration) { i.IsPrimary, i.Priority = true, 10 }
	for name, c := range map[string]struct {
		keys []*spideriq.Integration
		want int64 // 0: none
	}{
		"none":          {nil, 0},
		"lowest id":     {[]*spideriq.Integration{key(3, plain), key(2, plain), key(4, plain)}, 2},
		"inactive":      {[]*spideriq.Integration{key(1, inactive), key(2, plain)}, 2},
		"degraded":      {[]*spideriq.Integration{key(1, degraded)}, 0},
		"not known":     {[]*spideriq.Integration{key(1, unknown)}, 0},
		"priority":      {[]*spideriq.Integration{key(1, plain), key(2, prior)}, 2},
		"fewest fails":  {[]*spideriq.Integration{key(1, failedOnce), key(2, plain)}, 2},
		"primary first": {[]*spideriq.Integration{key(1, priorest), key(2, primary)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			best := candidate(c.keys)
			if c.want == 0 {
				assert.Nil(t, best)
			} else if assert.NotNil(t, best) {
				assert.Equal(t, c.want, best.ID)
			}
		})
	}
}

func body(text string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
	}
}

// A promotion that is not certain leaves the broken key in place.
func TestRefusedPromotionDisablesNothing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() (*http.Response, error){
		"refused":     status(400),
		"gone":        status(404),
		"gateway":     status(502),
		"no answer":   lost,
		"login page":  body("<html>"),
		"not primary": body(`{"integration": {"id": 2, "is_active": true}}`),
		"not active":  body(`{"integration": {"id": 2, "is_primary": true}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guarding(t, usual, func(m *memory) {
				m.set(1, spideriq.HealthStatusUnhealthy)
				m.failing("PATCH /2", false, answer)
			}, func(t *testing.T, w watch) {
				time.Sleep(30 * time.Second)
				// It is tried again at the next look, without regard to the cool-down.
				assert.Equal(t, []string{"0s " + promoted2, "30s " + promoted2}, w.taken("PATCH"))
				assert.True(t, w.get(1).IsActive)
				assert.Contains(t, w.logged(), "level=ERROR msg=\"promotion")
				w.heal()
				time.Sleep(30 * time.Second)
				assert.Equal(t, []string{"1m0s " + promoted2, "1m0s " + disabled1}, w.taken("PATCH"))
			})
		})
	}
}

// Both readings of the documentation: another key stays primary, or does not.
func bothReadings(t *testing.T, test func(t *testing.T, onePrime bool)) {
	t.Parallel()
	t.Run("others stay primary", func(t *testing.T) { t.Parallel(); test(t, false) })
	t.Run("one primary only", func(t *testing.T) { t.Parallel(); test(t, true) })
}

func TestPromotionWhoseAnswerWasLostIsFoundOut(t *testing.T) {
	bothReadings(t, func(t *testing.T, onePrime bool) {
		for _, answer := range []func() (*http.Response, error){lost, status(504), body("<html>")} {
			guarding(t, usual, func(m *memory) {
				m.onePrime = onePrime
				m.set(1, spideriq.HealthStatusUnhealthy)
				m.failing("PATCH /2", true, answer)
			}, func(t *testing.T, w watch) {
				w.heal()
				time.Sleep(30 * time.Second)
				assert.Equal(t, []string{"0s " + promoted2, "30s " + disabled1}, w.taken("PATCH"))
				assert.Contains(t, w.logged(), "the promotion whose answer was lost has been made")
				// The cool-down runs from the promotion, not from when it was found out.
				w.set(2, spideriq.HealthStatusUnhealthy)
				time.Sleep(9*time.Minute + 30*time.Second)
				assert.Equal(t, []string{"10m0s " + promoted3, "10m0s " + disabled2}, w.taken("PATCH"))
			})
		}
	})
}

func TestFailedDisablingIsFinishedAtTheNextLook(t *testing.T) {
	bothReadings(t, func(t *testing.T, onePrime bool) {
		guarding(t, usual, func(m *memory) {
			m.onePrime = onePrime
			m.set(1, spideriq.HealthStatusUnhealthy)
			m.failing("PATCH /1", false, status(500))
		}, func(t *testing.T, w watch) {
			time.Sleep(30 * time.Second)
			w.heal()
			time.Sleep(time.Minute)
			assert.Equal(t, []string{
				"0s " + promoted2, "0s " + disabled1, "30s " + disabled1, "1m0s " + disabled1,
			}, w.taken("PATCH"))
		})
	})
}

func TestReplacedKeyThatRecoversIsLeftAlone(t *testing.T) {
	bothReadings(t, func(t *testing.T, onePrime bool) {
		guarding(t, usual, func(m *memory) {
			m.onePrime = onePrime
			m.set(1, spideriq.HealthStatusUnhealthy)
			m.failing("PATCH /1", false, status(500))
		}, func(t *testing.T, w watch) {
			w.heal()
			w.set(1, spideriq.HealthStatusHealthy)
			time.Sleep(time.Minute)
			w.taken("")
			w.find(1).IsPrimary = false
			w.set(1, spideriq.HealthStatusUnhealthy) // later, and not primary any more
			time.Sleep(time.Minute)
			assert.Empty(t, w.taken("PATCH"))
		})
	})
}

// A guard that was killed between the two updates leaves this behind.
func TestNextGuardFinishesTheJob(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.find(3).IsPrimary = true
	}, func(t *testing.T, w watch) {
		assert.Equal(t, []string{"0s " + disabled1}, w.taken("PATCH"))
	})
}

func TestSeveralBrokenKeysAreReplacedByOne(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.find(2).IsPrimary = true
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.set(2, spideriq.HealthStatusUnhealthy)
		m.failing("PATCH /1", false, status(400)) // does not keep the other from being disabled
	}, func(t *testing.T, w watch) {
		assert.Equal(t, []string{"0s " + promoted3, "0s " + disabled1, "0s " + disabled2}, w.taken("PATCH"))
	})
}

func TestOneProviderDoesNotStopAnother(t *testing.T) {
	t.Parallel()
	guarding(t, usual, func(m *memory) {
		m.keys = append(m.keys, reserve(10, "groq"))
		m.set(1, spideriq.HealthStatusUnhealthy)
		m.set(9, spideriq.HealthStatusUnhealthy)
		m.failing("PATCH /10", false, status(500)) // groq comes first
	}, func(t *testing.T, w watch) {
		time.Sleep(30 * time.Second)
		const promoted10 = `PATCH /10 {"is_primary":true}`
		assert.Equal(t, []string{
			"0s " + promoted10, "0s " + promoted2, "0s " + disabled1, "30s " + promoted10,
		}, w.taken("PATCH"))
	})
}
