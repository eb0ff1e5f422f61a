// Package hcloud makes the calls with the generic request calls of hetznercloud/hcloud-go.
package hcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one of hcloud-go's.
func New(cfg api.Config) (api.Client, error) {
	opts := []hcloud.ClientOption{hcloud.WithEndpoint(cfg.BaseURL), hcloud.WithToken(api.Token)}
	if hc := cfg.HTTPClient(); hc != nil {
		opts = append(opts, hcloud.WithHTTPClient(hc))
	}
	return client{hcloud.NewClient(opts...)}, nil
}

type client struct{ hcloud *hcloud.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	body, err := json.Marshal(api.Limits())
	if err != nil {
		return nil, err
	}
	err = c.send(ctx, http.MethodPatch, "/integrations/"+strconv.Itoa(api.ID), bytes.NewReader(body), &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	err := c.send(ctx, http.MethodGet, "/integrations?limit="+strconv.Itoa(api.Rows), nil, &answer)
	return answer.Result(err)
}

func (c client) send(ctx context.Context, method, path string, body io.Reader, answer any) error {
	req, err := c.hcloud.NewRequest(ctx, method, path, body)
	if err != nil {
		return err
	}
	_, err = c.hcloud.Do(req, answer)
	return err
}
