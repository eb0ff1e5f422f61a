// Package retryable makes the calls with hashicorp/go-retryablehttp as people write it: its
// StandardClient in the place of an [http.Client], two retries, a timeout, a bounded read.
package retryable

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one retryablehttp client.
func New(cfg api.Config) (api.Client, error) {
	retrying := retryablehttp.NewClient()
	retrying.RetryMax = 2
	retrying.Logger = nil
	retrying.HTTPClient.Timeout = 30 * time.Second
	if cfg.Transport != nil {
		retrying.HTTPClient.Transport = cfg.Transport
	}
	return client{http: retrying.StandardClient(), base: cfg.BaseURL}, nil
}

type client struct {
	http *http.Client
	base string
}

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
	query := url.Values{"limit": {strconv.Itoa(api.Rows)}}
	err := c.send(ctx, http.MethodGet, "/integrations?"+query.Encode(), nil, &answer)
	return answer.Result(err)
}

func (c client) send(ctx context.Context, method, path string, body io.Reader, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+api.Token)
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return json.Unmarshal(text, answer)
}
