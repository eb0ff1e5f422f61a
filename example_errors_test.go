package spideriq_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// A whole switch, in the order that matters: whether the change may be in force comes
// first, and *APIError comes after the types of single statuses, which unwrap to it.
func ExampleIntegrationsService_Update_errors() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42})
	client := server.Client(spideriq.WithMaxAttempts(1))
	ctx := context.Background()

	explain := func(err error) string {
		var (
			invalid      *spideriq.ArgumentError
			badRequest   *spideriq.BadRequestError
			unauthorized *spideriq.UnauthorizedError
			notFound     *spideriq.NotFoundError
			limited      *spideriq.RateLimitError
			api          *spideriq.APIError
		)
		switch {
		case err == nil:
			return "done"
		case spideriq.MayHaveApplied(err):
			return "look at the integration before you repeat the call"
		case errors.As(err, &invalid):
			return "a mistake in this program"
		case errors.As(err, &badRequest):
			return "the API refuses a value: " + badRequest.Message
		case errors.As(err, &unauthorized):
			return "a new token is needed"
		case errors.As(err, &notFound):
			return "no such integration, or another brand's"
		case errors.As(err, &limited) && limited.RetryAfter > 0:
			return fmt.Sprint("again in ", limited.RetryAfter)
		case errors.As(err, &api):
			return fmt.Sprint("the API answered ", api.StatusCode)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return "the caller gave up"
		default:
			return "the API was not reached"
		}
	}
	update := func(id int64, params spideriq.UpdateParams) {
		_, err := client.Integrations.Update(ctx, id, params)
		fmt.Println(explain(err))
	}

	update(42, spideriq.UpdateParams{DailyLimit: new(20000)})
	update(0, spideriq.UpdateParams{})
	update(42, spideriq.UpdateParams{SpendLimitAction: new(spideriq.SpendLimitAction("pause"))})
	update(7, spideriq.UpdateParams{IsActive: new(false)})
	server.Fail(spideriqtest.Cut(), spideriqtest.Status(http.StatusServiceUnavailable, ""))
	update(42, spideriq.UpdateParams{DailyLimit: new(30000)})
	update(42, spideriq.UpdateParams{DailyLimit: new(30000)})
	// Output:
	// done
	// a mistake in this program
	// the API refuses a value: spend_limit_action must be 'warn' or 'block'
	// no such integration, or another brand's
	// look at the integration before you repeat the call
	// the API answered 503
}

// A nil field of UpdateParams leaves its setting alone, and so does a null in JSON that
// is read into UpdateParams. To send an explicit null, use Do. What the API makes of it
// is not documented; this server answers so.
func ExampleClient_Do_null() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42, DailyLimit: new(20000)})
	client := server.Client()

	body := map[string]any{"daily_limit": nil}
	err := client.Do(context.Background(), http.MethodPatch, "/integrations/42", body, nil)
	fmt.Println(string(server.Requests()[0].Body))
	if api, ok := errors.AsType[*spideriq.APIError](err); ok {
		fmt.Println(api.StatusCode)
	}
	// Output:
	// {"daily_limit":null}
	// 501
}

// The API cannot change the credentials of an integration, so a key is rotated by
// replacing its integration. In this order the pool has an active key at every step,
// whichever of them fails.
func Example_rotation() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter, IsActive: true, IsPrimary: true})
	client, ctx := server.Client(), context.Background()
	const oldID = 42

	// When this fails, the old key goes on working. A create is no absolute value: if
	// MayHaveApplied(err) is true, look with All before creating again.
	created, err := client.Integrations.Create(ctx, spideriq.CreateParams{
		ProviderName: spideriq.ProviderOpenRouter,
		Credentials:  spideriq.Credentials{"api_key": "sk-or-v1-the-new-secret"},
		KeyLabel:     new("Production OpenRouter, renewed"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, both keys are active and the old one is preferred. From here on
	// every step can be repeated until it succeeds.
	if _, err = client.Integrations.Update(ctx, created.ID, spideriq.UpdateParams{IsPrimary: new(true)}); err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, both keys are active. Whether the API takes IsPrimary from the
	// old key when another becomes primary is not documented, so this does.
	retire := spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)}
	if _, err = client.Integrations.Update(ctx, oldID, retire); err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, the old key is still there and out of use. That it was not found
	// means that it is gone.
	err = client.Integrations.Delete(ctx, oldID)
	if _, gone := errors.AsType[*spideriq.NotFoundError](err); err != nil && !gone {
		fmt.Println(err)
		return
	}

	for key, err := range client.Integrations.All(ctx, spideriq.ListParams{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: active %t, primary %t\n", key.KeyLabel, key.IsActive, key.IsPrimary)
	}
	// Output: Production OpenRouter, renewed: active true, primary true
}
