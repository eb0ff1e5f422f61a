// Package openai makes the calls with the generic request calls of openai/openai-go.
package openai

import (
	"context"
	"strconv"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one of openai-go's.
func New(cfg api.Config) (api.Client, error) {
	opts := []option.RequestOption{option.WithBaseURL(cfg.BaseURL), option.WithAPIKey(api.Token)}
	if hc := cfg.HTTPClient(); hc != nil {
		opts = append(opts, option.WithHTTPClient(hc))
	}
	c := openai.NewClient(opts...)
	return client{&c}, nil
}

type client struct{ openai *openai.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	err := c.openai.Patch(ctx, "integrations/"+strconv.Itoa(api.ID), api.Limits(), &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	err := c.openai.Get(ctx, "integrations", nil, &answer, option.WithQuery("limit", strconv.Itoa(api.Rows)))
	return answer.Result(err)
}
