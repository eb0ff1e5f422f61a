// Package azcore makes the calls with Azure's azcore, as the clients that Azure generates do.
package azcore

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

// New returns a client over one azcore pipeline, which is allowed to send its token to a
// loopback address without TLS.
func New(cfg api.Config) (api.Client, error) {
	insecure := &policy.BearerTokenOptions{InsecureAllowCredentialWithHTTP: true}
	authorize := runtime.NewBearerTokenPolicy(credential{}, nil, insecure)
	var options azcore.ClientOptions
	if hc := cfg.HTTPClient(); hc != nil {
		options.Transport = hc
	}
	c, err := azcore.NewClient("benchmarks", "v0.1.0",
		runtime.PipelineOptions{PerRetry: []policy.Policy{authorize}}, &options)
	if err != nil {
		return nil, err
	}
	return client{azure: c, base: cfg.BaseURL}, nil
}

type credential struct{}

// GetToken returns the one token there is.
func (credential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: api.Token, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

type client struct {
	azure *azcore.Client
	base  string
}

// Update implements [api.Client].
func (c client) Update(ctx context.Context) (any, error) {
	var answer api.UpdateAnswer
	req, err := c.request(ctx, http.MethodPatch, runtime.JoinPaths("/integrations", strconv.Itoa(api.ID)))
	if err != nil {
		return nil, err
	}
	if err := runtime.MarshalAsJSON(req, api.Limits()); err != nil {
		return nil, err
	}
	return answer.Result(c.send(req, &answer))
}

// List implements [api.Client].
func (c client) List(ctx context.Context) (any, error) {
	var answer api.ListAnswer
	req, err := c.request(ctx, http.MethodGet, "/integrations")
	if err != nil {
		return nil, err
	}
	query := req.Raw().URL.Query()
	query.Set("limit", strconv.Itoa(api.Rows))
	req.Raw().URL.RawQuery = query.Encode()
	return answer.Result(c.send(req, &answer))
}

func (c client) request(ctx context.Context, method, path string) (*policy.Request, error) {
	req, err := runtime.NewRequest(ctx, method, runtime.JoinPaths(c.base, path))
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Accept", "application/json")
	return req, nil
}

func (c client) send(req *policy.Request, answer any) error {
	resp, err := c.azure.Pipeline().Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return runtime.NewResponseError(resp)
	}
	return runtime.UnmarshalAsJSON(resp, answer)
}
