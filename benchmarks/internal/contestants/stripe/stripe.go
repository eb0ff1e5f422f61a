// Package stripe makes the calls with the backend of stripe/stripe-go, which all of its typed
// calls go through. It knows no PATCH, so the update is a POST, and the path on the wire
// must begin with the version of the API, so that it has no prefix.
package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/stripe/stripe-go/v85"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one backend, which is silent.
func New(cfg api.Config) (api.Client, error) {
	base, found := strings.CutSuffix(cfg.BaseURL, "/api/v1")
	if !found {
		return nil, errors.New("the base URL does not end in /api/v1")
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL:           stripe.String(base),
		HTTPClient:    cfg.HTTPClient(),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	return client{backend}, nil
}

type client struct{ backend stripe.Backend }

// The answers keep the last response, as every resource of stripe-go does.
type (
	updateAnswer struct {
		stripe.APIResource
		api.UpdateAnswer
	}
	listAnswer struct {
		stripe.APIResource
		api.ListAnswer
	}
)

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer updateAnswer
	body, err := json.Marshal(api.Limits())
	if err != nil {
		return nil, err
	}
	// The type of a body is a form's unless it is said otherwise.
	params := &stripe.Params{Context: ctx, Headers: http.Header{"Content-Type": {"application/json"}}}
	err = c.backend.CallRaw(http.MethodPost, "/v1/integrations/"+strconv.Itoa(api.ID), api.Token, body, params, &answer)
	return answer.Result(err)
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer listAnswer
	query := []byte("limit=" + strconv.Itoa(api.Rows))
	params := &stripe.Params{Context: ctx}
	err := c.backend.CallRaw(http.MethodGet, "/v1/integrations", api.Token, query, params, &answer)
	return answer.Result(err)
}
