package spideriq_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func ExampleNewClient() {
	server := spideriqtest.NewServer() // stands in for the API
	defer server.Close()

	client, err := spideriq.NewClient(server.Token,
		spideriq.WithBaseURL(server.URL), // not for production: there DefaultBaseURL is right
		spideriq.WithUserAgent("key-keeper/1.4"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	health, err := client.Integrations.Health(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Summary.Total, "integration,", health.Summary.Healthy, "healthy")
	// Output: 1 integration, 1 healthy
}

func ExampleIntegrationsService_Update() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client()

	updated, err := client.Integrations.Update(context.Background(), 42, spideriq.UpdateParams{
		DailyLimit:  new(25000),
		MinuteLimit: new(250),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*updated.DailyLimit, "a day,", *updated.MinuteLimit, "a minute") // nil only if the API has none
	// Output: 25000 a day, 250 a minute
}

func ExampleIntegrationsService_Update_errors() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client()

	_, err := client.Integrations.Update(context.Background(), 7, spideriq.UpdateParams{IsActive: new(false)})
	if _, ok := errors.AsType[*spideriq.NotFoundError](err); ok {
		fmt.Println("no such integration, or another brand's")
	}
	fmt.Println(err)
	// Output:
	// no such integration, or another brand's
	// spideriq: PATCH /integrations/7: 404 Not Found: Integration not found
}

func ExampleIntegrationsService_All() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "batch", IsActive: true})
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, KeyLabel: "old"})
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderMistral, KeyLabel: "chat", IsActive: true})
	client := server.Client()

	for key, err := range client.Integrations.All(context.Background(), spideriq.ListParams{IsActive: new(true)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(key.ProviderName, key.KeyLabel)
	}
	// Output:
	// groq batch
	// mistral chat
}

func ExampleWithResponseInfo() {
	server := spideriqtest.NewServer(spideriqtest.WithRateLimit(100, 20))
	defer server.Close()
	client := server.Client()
	server.Fail(spideriqtest.Status(http.StatusServiceUnavailable, ""))

	var info spideriq.ResponseInfo
	_, err := client.Integrations.Update(context.Background(), 42,
		spideriq.UpdateParams{IsPrimary: new(true)}, spideriq.WithResponseInfo(&info))
	fmt.Println(err, info.StatusCode, info.Attempts)
	if limit := info.RateLimit; limit != nil {
		fmt.Println(limit.Remaining, "requests left,", limit.Limit, "a minute")
	}
	// Output:
	// <nil> 200 2
	// 19 requests left, 100 a minute
}

// Do reaches what has no method or field here yet. Integration decodes itself as
// it does everywhere else.
func ExampleClient_Do() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client()

	body := map[string]any{"key_label": "Batch jobs"}
	var answer struct {
		Integration spideriq.Integration `json:"integration"`
	}
	err := client.Do(context.Background(), http.MethodPatch, "/integrations/42", body, &answer)
	fmt.Println(answer.Integration.KeyLabel, err)
	// Output: Batch jobs <nil>
}

func ExampleParseAmount() {
	for _, text := range []string{"1000.00", "$1,000"} {
		amount, err := spideriq.ParseAmount(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(amount)
	}
	// Output:
	// 1000.00
	// "$1,000" is not a decimal number
}

func ExampleAmount_Cmp() {
	limit, spent := spideriq.Amount("500.00"), spideriq.Amount("500.0")
	fmt.Println(limit == spent, "as texts")
	fmt.Println(limit.Cmp(spent) == 0, "as amounts")
	fmt.Println(spent.Cmp("499.99") > 0)
	// Output:
	// false as texts
	// true as amounts
	// true
}

// ticks lets one request through per tick.
type ticks <-chan time.Time

func (t ticks) Wait(ctx context.Context) error {
	select {
	case <-t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Any type with the method Wait will do. That of ticks, a <-chan time.Time, waits
// for the next tick or the end of the context.
func ExampleWithRateLimiter() {
	server := spideriqtest.NewServer()
	defer server.Close()

	began := time.Now()
	client := server.Client(spideriq.WithRateLimiter(ticks(time.Tick(10 * time.Millisecond))))
	for range 3 {
		if _, err := client.Integrations.List(context.Background(), spideriq.ListParams{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(time.Since(began) >= 30*time.Millisecond)
	// Output: true
}

// A token that expires is renewed beside the client, which asks for it once per
// call.
func ExampleWithTokenSource() {
	server := spideriqtest.NewServer()
	defer server.Close()

	var token atomic.Value // a source is called from many goroutines
	token.Store("expired")
	client, err := spideriq.NewClient("", spideriq.WithBaseURL(server.URL),
		spideriq.WithTokenSource(func(context.Context) (string, error) { return token.Load().(string), nil }))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Integrations.List(context.Background(), spideriq.ListParams{})
	if _, expired := errors.AsType[*spideriq.UnauthorizedError](err); expired {
		fmt.Println("renewing the token")
		token.Store(server.Token)
	}
	found, err := client.Integrations.List(context.Background(), spideriq.ListParams{})
	fmt.Println(len(found), err)
	// Output:
	// renewing the token
	// 1 <nil>
}

// The API cannot change the credentials of an integration, so a key is rotated by
// replacing its integration. In this order the pool has a working key at any
// moment, whichever step fails.
func Example_rotation() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	const oldID = 42

	// When this fails, the old key goes on working. A Create is no absolute value:
	// if the error has MayHaveApplied set, look with List before creating again, or
	// there will be two.
	created, err := client.Integrations.Create(ctx, spideriq.CreateParams{
		ProviderName: spideriq.ProviderOpenRouter,
		Credentials:  spideriq.Credentials{"api_key": "sk-or-v1-the-new-secret"},
		KeyLabel:     new("Production OpenRouter, renewed"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, both keys are in the pool and the old one is preferred.
	// From here on every step can be repeated until it succeeds.
	if _, err = client.Integrations.Update(ctx, created.ID, spideriq.UpdateParams{IsPrimary: new(true)}); err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, both keys are in use. Whether the API takes IsPrimary from
	// the old key when another becomes primary is not documented, so this does.
	if _, err = client.Integrations.Update(ctx, oldID, spideriq.UpdateParams{IsActive: new(false), IsPrimary: new(false)}); err != nil {
		fmt.Println(err)
		return
	}

	// When this fails, the old key is still there and out of use. That it was not
	// found may mean that the answer to an earlier attempt was lost.
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
