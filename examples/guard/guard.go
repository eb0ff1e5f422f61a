package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/spideriq/spideriq-go"
)

// longestAskedPause bounds the pause that the API can ask for. A Retry-After or reset
// time that is wrong by orders of magnitude must not end the looks.
const longestAskedPause = time.Hour

// keyPool is the part of *spideriq.IntegrationsService that a guard needs.
type keyPool interface {
	Health(context.Context, ...spideriq.RequestOption) (*spideriq.HealthReport, error)
	All(context.Context, spideriq.ListParams, ...spideriq.RequestOption) iter.Seq2[*spideriq.Integration, error]
	Update(
		context.Context, int64, spideriq.UpdateParams, ...spideriq.RequestOption,
	) (*spideriq.Integration, error)
}

type guard struct {
	pool        keyPool
	settings    settings
	log         *slog.Logger
	metrics     *metrics
	failedLooks int                             // in a row
	health      map[int64]spideriq.HealthStatus // as last reported
	providers   map[string]*provider
}

func newGuard(pool keyPool, s settings, log *slog.Logger, m *metrics) *guard {
	return &guard{
		pool:      pool,
		settings:  s,
		log:       log,
		metrics:   m,
		health:    make(map[int64]spideriq.HealthStatus),
		providers: make(map[string]*provider),
	}
}

// watch looks at the pool again and again until ctx ends or the API refuses the token.
// It returns the exit code.
func (g *guard) watch(ctx context.Context) int {
	g.log.Info("guarding",
		"interval", g.settings.interval, "cooldown", g.settings.cooldown, "dry_run", g.settings.dryRun)
	for {
		err := g.look(ctx)
		if ctx.Err() != nil {
			g.log.Info("stopped")
			return exitDone
		}
		if _, unauthorized := errors.AsType[*spideriq.UnauthorizedError](err); unauthorized {
			g.log.Error("the API refuses the token: giving up", "error", err)
			return exitFailed
		}
		pause := max(g.pause(), g.askedPause(err))
		if err != nil {
			g.log.Info("looking again", "in", pause)
		}
		sleep(ctx, pause)
	}
}

// sleep returns after d, or earlier when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// pause returns the interval, doubled for each failed look in a row, up to the largest
// backoff. It is never shorter than the interval.
func (g *guard) pause() time.Duration {
	pause := g.settings.interval
	for range g.failedLooks {
		if pause >= g.settings.maxBackoff/2 {
			return max(g.settings.interval, g.settings.maxBackoff)
		}
		pause *= 2
	}
	return pause
}

// askedPause returns how long the API asks to be left alone, an hour at most.
func (g *guard) askedPause(err error) time.Duration {
	asked := retryAfter(err)
	if asked <= longestAskedPause {
		return asked
	}
	g.log.Warn("the API asks for a pause that is too long to be right", "asked", asked, "kept", longestAskedPause)
	return longestAskedPause
}

// retryAfter returns the longest wait that the API asks for in err and in the errors
// that err joins. It returns 0 when the API asks for none.
func retryAfter(err error) time.Duration {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var longest time.Duration
		for _, e := range joined.Unwrap() {
			longest = max(longest, retryAfter(e))
		}
		return longest
	}
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok && e.LastResponse != nil {
		return e.LastResponse.RetryAfter
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.RetryAfter
	}
	return 0
}

// look observes the pool and does what there is to do. The error of a look whose
// updates failed joins the errors of all of them.
func (g *guard) look(ctx context.Context) error {
	seen, err := g.observe(ctx)
	if ctx.Err() != nil {
		return err
	}
	g.metrics.looked(err)
	if err != nil {
		g.failedLooks++
		g.log.Error("the pool cannot be seen", "error", err)
		return err
	}
	if g.failedLooks > 0 {
		g.log.Info("the pool can be seen again", "failed_looks", g.failedLooks)
		g.failedLooks = 0
	}
	g.logChanges(seen.report)
	return g.act(ctx, seen.keys)
}

// A view is what a look has seen.
type view struct {
	report *spideriq.HealthReport
	keys   []*spideriq.Integration // perhaps none when no key is unhealthy
}

// observe asks for the health report. It asks for the keys as well when one of them is
// unhealthy, or when metrics are served. The report does not say which keys are active
// or primary, and it may have fewer rows than its summary counts.
func (g *guard) observe(ctx context.Context) (*view, error) {
	report, err := g.pool.Health(ctx)
	if err != nil {
		return nil, err
	}
	seen := &view{report: report}
	if report.Summary.Unhealthy == 0 && !anyUnhealthy(report) && g.settings.metrics == "" {
		return seen, nil
	}
	for key, err := range g.pool.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			return nil, err
		}
		seen.keys = append(seen.keys, key)
	}
	g.metrics.keys.set(seen.keys)
	return seen, nil
}

// act replaces the broken keys of each provider. Providers whose keys are not among
// keys have recovered.
func (g *guard) act(ctx context.Context, keys []*spideriq.Integration) error {
	ofProvider := make(map[string][]*spideriq.Integration)
	for _, key := range keys {
		ofProvider[key.ProviderName] = append(ofProvider[key.ProviderName], key)
		if g.providers[key.ProviderName] == nil {
			g.providers[key.ProviderName] = &provider{name: key.ProviderName}
			g.metrics.addProvider(key.ProviderName)
		}
	}
	var failures []error // of one provider; the other providers are looked after all the same
	for _, name := range slices.Sorted(maps.Keys(g.providers)) {
		failures = append(failures, g.check(ctx, g.providers[name], ofProvider[name]))
	}
	return errors.Join(failures...)
}

// logChanges logs each change of health. It leaves out last_error, which is a text of
// a provider and may quote a key.
func (g *guard) logChanges(report *spideriq.HealthReport) {
	for _, row := range report.Integrations {
		before, known := g.health[row.ID]
		if !known {
			before = spideriq.HealthStatusHealthy
		}
		if row.HealthStatus != before {
			g.log.Info("health has changed",
				"provider", row.ProviderName, "id", row.ID, "label", row.KeyLabel,
				"from", before, "to", row.HealthStatus, "consecutive_failures", row.ConsecutiveFailures)
		}
		g.health[row.ID] = row.HealthStatus
	}
}

func anyUnhealthy(report *spideriq.HealthReport) bool {
	return slices.ContainsFunc(report.Integrations, func(row spideriq.IntegrationHealth) bool {
		return row.HealthStatus == spideriq.HealthStatusUnhealthy
	})
}
