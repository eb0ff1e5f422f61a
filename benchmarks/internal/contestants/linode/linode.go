// Package linode makes the calls with the generic request call of linode/linodego.
package linode

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/go-resty/resty/v2"
	"github.com/linode/linodego"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one of linodego's.
func New(cfg api.Config) (api.Client, error) {
	base, found := strings.CutSuffix(cfg.BaseURL, "/v1")
	if !found {
		return nil, errors.New("linodego appends the version of the API by itself")
	}
	c := linodego.NewClient(cfg.HTTPClient())
	c.SetLogger(silent{})
	c.SetBaseURL(base).SetAPIVersion("v1").SetToken(api.Token)
	return client{&c}, nil
}

// A silent logger drops what resty says about each failure.
type silent struct{}

// Errorf implements [linodego.Logger].
func (silent) Errorf(string, ...any) {}

// Warnf implements [linodego.Logger].
func (silent) Warnf(string, ...any) {}

// Debugf implements [linodego.Logger].
func (silent) Debugf(string, ...any) {}

type client struct{ linode *linodego.Client }

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	resp, err := c.linode.R(ctx).SetBody(api.Limits()).SetResult(&answer).Patch("integrations/" + strconv.Itoa(api.ID))
	return answer.Result(failure(resp, err))
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	resp, err := c.linode.R(ctx).
		SetQueryParam("limit", strconv.Itoa(api.Rows)).
		SetResult(&answer).
		Get("integrations")
	return answer.Result(failure(resp, err))
}

// failure returns an error for a status that resty reports without one.
func failure(resp *resty.Response, err error) error {
	if err == nil && resp.IsError() {
		return errors.New(resp.Status())
	}
	return err
}
