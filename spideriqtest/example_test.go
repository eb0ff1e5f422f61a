package spideriqtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func Example() {
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client()

	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
	_, err := client.Integrations.Update(context.Background(), key.ID, spideriq.UpdateParams{DailyLimit: new(20000)})
	if err != nil {
		fmt.Println(err)
		return
	}

	got, _ := server.Get(key.ID)
	fmt.Println(*got.DailyLimit)
	for _, r := range server.Requests() {
		fmt.Println(r.Method, r.Path, string(r.Body))
	}
	// Output:
	// 20000
	// PATCH /api/v1/integrations/1 {"daily_limit":20000}
}

// A connection that breaks after the server has done its work: the client repeats
// an update, and the second attempt gets through.
func ExampleServer_Fail() {
	server := spideriqtest.NewServer()
	defer server.Close()

	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
	server.Fail(spideriqtest.Cut())
	params := spideriq.UpdateParams{IsActive: new(false)}
	i, err := server.Client().Integrations.Update(context.Background(), key.ID, params)
	fmt.Println(i.IsActive, err, len(server.Requests()))
	// Output: false <nil> 2
}

// A 429 that asks for an hour, without a socket. The client does not wait that long
// by default and returns the error at once. The package comment shows the same in a
// testing/synctest bubble, where the client can wait for the hour.
func ExampleServer_Transport() {
	server := spideriqtest.NewServer()
	defer server.Close()
	key := server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
	server.Fail(spideriqtest.RateLimited(time.Hour))

	client := server.Client(spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()}))
	params := spideriq.UpdateParams{IsActive: new(false)}
	_, err := client.Integrations.Update(context.Background(), key.ID, params)
	if limited, ok := errors.AsType[*spideriq.RateLimitError](err); ok {
		fmt.Println("try again in", limited.RetryAfter)
	}

	_, err = client.Integrations.Update(context.Background(), key.ID, params)
	fmt.Println(err, len(server.Requests()))
	// Output:
	// try again in 1h0m0s
	// <nil> 2
}

// Another brand's integration looks like one that does not exist.
func ExampleServer_AddForeign() {
	server := spideriqtest.NewServer()
	defer server.Close()

	foreign := server.AddForeign(spideriq.Integration{ProviderName: spideriq.ProviderMistral})
	err := server.Client().Integrations.Delete(context.Background(), foreign.ID)
	missing, ok := errors.AsType[*spideriq.NotFoundError](err)
	fmt.Println(ok, missing.Message)
	// Output: true Integration not found
}
