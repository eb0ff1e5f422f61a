package spideriqtest

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
)

// A pool holds the integrations of a server. What goes in and out of it is copied.
type pool struct {
	mu      sync.Mutex
	rows    map[int64]entry
	last    int64 // the highest id so far
	initial bool  // the caller has added nothing to replace the first integration
}

type entry struct {
	integration spideriq.Integration
	foreign     bool // belongs to another brand
}

const documentedID = 42

func newPool() *pool {
	return &pool{rows: map[int64]entry{documentedID: {integration: documented()}}, last: documentedID, initial: true}
}

// documented is the integration of the API's documentation. What the page does not
// show is as after a create.
func documented() spideriq.Integration {
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	return complete(spideriq.Integration{
		ID:               documentedID,
		ProviderName:     spideriq.ProviderOpenRouter,
		KeyLabel:         "Production OpenRouter",
		IsActive:         true,
		IsPrimary:        true,
		DailyLimit:       new(20000),
		DailyCount:       1247,
		MinuteLimit:      new(200),
		MinuteCount:      3,
		SpendLimitAmount: new(spideriq.Amount("1000.00")),
		SpendLimitPeriod: spideriq.SpendLimitPeriodMonthly,
		SpendLimitAction: spideriq.SpendLimitActionBlock,
		UpdatedAt:        at,
		CreatedAt:        &at,
		KeyPreview:       map[string]string{"api_key": "sk-o...123"},
	})
}

// Add puts an integration into the pool, as if it had always been there, and
// returns it as it is kept. A zero ID is replaced with one above all that the
// server has had; an ID that exists is overwritten, which is the way to set what
// only the API changes: the health, the counts and the cached billing.
//
// Fields are kept as given. Only these are filled in when they are empty:
// ProviderLabel, Priority (10 when primary), HealthStatus (by
// ConsecutiveFailures), ConsecutiveFailures, SpendLimitExceeded, CachedCurrency,
// KeyPreview, CreatedAt and UpdatedAt.
//
// The first Add removes the integration that the server starts with. Add panics
// on a negative ID and on an amount that is no decimal number.
func (s *Server) Add(i spideriq.Integration) spideriq.Integration {
	return s.pool.add(i, false)
}

// AddForeign is Add for an integration of another brand: the API answers as if it
// did not exist. The integration that the server starts with stays.
func (s *Server) AddForeign(i spideriq.Integration) spideriq.Integration {
	return s.pool.add(i, true)
}

// Get returns an integration as it is now, also one of another brand, and false
// when there is none with that id.
func (s *Server) Get(id int64) (spideriq.Integration, bool) {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	e, ok := s.pool.rows[id]
	return clone(e.integration), ok
}

func (p *pool) add(i spideriq.Integration, foreign bool) spideriq.Integration {
	if i.ID < 0 {
		panic(fmt.Sprintf("spideriqtest: ID %d is negative", i.ID))
	}
	for _, a := range []*spideriq.Amount{i.SpendLimitAmount, i.CachedBalance, i.CachedUsageToday, i.CachedUsageMonth} {
		if a == nil {
			continue
		}
		if _, err := spideriq.ParseAmount(a.String()); err != nil {
			panic("spideriqtest: " + err.Error())
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !foreign && p.initial {
		p.initial = false
		maps.DeleteFunc(p.rows, func(id int64, e entry) bool { return id == documentedID && !e.foreign })
	}
	return clone(p.put(i, foreign))
}

// put keeps a copy of i under its ID, or the next one. The caller holds the lock.
func (p *pool) put(i spideriq.Integration, foreign bool) spideriq.Integration {
	if i.ID == 0 {
		i.ID = p.last + 1
	}
	p.last = max(p.last, i.ID)
	i = complete(clone(i))
	p.rows[i.ID] = entry{i, foreign}
	return i
}

// own returns the brand's integrations in the order of their ids. They share
// pointers with the pool. The caller holds the lock.
func (p *pool) own() []spideriq.Integration {
	var own []spideriq.Integration
	for _, id := range slices.Sorted(maps.Keys(p.rows)) {
		if e := p.rows[id]; !e.foreign {
			own = append(own, e.integration)
		}
	}
	return own
}

// find returns a copy of one of the brand's integrations. The caller holds the lock.
func (p *pool) find(id int64) (spideriq.Integration, bool) {
	e, ok := p.rows[id]
	return clone(e.integration), ok && !e.foreign
}

// complete fills in what every integration has.
func complete(i spideriq.Integration) spideriq.Integration {
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
		i.KeyPreview = map[string]string{"api_key": masked("")}
	}
	now := time.Now().UTC().Truncate(time.Second)
	if i.CreatedAt == nil {
		i.CreatedAt = &now
	}
	if i.UpdatedAt.IsZero() {
		i.UpdatedAt = now
	}
	return i
}

// providerLabel: the documentation shows the label of one provider only.
func providerLabel(name string) string {
	if name == spideriq.ProviderOpenRouter {
		return "OpenRouter"
	}
	return name
}

func clone(i spideriq.Integration) spideriq.Integration {
	i.DailyLimit = copied(i.DailyLimit)
	i.MinuteLimit = copied(i.MinuteLimit)
	i.SpendLimitAmount = copied(i.SpendLimitAmount)
	i.ConsecutiveFailures = copied(i.ConsecutiveFailures)
	i.LastUsedAt = copied(i.LastUsedAt)
	i.SpendLimitExceeded = copied(i.SpendLimitExceeded)
	i.CachedBalance = copied(i.CachedBalance)
	i.CachedUsageToday = copied(i.CachedUsageToday)
	i.CachedUsageMonth = copied(i.CachedUsageMonth)
	i.BillingSyncedAt = copied(i.BillingSyncedAt)
	i.KeyPreview = maps.Clone(i.KeyPreview)
	i.CreatedAt = copied(i.CreatedAt)
	return i
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
