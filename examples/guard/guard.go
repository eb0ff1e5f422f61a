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

// keyPool is what a guard needs of *spideriq.IntegrationsService.
type keyPool interface {
	Health(ctx context.Context, opts ...spideriq.RequestOption) (*spideriq.HealthReport, error)
	All(ctx context.Context, params spideriq.ListParams, opts ...spideriq.RequestOption) iter.Seq2[*spideriq.Integration, error]
	Update(ctx context.Context, id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption) (*spideriq.Integration, error)
}

type guard struct {
	pool      keyPool
	settings  settings
	log       *slog.Logger
	blind     int                             // looks in a row that have seen nothing
	health    map[int64]spideriq.HealthStatus // as last reported
	providers map[string]*provider
}

func newGuard(pool keyPool, s settings, log *slog.Logger) *guard {
	return &guard{pool: pool, settings: s, log: log, health: make(map[int64]spideriq.HealthStatus), providers: make(map[string]*provider)}
}

// watch looks after the pool until ctx ends or the token is refused. It returns
// the exit status.
func (g *guard) watch(ctx context.Context) int {
	g.log.Info("guarding", "interval", g.settings.interval, "cooldown", g.settings.cooldown, "dry_run", g.settings.dryRun)
	for {
		seen, err := g.look(ctx)
		switch {
		case ctx.Err() != nil:
			g.log.Info("stopped")
			return exitOK
		case refused(err):
			g.log.Error("the API refuses the token: giving up", "error", err)
			return exitRefused
		case !seen:
			g.blind++
			g.log.Error("the pool cannot be seen", "error", err)
		}
		pause := max(g.pause(), retryAfter(err))
		if err != nil {
			g.log.Info("looking again", "in", pause)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// pause is the interval, doubled for each look that saw nothing, up to the limit.
func (g *guard) pause() time.Duration {
	pause := g.settings.interval
	for range g.blind {
		if pause >= g.settings.maxBackoff/2 {
			return max(g.settings.interval, g.settings.maxBackoff)
		}
		pause *= 2
	}
	return pause
}

// look asks for the health of the pool and does what is to be done. It says
// whether it has seen the pool; an update can have failed even then.
func (g *guard) look(ctx context.Context) (seen bool, err error) {
	report, err := g.pool.Health(ctx)
	if err != nil {
		return false, err
	}
	// Most of the time all is well, and the one request was enough. Rows of health
	// do not tell which keys are active or primary, and there may be fewer of them
	// than the summary counts.
	keys := make(map[string][]*spideriq.Integration)
	if report.Summary.Unhealthy > 0 || anyUnhealthy(report) {
		for i, err := range g.pool.All(ctx, spideriq.ListParams{}) {
			if err != nil {
				return false, err
			}
			keys[i.ProviderName] = append(keys[i.ProviderName], i)
			if g.providers[i.ProviderName] == nil {
				g.providers[i.ProviderName] = &provider{name: i.ProviderName}
			}
		}
	}
	if g.blind > 0 {
		g.log.Info("the pool can be seen again", "failed_looks", g.blind)
		g.blind = 0
	}
	g.logChanges(report)
	var failures []error // of one provider; the others are looked after all the same
	for _, name := range slices.Sorted(maps.Keys(g.providers)) {
		failures = append(failures, g.check(ctx, g.providers[name], keys[name]))
	}
	return true, errors.Join(failures...)
}

// logChanges leaves last_error out: it is what a provider said, and that may quote
// a key.
func (g *guard) logChanges(report *spideriq.HealthReport) {
	for _, row := range report.Integrations {
		before, known := g.health[row.ID]
		if !known {
			before = spideriq.HealthStatusHealthy
		}
		if row.HealthStatus != before {
			g.log.Info("health has changed", "provider", row.ProviderName, "id", row.ID, "label", row.KeyLabel,
				"from", before, "to", row.HealthStatus, "consecutive_failures", row.ConsecutiveFailures)
		}
		g.health[row.ID] = row.HealthStatus
	}
}

func anyUnhealthy(report *spideriq.HealthReport) bool {
	for _, row := range report.Integrations {
		if row.HealthStatus == spideriq.HealthStatusUnhealthy {
			return true
		}
	}
	return false
}

// refused says whether the API will take no more of this token.
func refused(err error) bool {
	return is[*spideriq.UnauthorizedError](err) || is[*spideriq.ForbiddenError](err)
}

// retryAfter is how long the API asks to be left alone; 0 when it does not.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.RetryAfter
	}
	return 0
}

// mayHaveApplied says whether the change may be in force although the call failed.
func mayHaveApplied(err error) bool {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.MayHaveApplied
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.MayHaveApplied
	}
	return is[*spideriq.InvalidResponseError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
