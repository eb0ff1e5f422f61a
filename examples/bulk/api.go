package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// An api is the API that rows are sent to.
type api struct {
	client *spideriq.Client
	name   string // tells the job of one API from that of another
	owner  string // of the rate limit: the client id in the token, which is no secret
	close  func()
}

// connectAPI returns the API of the environment, or the one of -demo, which never
// touches the network.
func connectAPI(s settings, getenv func(string) string, gate *gate) (*api, error) {
	opts := []spideriq.Option{spideriq.WithRateLimiter(gate), spideriq.WithUserAgent("bulk-example/1.0")}
	if s.demo {
		return newDemo(opts), nil
	}
	token := getenv("SPIDERIQ_TOKEN")
	if token == "" {
		return nil, errors.New("SPIDERIQ_TOKEN is not set; -demo runs against an in-memory API")
	}
	client, err := spideriq.NewClientFromEnv(opts...)
	if err != nil {
		return nil, err
	}
	owner, _, _ := strings.Cut(token, ":")
	return &api{client: client, name: client.String(), owner: owner, close: client.CloseIdleConnections}, nil
}

func newDemo(opts []spideriq.Option) *api {
	server := spideriqtest.NewServer()
	for id := range int64(300) {
		server.Add(spideriq.Integration{
			ID: id + 1, ProviderName: spideriq.ProviderOpenRouter, KeyLabel: fmt.Sprintf("Key %d", id+1),
			IsActive: true, DailyLimit: new(10000), MinuteLimit: new(100),
		})
	}
	opts = append(opts, spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()}))
	return &api{client: server.Client(opts...), name: "the in-memory API of -demo", close: server.Close}
}

// list returns all integrations by id, to compare the rows with.
func (a *api) list(ctx context.Context) (map[int64]*spideriq.Integration, error) {
	current := make(map[int64]*spideriq.Integration)
	for integration, err := range a.client.Integrations.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			return nil, fmt.Errorf("the integrations cannot be listed: %w", err)
		}
		current[integration.ID] = integration
	}
	return current, nil
}
