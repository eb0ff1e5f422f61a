package spideriq_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func ExampleNewClient() {
	server := spideriqtest.NewServer() // stands in for the API
	defer server.Close()
	server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, HealthStatus: spideriq.HealthStatusHealthy})

	client, err := spideriq.NewClient(server.Token,
		spideriq.WithBaseURL(server.URL), // leave it out to reach the API itself
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
	server.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderOpenRouter})
	client := server.Client()

	updated, err := client.Integrations.Update(context.Background(), 42, spideriq.UpdateParams{
		DailyLimit:  new(25000),
		MinuteLimit: new(250),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if updated.DailyLimit != nil { // nil if the API has none
		fmt.Println(*updated.DailyLimit, "a day")
	}
	// Output: 25000 a day
}

// Automation that runs every night sends what differs and nothing else.
func ExampleUpdateParams_Changes() {
	current := &spideriq.Integration{
		ID: 42, IsActive: true, DailyLimit: new(20000), SpendLimitAmount: new(spideriq.Amount("1000.00")),
	}
	wanted := spideriq.UpdateParams{
		IsActive:         new(true),
		MinuteLimit:      new(200),
		SpendLimitAmount: new(spideriq.Amount("1000")),
	}

	changes := wanted.Changes(current)
	fmt.Println(changes)
	current.MinuteLimit = new(200)
	fmt.Println(wanted.Changes(current).IsZero())
	// Output:
	// {"minute_limit":200}
	// true
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

// The API has no call that returns one integration. List once and look up many: the
// rate limit is 100 requests a minute.
func ExampleIntegrationsService_All_byID() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42, KeyLabel: "batch"})
	server.Add(spideriq.Integration{ID: 43, KeyLabel: "chat"})
	client := server.Client()

	byID := make(map[int64]*spideriq.Integration)
	for key, err := range client.Integrations.All(context.Background(), spideriq.ListParams{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		byID[key.ID] = key
	}
	for _, id := range []int64{43, 42, 7} {
		if key, found := byID[id]; found {
			fmt.Println(id, key.KeyLabel)
		} else {
			fmt.Println(id, "does not exist, or is another brand's")
		}
	}
	// Output:
	// 43 chat
	// 42 batch
	// 7 does not exist, or is another brand's
}

// A billing sync asks the providers while the call waits. It needs a longer timeout
// than other calls: without one it is sent three times over and reported as failed.
func ExampleIntegrationsService_SyncBilling() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42, ProviderName: spideriq.ProviderGroq})
	client := server.Client()

	sync, err := client.Integrations.SyncBilling(context.Background(), spideriq.SyncBillingParams{},
		spideriq.WithAttemptTimeout(5*time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range sync.Results {
		fmt.Println(result.ProviderName, result.Status)
	}
	// Output: groq success
}

func ExampleWithResponseInfo() {
	server := spideriqtest.NewServer(spideriqtest.WithRateLimit(100, 20))
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42})
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

// Do reaches endpoints and fields that have no method here.
func ExampleClient_Do() {
	server := spideriqtest.NewServer()
	defer server.Close()
	server.Add(spideriq.Integration{ID: 42})
	client := server.Client()

	body := map[string]any{"key_label": "Batch jobs"}
	var response struct {
		Integration spideriq.Integration `json:"integration"`
	}
	err := client.Do(context.Background(), http.MethodPatch, "/integrations/42", body, &response)
	fmt.Println(response.Integration.KeyLabel, err)
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
