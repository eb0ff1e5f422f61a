package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spideriq/spideriq-go"
)

// A provider is what the guard remembers of one: only what the pool does not show.
type provider struct {
	name       string
	promotedAt time.Time      // when this guard last made a key primary
	unknown    promotion      // the last one, while its outcome is not known
	replaced   map[int64]bool // keys to be disabled even when they are not primary any more
	said       string         // what was last logged about a state that lasts
}

type promotion struct {
	id int64
	at time.Time
}

// check does what is to be done about the keys of a provider. keys is empty when
// no key of the pool is unhealthy.
func (g *guard) check(ctx context.Context, p *provider, keys []*spideriq.Integration) error {
	g.settle(p, keys)
	broken := p.broken(keys)
	if len(broken) == 0 {
		if p.said != "" {
			g.log.Info("no primary key is unhealthy any more", "provider", p.name)
		}
		p.said, p.replaced = "", nil
		return nil
	}
	best := candidate(keys)
	coolUntil := p.promotedAt.Add(g.settings.cooldown)
	switch {
	case best == nil:
		g.once(p, "a primary key is unhealthy, and no key of the provider is healthy and active", "ids", ids(broken))
		return nil
	case g.settings.dryRun:
		g.once(p, "dry run: would promote and disable", "promote", best.ID, "already_primary", best.IsPrimary, "disable", ids(broken))
		return nil
	case best.IsPrimary: // only disabling is left to do
	case time.Now().Before(coolUntil):
		g.once(p, "a primary key is unhealthy, and the last promotion too recent for another", "ids", ids(broken), "until", coolUntil)
		return nil
	default:
		if err := g.promote(ctx, p, best, broken); err != nil {
			return err
		}
	}
	p.said = ""
	return g.disable(ctx, p, broken)
}

// settle finds out what became of a promotion whose answer was lost.
func (g *guard) settle(p *provider, keys []*spideriq.Integration) {
	for _, key := range keys {
		if key.ID != p.unknown.id {
			continue
		}
		if key.IsPrimary {
			g.log.Info("the promotion whose answer was lost has been made", "provider", p.name, "id", key.ID)
			p.promotedAt = p.unknown.at
		}
		p.unknown = promotion{}
	}
}

// broken are the keys to be replaced and disabled. Whether a key stays primary when
// another becomes it is not documented, so those replaced are remembered.
func (p *provider) broken(keys []*spideriq.Integration) []*spideriq.Integration {
	var broken []*spideriq.Integration
	for _, key := range keys {
		if key.HealthStatus == spideriq.HealthStatusUnhealthy && key.IsActive && (key.IsPrimary || p.replaced[key.ID]) {
			broken = append(broken, key)
		}
	}
	return broken
}

// candidate is the key that is best as a primary one; nil when there is none.
func candidate(keys []*spideriq.Integration) *spideriq.Integration {
	var best *spideriq.Integration
	for _, key := range keys {
		if key.HealthStatus == spideriq.HealthStatusHealthy && key.IsActive && (best == nil || better(key, best)) {
			best = key
		}
	}
	return best
}

func better(a, b *spideriq.Integration) bool {
	if a.IsPrimary != b.IsPrimary {
		return a.IsPrimary
	}
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(failures(a), failures(b)), cmp.Compare(a.ID, b.ID)) < 0
}

func failures(key *spideriq.Integration) int {
	if key.ConsecutiveFailures == nil {
		return 0
	}
	return *key.ConsecutiveFailures
}

// promote makes a key primary. Unless it returns nil, nothing is certain, and the
// broken keys have to stay for now.
func (g *guard) promote(ctx context.Context, p *provider, best *spideriq.Integration, broken []*spideriq.Integration) error {
	now := time.Now()
	after, err := g.pool.Update(ctx, best.ID, spideriq.UpdateParams{IsPrimary: new(true)})
	if err == nil && !(after.IsPrimary && after.IsActive) {
		err = errors.New("the API accepted the update, but in its answer the key is not primary and active")
	}
	if err != nil && !mayHaveApplied(err) {
		g.log.Error("promotion failed", "provider", p.name, "id", best.ID, "error", err)
		return fmt.Errorf("promote %d: %w", best.ID, err)
	}
	p.replaced = make(map[int64]bool)
	for _, key := range broken {
		p.replaced[key.ID] = true
	}
	if err != nil {
		p.unknown = promotion{best.ID, now}
		g.log.Error("promotion with unknown outcome: the next look will tell", "provider", p.name, "id", best.ID, "error", err)
		return fmt.Errorf("promote %d: %w", best.ID, err)
	}
	p.promotedAt = now
	g.log.Warn("promoted", "provider", p.name, "id", best.ID, "label", best.KeyLabel, "in_place_of", ids(broken))
	return nil
}

// disable takes keys out of the pool. One that fails is tried again at the next
// look, because the pool still shows it.
func (g *guard) disable(ctx context.Context, p *provider, broken []*spideriq.Integration) error {
	var failures []error
	for _, key := range broken {
		// Not primary either, so that there is one primary key when somebody enables
		// this one again.
		if _, err := g.pool.Update(ctx, key.ID, spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)}); err != nil {
			g.log.Error("disabling failed: the next look will tell", "provider", p.name, "id", key.ID, "error", err)
			failures = append(failures, fmt.Errorf("disable %d: %w", key.ID, err))
			continue
		}
		g.log.Warn("disabled", "provider", p.name, "id", key.ID, "label", key.KeyLabel)
	}
	return errors.Join(failures...)
}

// once logs a state that lasts when it begins or changes, not at every look.
func (g *guard) once(p *provider, message string, args ...any) {
	if said := fmt.Sprint(message, args); said != p.said {
		p.said = said
		g.log.Warn(message, append([]any{"provider", p.name}, args...)...)
	}
}

func ids(keys []*spideriq.Integration) []int64 {
	ids := make([]int64, len(keys))
	for i, key := range keys {
		ids[i] = key.ID
	}
	slices.Sort(ids)
	return ids
}
