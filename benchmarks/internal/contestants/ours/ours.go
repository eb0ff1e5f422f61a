// Package ours makes the calls with spideriq-go and its defaults.
package ours

import (
	"context"

	"github.com/spideriq/spideriq-go"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client with the defaults of the library.
func New(cfg api.Config) (api.Client, error) {
	opts := []spideriq.Option{spideriq.WithBaseURL(cfg.BaseURL)}
	if hc := cfg.HTTPClient(); hc != nil {
		opts = append(opts, spideriq.WithHTTPClient(hc))
	}
	c, err := spideriq.NewClient(api.Token, opts...)
	if err != nil {
		return nil, err
	}
	return client{c}, nil
}

type client struct{ api *spideriq.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	updated, err := c.api.Integrations.Update(ctx, api.ID, spideriq.UpdateParams{
		DailyLimit:  new(api.DailyLimit),
		MinuteLimit: new(api.MinuteLimit),
	})
	if err != nil {
		return nil, err
	}
	return updated, api.CheckLimits(updated.DailyLimit, updated.MinuteLimit)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	rows, err := c.api.Integrations.List(ctx, spideriq.ListParams{Limit: api.Rows})
	if err != nil {
		return nil, err
	}
	return rows, api.CheckRows(len(rows))
}

// CloseIdleConnections closes those of the library's own transport.
func (c client) CloseIdleConnections() { c.api.CloseIdleConnections() }
