// Package resty makes the calls with go-resty, with two retries of what is worth one.
package resty

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one resty client.
func New(cfg api.Config) (api.Client, error) {
	c := resty.New()
	if cfg.Transport != nil {
		c.SetTransport(cfg.Transport)
	}
	c.SetBaseURL(cfg.BaseURL).
		SetLogger(silent{}).
		SetAuthToken(api.Token).
		SetHeader("Accept", "application/json").
		SetTimeout(30 * time.Second).
		SetRetryCount(2).
		AddRetryCondition(func(resp *resty.Response, err error) bool {
			return err != nil || resp.StatusCode() == http.StatusTooManyRequests || resp.StatusCode() >= 500
		})
	return client{c}, nil
}

// A silent logger drops what resty says about each failure.
type silent struct{}

// Errorf implements [resty.Logger].
func (silent) Errorf(string, ...any) {}

// Warnf implements [resty.Logger].
func (silent) Warnf(string, ...any) {}

// Debugf implements [resty.Logger].
func (silent) Debugf(string, ...any) {}

type client struct{ resty *resty.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	resp, err := c.resty.R().SetContext(ctx).
		SetPathParam("id", strconv.Itoa(api.ID)).
		SetBody(api.Limits()).
		SetResult(&answer).
		Patch("/integrations/{id}")
	return answer.Result(failure(resp, err))
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	resp, err := c.resty.R().SetContext(ctx).
		SetQueryParam("limit", strconv.Itoa(api.Rows)).
		SetResult(&answer).
		Get("/integrations")
	return answer.Result(failure(resp, err))
}

// failure returns an error for a status that resty reports without one.
func failure(resp *resty.Response, err error) error {
	if err == nil && resp.IsError() {
		return errors.New(resp.Status())
	}
	return err
}
