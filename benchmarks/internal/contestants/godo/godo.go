// Package godo makes the calls with the generic request calls of digitalocean/godo.
package godo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/digitalocean/godo"
	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over the one that godo.NewFromToken makes.
func New(cfg api.Config) (api.Client, error) {
	c := godo.NewFromToken(api.Token)
	base, err := url.Parse(cfg.BaseURL + "/")
	if err != nil {
		return nil, err
	}
	c.BaseURL = base
	if cfg.Transport != nil {
		// With retries, godo ignores the transport of the client that it is given.
		authorizing := c.HTTPClient.Transport.(*oauth2.Transport)
		retrying := authorizing.Base.(*retryablehttp.RoundTripper)
		retrying.Client.HTTPClient.Transport = cfg.Transport
	}
	return client{c}, nil
}

type client struct{ godo *godo.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	err := c.send(ctx, http.MethodPatch, "integrations/"+strconv.Itoa(api.ID), api.Limits(), &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	err := c.send(ctx, http.MethodGet, "integrations?limit="+strconv.Itoa(api.Rows), nil, &answer)
	return answer.Result(err)
}

func (c client) send(ctx context.Context, method, path string, body, answer any) error {
	req, err := c.godo.NewRequest(ctx, method, path, body)
	if err != nil {
		return err
	}
	_, err = c.godo.Do(ctx, req, answer)
	return err
}
