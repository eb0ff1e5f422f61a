package acceptance_test

import (
	"context"
	"fmt"
	"maps"

	"github.com/spideriq/spideriq-go"
)

// An endpoint is a call that makes one request, or several attempts at it.
type endpoint func(context.Context, *spideriq.Client, ...spideriq.RequestOption) error

// endpoints are all methods that make one request, and Do.
var endpoints = map[string]endpoint{
	"Update":      update,
	"List":        list,
	"Create":      create,
	"Delete":      remove,
	"Health":      health,
	"SyncBilling": syncBilling,
	"Do":          do,
}

func update(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	params := spideriq.UpdateParams{DailyLimit: new(20000)}
	updated, err := c.Integrations.Update(ctx, 42, params, opts...)
	return valueOrError(updated != nil, err)
}

func list(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	rows, err := c.Integrations.List(ctx, spideriq.ListParams{}, opts...)
	return valueOrError(rows != nil, err)
}

func create(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	params := spideriq.CreateParams{ProviderName: spideriq.ProviderGroq, Credentials: fakeCredentials}
	created, err := c.Integrations.Create(ctx, params, opts...)
	return valueOrError(created != nil, err)
}

func remove(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	return c.Integrations.Delete(ctx, 42, opts...)
}

func health(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	report, err := c.Integrations.Health(ctx, opts...)
	return valueOrError(report != nil, err)
}

func syncBilling(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	sync, err := c.Integrations.SyncBilling(ctx, spideriq.SyncBillingParams{}, opts...)
	return valueOrError(sync != nil, err)
}

func do(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
	var out struct{ Integration struct{ ID int } }
	return c.Do(ctx, "PATCH", "/integrations/42", struct{}{}, &out, opts...)
}

// valueOrError reports a call that returned both a value and an error, or neither.
func valueOrError(hasValue bool, err error) error {
	if hasValue == (err != nil) {
		return fmt.Errorf("a value: %t; the error beside it: %v", hasValue, err)
	}
	return err
}

// everyMethod is every endpoint, and Do with every method that it takes.
var everyMethod = func() map[string]endpoint {
	all := maps.Clone(endpoints)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST"} {
		all["Do "+method] = func(ctx context.Context, c *spideriq.Client, opts ...spideriq.RequestOption) error {
			return c.Do(ctx, method, "/integrations/42", nil, nil, opts...)
		}
	}
	return all
}()

var (
	reads   = []string{"List", "Health", "Do GET", "Do HEAD", "Do OPTIONS"}
	creates = []string{"Create", "Do POST"} // a repeat of these may do harm
)
