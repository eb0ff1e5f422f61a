// Package ogen makes the calls with the client that ogen generates.
package ogen

import (
	"context"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	generated "github.com/spideriq/spideriq-go/benchmarks/internal/generated/ogenapi"
)

// New returns a client over the generated one.
func New(cfg api.Config) (api.Client, error) {
	var opts []generated.ClientOption
	if hc := cfg.HTTPClient(); hc != nil {
		opts = append(opts, generated.WithClient(hc))
	}
	c, err := generated.NewClient(cfg.BaseURL, bearer{}, opts...)
	if err != nil {
		return nil, err
	}
	return client{c}, nil
}

type bearer struct{}

// Token returns the one token there is.
func (bearer) Token(context.Context, generated.OperationName) (generated.Token, error) {
	return generated.Token{Token: api.Token}, nil
}

type client struct{ api *generated.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	answer, err := c.api.Update(ctx, &generated.UpdateIntegration{
		DailyLimit:  generated.NewOptInt(api.DailyLimit),
		MinuteLimit: generated.NewOptInt(api.MinuteLimit),
	}, generated.UpdateParams{ID: api.ID})
	if err != nil {
		return nil, err
	}
	updated := &answer.Integration
	return updated, api.CheckLimits(&updated.DailyLimit.Value, &updated.MinuteLimit.Value)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	answer, err := c.api.List(ctx, generated.ListParams{Limit: generated.NewOptInt(api.Rows)})
	if err != nil {
		return nil, err
	}
	return answer.Integrations, api.CheckRows(len(answer.Integrations))
}
