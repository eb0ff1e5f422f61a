package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spideriq/spideriq-go"
)

// A provider is what the guard remembers of one provider: only what the pool does not
// show.
type provider struct {
	name       string
	promotedAt time.Time      // when this guard last made a key primary
	unknown    promotion      // the latest one, while its outcome is not known
	replaced   map[int64]bool // keys to be disabled even when they are not primary any more
	lastState  string         // the text that was logged about the present state
}

type promotion struct {
	id int64
	at time.Time
}

// check replaces the broken keys of a provider, as far as that is possible now. keys
// is empty when no key of the pool is unhealthy.
func (g *guard) check(ctx context.Context, p *provider, keys []*spideriq.Integration) error {
	g.settle(p, keys)
	broken := p.broken(keys)
	if len(broken) == 0 {
		if p.lastState != "" {
			g.log.Info("no primary key is unhealthy any more", "provider", p.name)
		}
		p.lastState = ""
		p.replaced = nil
		return nil
	}
	best := candidate(keys)
	if best == nil {
		g.logState(p, "a primary key is unhealthy, and no key of the provider is healthy and active",
			"ids", ids(broken))
		return nil
	}
	if g.settings.dryRun {
		g.logState(p, "dry run: would promote and disable",
			"promote", best.ID, "already_primary", best.IsPrimary, "disable", ids(broken))
		return nil
	}
	if !best.IsPrimary {
		if coolUntil := p.promotedAt.Add(g.settings.cooldown); time.Now().Before(coolUntil) {
			g.logState(p, "a primary key is unhealthy, and the last promotion too recent for another",
				"ids", ids(broken), "until", coolUntil)
			return nil
		}
		if err := g.promote(ctx, p, best, broken); err != nil {
			return err
		}
	}
	p.lastState = ""
	return g.disable(ctx, p, broken)
}

// settle finds out whether a promotion was made whose response was lost.
func (g *guard) settle(p *provider, keys []*spideriq.Integration) {
	for _, key := range keys {
		if key.ID != p.unknown.id {
			continue
		}
		if key.IsPrimary {
			g.log.Info("the promotion whose answer was lost has been made", "provider", p.name, "id", key.ID)
			p.promotedAt = p.unknown.at
			g.metrics.promoted(p.name, outcomeDone)
		}
		p.unknown = promotion{}
	}
}

// broken returns the keys that have to be replaced and disabled. The API does not
// document whether a key stays primary when another becomes it, so the replaced keys
// are remembered.
func (p *provider) broken(keys []*spideriq.Integration) []*spideriq.Integration {
	var broken []*spideriq.Integration
	for _, key := range keys {
		wasPrimary := key.IsPrimary || p.replaced[key.ID]
		if key.HealthStatus == spideriq.HealthStatusUnhealthy && key.IsActive && wasPrimary {
			broken = append(broken, key)
		}
	}
	return broken
}

// candidate returns the key that is the best primary one, or nil when there is none.
func candidate(keys []*spideriq.Integration) *spideriq.Integration {
	var best *spideriq.Integration
	for _, key := range keys {
		if key.HealthStatus != spideriq.HealthStatusHealthy || !key.IsActive {
			continue
		}
		if best == nil || isBetter(key, best) {
			best = key
		}
	}
	return best
}

func isBetter(a, b *spideriq.Integration) bool {
	if a.IsPrimary != b.IsPrimary {
		return a.IsPrimary
	}
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	if failures(a) != failures(b) {
		return failures(a) < failures(b)
	}
	return a.ID < b.ID
}

func failures(key *spideriq.Integration) int {
	if key.ConsecutiveFailures == nil {
		return 0
	}
	return *key.ConsecutiveFailures
}

var errNotPrimary = errors.New("the API accepted the update, but in its answer the key is not primary and active")

// promote makes a key primary. When it returns an error, the promotion is not certain
// and the broken keys have to stay for now.
func (g *guard) promote(
	ctx context.Context, p *provider, best *spideriq.Integration, broken []*spideriq.Integration,
) error {
	now := time.Now()
	after, err := g.pool.Update(ctx, best.ID, spideriq.UpdateParams{IsPrimary: new(true)})
	if err == nil && (!after.IsPrimary || !after.IsActive) {
		err = errNotPrimary
	}
	if err != nil && !spideriq.MayHaveApplied(err) {
		g.metrics.promoted(p.name, outcomeFailed)
		g.log.Error("promotion failed", "provider", p.name, "id", best.ID, "error", err)
		return fmt.Errorf("promote %d: %w", best.ID, err)
	}
	p.replaced = make(map[int64]bool)
	for _, key := range broken {
		p.replaced[key.ID] = true
	}
	if err != nil {
		p.unknown = promotion{id: best.ID, at: now}
		g.metrics.promoted(p.name, outcomeUnknown)
		g.log.Error("promotion with unknown outcome: the next look will tell",
			"provider", p.name, "id", best.ID, "error", err)
		return fmt.Errorf("promote %d: %w", best.ID, err)
	}
	p.promotedAt = now
	g.metrics.promoted(p.name, outcomeDone)
	g.log.Warn("promoted", "provider", p.name, "id", best.ID, "label", best.KeyLabel, "in_place_of", ids(broken))
	return nil
}

// disable takes keys out of the pool. A key that fails is tried again at the next
// look, because the pool still shows it.
func (g *guard) disable(ctx context.Context, p *provider, broken []*spideriq.Integration) error {
	// A disabled key is not primary either, so that there is one primary key when
	// somebody enables it again.
	off := spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)}
	var failures []error
	for _, key := range broken {
		if _, err := g.pool.Update(ctx, key.ID, off); err != nil {
			g.metrics.disabled(p.name, outcomeFailed)
			g.log.Error("disabling failed: the next look will tell", "provider", p.name, "id", key.ID, "error", err)
			failures = append(failures, fmt.Errorf("disable %d: %w", key.ID, err))
			continue
		}
		g.metrics.disabled(p.name, outcomeDone)
		g.log.Warn("disabled", "provider", p.name, "id", key.ID, "label", key.KeyLabel)
	}
	return errors.Join(failures...)
}

// logState logs a state that lasts when it begins or changes, not at every look.
func (g *guard) logState(p *provider, message string, args ...any) {
	state := fmt.Sprint(message, args)
	if state == p.lastState {
		return
	}
	p.lastState = state
	g.log.Warn(message, append([]any{"provider", p.name}, args...)...)
}

func ids(keys []*spideriq.Integration) []int64 {
	ids := make([]int64, len(keys))
	for i, key := range keys {
		ids[i] = key.ID
	}
	slices.Sort(ids)
	return ids
}
