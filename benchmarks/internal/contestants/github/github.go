// Package github makes the calls with the generic request calls of google/go-github.
package github

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/go-github/v83/github"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one of go-github's.
func New(cfg api.Config) (api.Client, error) {
	c := github.NewClient(cfg.HTTPClient()).WithAuthToken(api.Token)
	base, err := url.Parse(cfg.BaseURL + "/")
	if err != nil {
		return nil, err
	}
	c.BaseURL = base
	return client{c}, nil
}

type client struct{ github *github.Client }

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
	req, err := c.github.NewRequest(method, path, body)
	if err != nil {
		return err
	}
	_, err = c.github.Do(ctx, req, answer)
	return err
}
