package spideriqtest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/spideriq/spideriq-go"
)

// A pool holds the integrations of a server. What goes in and comes out is copied.
type pool struct {
	mu     sync.Mutex
	rows   map[int64]entry
	lastID int64 // the highest ID so far
}

type entry struct {
	integration spideriq.Integration
	foreign     bool // belongs to another brand
}

func newPool() *pool {
	return &pool{rows: make(map[int64]entry)}
}

// Add puts an integration into the server, as if it had always been there, and
// returns it as it is kept. An ID that exists is overwritten: this is how to set
// what only the API changes, such as the health, the counts and the cached billing.
// A zero ID is replaced with the one after the highest that the server has had,
// beginning with 1. Only when that is the largest int64, it is replaced with the
// lowest one that is free.
//
// Fields are kept as given. These are filled in when they are empty: ProviderLabel,
// Priority (10 when primary), HealthStatus (by ConsecutiveFailures),
// ConsecutiveFailures, SpendLimitExceeded, CachedCurrency, KeyPreview, CreatedAt and
// UpdatedAt (the time of the call, in whole seconds).
//
// Nothing is shared with the caller. Add panics when the ID is negative or an amount
// is not a decimal number.
func (s *Server) Add(i spideriq.Integration) spideriq.Integration {
	return s.pool.add(i, false)
}

// AddForeign does what [Server.Add] does for an integration of another brand. The
// API answers for it as if it did not exist; [Server.Get] returns it.
func (s *Server) AddForeign(i spideriq.Integration) spideriq.Integration {
	return s.pool.add(i, true)
}

// Get returns an integration as it is now, also one of another brand. It returns
// false when there is none with that ID. Nothing is shared with the caller.
func (s *Server) Get(id int64) (spideriq.Integration, bool) {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	e, found := s.pool.rows[id]
	return clone(e.integration), found
}

func (p *pool) add(i spideriq.Integration, foreign bool) spideriq.Integration {
	if i.ID < 0 {
		panic(fmt.Sprintf("spideriqtest: ID %d is negative", i.ID))
	}
	for _, amount := range []*spideriq.Amount{
		i.SpendLimitAmount, i.CachedBalance, i.CachedUsageToday, i.CachedUsageMonth,
	} {
		if amount == nil {
			continue
		}
		if _, err := spideriq.ParseAmount(amount.String()); err != nil {
			panic("spideriqtest: " + err.Error())
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return clone(p.put(i, foreign))
}

// put keeps a copy of i under its ID, or under the next one when that is 0. It
// returns what is kept. The caller holds the lock.
func (p *pool) put(i spideriq.Integration, foreign bool) spideriq.Integration {
	if i.ID == 0 {
		i.ID = p.nextID()
	}
	p.lastID = max(p.lastID, i.ID)
	kept := withDefaults(clone(i))
	p.rows[kept.ID] = entry{integration: kept, foreign: foreign}
	return kept
}

func (p *pool) nextID() int64 {
	if p.lastID < math.MaxInt64 {
		return p.lastID + 1
	}
	id := int64(1)
	for p.has(id) {
		id++
	}
	return id
}

func (p *pool) has(id int64) bool {
	_, found := p.rows[id]
	return found
}

// own returns the brand's integrations in the order of their IDs. They share
// pointers with the pool. The caller holds the lock.
func (p *pool) own() []spideriq.Integration {
	var own []spideriq.Integration
	for _, id := range slices.Sorted(maps.Keys(p.rows)) {
		e := p.rows[id]
		if !e.foreign {
			own = append(own, e.integration)
		}
	}
	return own
}

// find returns a copy of one of the brand's integrations. The caller holds the lock.
func (p *pool) find(id int64) (spideriq.Integration, bool) {
	e, found := p.rows[id]
	if !found || e.foreign {
		return spideriq.Integration{}, false
	}
	return clone(e.integration), true
}

// clone returns a deep copy of i.
func clone(i spideriq.Integration) spideriq.Integration {
	i.DailyLimit = copyOf(i.DailyLimit)
	i.MinuteLimit = copyOf(i.MinuteLimit)
	i.SpendLimitAmount = copyOf(i.SpendLimitAmount)
	i.ConsecutiveFailures = copyOf(i.ConsecutiveFailures)
	i.LastUsedAt = copyOf(i.LastUsedAt)
	i.SpendLimitExceeded = copyOf(i.SpendLimitExceeded)
	i.CachedBalance = copyOf(i.CachedBalance)
	i.CachedUsageToday = copyOf(i.CachedUsageToday)
	i.CachedUsageMonth = copyOf(i.CachedUsageMonth)
	i.BillingSyncedAt = copyOf(i.BillingSyncedAt)
	i.KeyPreview = maps.Clone(i.KeyPreview)
	i.CreatedAt = copyOf(i.CreatedAt)
	return i
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
