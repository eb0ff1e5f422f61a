package main

import (
	"context"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
)

// A listing is the list of all integrations, kept for some seconds. The tools share
// it, so that an agent that asks for one integration after the other does not use
// up the 100 requests that the API allows in a minute.
type listing struct {
	integrations *spideriq.IntegrationsService
	maxAge       time.Duration

	turn chan struct{} // holds one value while somebody asks the API

	mu      sync.Mutex
	kept    snapshot
	changes int // how often forget was called
}

// A snapshot is what the API listed at one time. Its rows are shared and read only.
type snapshot struct {
	rows     []*spideriq.Integration
	listedAt time.Time
}

func newListing(integrations *spideriq.IntegrationsService, maxAge time.Duration) *listing {
	return &listing{integrations: integrations, maxAge: maxAge, turn: make(chan struct{}, 1)}
}

// get returns a snapshot that is at most maxAge old. One caller at a time asks the
// API, and the others wait for it. When that caller's context ends, the next in
// line asks again.
func (l *listing) get(ctx context.Context) (snapshot, error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return snapshot{}, ctx.Err()
	}
	kept, changes := l.state()
	if time.Since(kept.listedAt) < l.maxAge {
		return kept, nil
	}
	listed, err := l.ask(ctx)
	if err != nil {
		return snapshot{}, err
	}
	l.keep(listed, changes)
	return listed, nil
}

// ask lists all integrations, page after page.
func (l *listing) ask(ctx context.Context) (snapshot, error) {
	listed := snapshot{listedAt: time.Now()}
	for row, err := range l.integrations.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			return snapshot{}, err
		}
		listed.rows = append(listed.rows, row)
	}
	return listed, nil
}

// when returns the time as results show it.
func (s snapshot) when() time.Time { return s.listedAt.UTC().Truncate(time.Second) }

// find returns the integration with that id, or nil when the snapshot has none.
func (s snapshot) find(id int64) *spideriq.Integration {
	for _, row := range s.rows {
		if row.ID == id {
			return row
		}
	}
	return nil
}

func (l *listing) state() (kept snapshot, changes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept, l.changes
}

// keep keeps listed for the next callers, unless an integration has changed since
// the API was asked.
func (l *listing) keep(listed snapshot, changes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes == changes {
		l.kept = listed
	}
}

// forget makes the next call of get ask the API. It is called after every change,
// also after one that failed.
func (l *listing) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	l.kept = snapshot{}
}
