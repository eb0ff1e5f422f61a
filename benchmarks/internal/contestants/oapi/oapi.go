// Package oapi makes the calls with the client that oapi-codegen generates.
package oapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	generated "github.com/spideriq/spideriq-go/benchmarks/internal/generated/oapi"
)

// New returns a client over the generated one.
func New(cfg api.Config) (api.Client, error) {
	authorize := generated.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+api.Token)
		return nil
	})
	opts := []generated.ClientOption{authorize}
	if hc := cfg.HTTPClient(); hc != nil {
		opts = append(opts, generated.WithHTTPClient(hc))
	}
	c, err := generated.NewClientWithResponses(cfg.BaseURL, opts...)
	if err != nil {
		return nil, err
	}
	return client{c}, nil
}

type client struct {
	api *generated.ClientWithResponses
}

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	resp, err := c.api.UpdateWithResponse(ctx, api.ID, generated.UpdateIntegration{
		DailyLimit:  new(api.DailyLimit),
		MinuteLimit: new(api.MinuteLimit),
	})
	if err != nil {
		return nil, err
	}
	if resp.JSON200 == nil {
		return nil, errors.New(resp.Status())
	}
	updated := &resp.JSON200.Integration
	return updated, api.CheckLimits(updated.DailyLimit, updated.MinuteLimit)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	resp, err := c.api.ListWithResponse(ctx, &generated.ListParams{Limit: new(api.Rows)})
	if err != nil {
		return nil, err
	}
	if resp.JSON200 == nil {
		return nil, errors.New(resp.Status())
	}
	return resp.JSON200.Integrations, api.CheckRows(len(resp.JSON200.Integrations))
}
