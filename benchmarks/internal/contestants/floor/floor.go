// Package floor makes the calls by hand, with net/http and encoding/json: what a careful
// engineer writes in the place of a library. There is one shared client, a bounded read and a
// look at the status. Nothing is repeated, and errors have no types.
package floor

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

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

const (
	longest = 30 * time.Second // of a call with a deadline
	largest = 4 << 20          // of a response body
)

// New returns a client whose calls have no deadline but that of their context.
func New(cfg api.Config) (api.Client, error) {
	return &client{http: httpClient(cfg), base: cfg.BaseURL}, nil
}

// NewWithDeadline returns a client whose calls end after 30 seconds, the read of the answer
// included.
func NewWithDeadline(cfg api.Config) (api.Client, error) {
	return &client{http: httpClient(cfg), base: cfg.BaseURL, deadline: true}, nil
}

func httpClient(cfg api.Config) *http.Client {
	if hc := cfg.HTTPClient(); hc != nil {
		return hc
	}
	return http.DefaultClient
}

type client struct {
	http     *http.Client
	base     string
	deadline bool
}

// Update implements [api.Client].
func (c *client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	err := c.update(ctx, api.ID, api.Limits(), &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c *client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	err := c.list(ctx, api.Rows, &answer)
	return answer.Result(err)
}

func (c *client) update(ctx context.Context, id int64, params api.Params, answer any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return c.send(ctx, http.MethodPatch, "/integrations/"+strconv.FormatInt(id, 10), bytes.NewReader(body), answer)
}

func (c *client) list(ctx context.Context, limit int, answer any) error {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	return c.send(ctx, http.MethodGet, "/integrations?"+query.Encode(), nil, answer)
}

func (c *client) send(ctx context.Context, method, path string, body io.Reader, answer any) error {
	if c.deadline {
		bounded, cancel := context.WithTimeout(ctx, longest)
		defer cancel()
		ctx = bounded
	}
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
	text, err := io.ReadAll(io.LimitReader(resp.Body, largest))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return json.Unmarshal(text, answer)
}
