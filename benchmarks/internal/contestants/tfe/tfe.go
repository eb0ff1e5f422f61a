// Package tfe makes the calls with the generic request calls of hashicorp/go-tfe. Its bodies
// are plain JSON here, which it allows, under the media type of JSON:API.
package tfe

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/hashicorp/go-tfe"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one of go-tfe's, which asks the server for its version first.
func New(cfg api.Config) (api.Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	c, err := tfe.NewClient(&tfe.Config{
		Address:    base.Scheme + "://" + base.Host,
		BasePath:   base.Path + "/",
		Token:      api.Token,
		HTTPClient: cfg.HTTPClient(),
		// Off by default, but Terraform turns it on.
		RetryServerErrors: true,
	})
	if err != nil {
		return nil, err
	}
	return client{c}, nil
}

type client struct{ tfe *tfe.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	params := api.Limits()
	err := c.send(ctx, http.MethodPatch, "integrations/"+strconv.Itoa(api.ID), &params, &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	query := struct {
		Limit int `url:"limit"`
	}{api.Rows}
	err := c.send(ctx, http.MethodGet, "integrations", query, &answer)
	return answer.Result(err)
}

func (c client) send(ctx context.Context, method, path string, body, answer any) error {
	req, err := c.tfe.NewRequest(method, path, body)
	if err != nil {
		return err
	}
	return req.DoJSON(ctx, answer)
}
