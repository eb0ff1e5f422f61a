package spideriqtest_test

import (
	"context"
	"errors"
	"fmt"

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
	// PATCH /api/v1/integrations/43 {"daily_limit":20000}
}

// A connection that breaks after the server has done its work: the client repeats
// an update, and the second attempt gets through.
func ExampleServer_Fail() {
	server := spideriqtest.NewServer()
	defer server.Close()

	server.Fail(spideriqtest.Cut())
	i, err := server.Client().Integrations.Update(context.Background(), 42, spideriq.UpdateParams{IsActive: new(false)})
	fmt.Println(i.IsActive, err, len(server.Requests()))
	// Output: false <nil> 2
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
