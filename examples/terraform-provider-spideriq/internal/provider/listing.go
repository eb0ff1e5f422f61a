package provider

import (
	"context"
	"sync"

	"github.com/spideriq/spideriq-go"
)

// listing is the one listing of the integrations that all reads of a run share. The
// API has no call for one integration and allows 100 requests a minute, so a call for
// each resource would soon be refused.
//
// The first read lists; the others wait for it and use the same result, also when it
// is an error. A listing that ended with the context of its reader is not shared.
type listing struct {
	integrations *spideriq.IntegrationsService

	mu      sync.Mutex
	current *snapshot // nil before the first read and after a change
}

// A snapshot is one listing, under way until done is closed.
type snapshot struct {
	previous *snapshot // the listing that this one confirms, if any
	done     chan struct{}

	// Set when done is closed.
	rows []*spideriq.Integration
	byID map[int64]*spideriq.Integration
	err  error

	abandoned bool // the listing ended with the context of its reader
}

func newListing(integrations *spideriq.IntegrationsService) *listing {
	return &listing{integrations: integrations}
}

// all returns the rows of the listing. The caller must not change them.
func (l *listing) all(ctx context.Context) ([]*spideriq.Integration, error) {
	s, err := l.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	return s.rows, nil
}

// find returns the integration with that id, or nil when it does not exist.
//
// The API pages by offset, so a row can be missed when another is deleted meanwhile.
// An integration is therefore gone only when two listings in a row lack it. All reads
// of a run share the second listing as well.
func (l *listing) find(ctx context.Context, id int64) (*spideriq.Integration, error) {
	s, err := l.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	if row := s.byID[id]; row != nil {
		return row, nil
	}
	if s.previous == nil {
		if s, err = l.get(ctx, s); err != nil {
			return nil, err
		}
	}
	if row := s.byID[id]; row != nil || s.previous == nil {
		return row, nil
	}
	return s.previous.byID[id], nil
}

// forget makes the next read list again. It is called after every call that may have
// changed something.
func (l *listing) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = nil
}

// get returns the current listing, or a new one when the current one is outdated. It
// lists when nobody has, and waits for the reader that does otherwise.
func (l *listing) get(ctx context.Context, outdated *snapshot) (*snapshot, error) {
	for {
		s, isNew := l.join(outdated)
		if isNew {
			l.fill(ctx, s)
			return s, s.err
		}
		select {
		case <-s.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if !s.abandoned {
			return s, s.err
		}
	}
}

// join returns the current snapshot. When there is none, or only the outdated one, it
// makes a new one that the caller must fill.
func (l *listing) join(outdated *snapshot) (s *snapshot, isNew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current != nil && l.current != outdated {
		return l.current, false
	}
	l.current = &snapshot{previous: outdated, done: make(chan struct{})}
	return l.current, true
}

// fill lists, then wakes the readers that wait.
func (l *listing) fill(ctx context.Context, s *snapshot) {
	defer close(s.done)
	s.byID = make(map[int64]*spideriq.Integration)
	for row, err := range l.integrations.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			s.err = err
			break
		}
		s.rows = append(s.rows, row)
		s.byID[row.ID] = row
	}
	if s.err != nil && ctx.Err() != nil {
		s.abandoned = true
		l.discard(s)
	}
}

// discard makes the next reader list again, unless somebody does so already.
func (l *listing) discard(s *snapshot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == s {
		l.current = s.previous
	}
}
