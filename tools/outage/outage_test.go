// Package outage simulates an outage of a server and draws the requests that clients
// with different retry policies send during it and after it. The clients are real and
// the time is fake. To write docs/outage.svg, run in the folder tools:
//
//	go test ./outage -update
package outage

import (
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/spideriq/spideriq-go"
)

const (
	clients = 1000 // each makes one call a second

	outageBegins = 60  // seconds
	outageEnds   = 360 // seconds
	lastCall     = 450 // seconds
)

var update = flag.Bool("update", false, "write docs/outage.svg")

func TestBudgetEndsRetriesInAnOutage(t *testing.T) {
	library := simulate(t, "spideriq-go, its defaults", "#0a66c2", libraryDefaults)
	// The budget of a client is 500 and a retry takes 5 of it.
	const retries = 100 * clients
	const calls = clients * (outageEnds - outageBegins)
	if got := library.total(outageBegins, outageEnds); got != calls+retries {
		t.Errorf("%d requests in the outage, want %d", got, calls+retries)
	}
	for second := outageEnds - 60; second < lastCall; second++ {
		if got := library.requests[second]; got != clients {
			t.Errorf("%d requests in second %d, want %d", got, second, clients)
		}
	}
	if !*update {
		return
	}
	svg := draw([]line{
		simulate(t, "go-retryablehttp, its defaults", "#6e40c9", retryableDefaults),
		simulate(t, "three attempts, no budget", "#c4560a", threeAttempts),
		library,
	})
	if err := os.WriteFile("../../docs/outage.svg", svg, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A server counts the requests of each second. It responds with 503 during the outage.
type server struct {
	start    time.Time
	requests [lastCall + 60]atomic.Int64
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, err := io.Copy(io.Discard, req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	second := int(time.Since(s.start) / time.Second)
	s.requests[second].Add(1)
	status, body := http.StatusOK, `{"success":true,"integration":{"id":42}}`
	if second >= outageBegins && second < outageEnds {
		status, body = http.StatusServiceUnavailable, ""
	}
	return &http.Response{
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header),
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
}

// A policy makes the client with this number and returns a function that makes a call.
type policy func(t *testing.T, number int, server http.RoundTripper) func(context.Context)

func libraryDefaults(t *testing.T, _ int, server http.RoundTripper) func(context.Context) {
	httpClient := &http.Client{Transport: server}
	client, err := spideriq.NewClient("client_fake:key_fake:secret_fake", spideriq.WithHTTPClient(httpClient))
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context) {
		// The outage makes calls fail.
		_, _ = client.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000)})
	}
}

func retryableDefaults(_ *testing.T, _ int, server http.RoundTripper) func(context.Context) {
	return retryable(retryablehttp.NewClient(), server)
}

// threeAttempts waits between two attempts as long as spideriq-go does.
func threeAttempts(_ *testing.T, number int, server http.RoundTripper) func(context.Context) {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(uint64(number), 0))
	client := retryablehttp.NewClient()
	client.RetryMax = 2
	client.Backoff = func(_, _ time.Duration, retry int, _ *http.Response) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(random.Int64N(int64(500*time.Millisecond) << retry))
	}
	return retryable(client, server)
}

func retryable(client *retryablehttp.Client, server http.RoundTripper) func(context.Context) {
	client.HTTPClient = &http.Client{Transport: server}
	client.Logger = nil
	return func(ctx context.Context) {
		const url = "https://spideriq.ai/api/v1/integrations/42"
		body := []byte(`{"daily_limit":20000}`)
		req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPatch, url, body)
		if err != nil {
			panic(err)
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
		}
	}
}

// simulate runs all clients of a policy through the outage, in fake time.
func simulate(t *testing.T, name, colour string, p policy) line {
	result := line{name: name, colour: colour}
	synctest.Test(t, func(t *testing.T) {
		s := &server{start: time.Now()}
		var calls sync.WaitGroup
		for number := range clients {
			call := p(t, number, s)
			calls.Go(func() {
				time.Sleep(time.Duration(number) * time.Second / clients) // spreads the calls over the second
				for range lastCall {
					calls.Go(func() { call(t.Context()) })
					time.Sleep(time.Second)
				}
			})
		}
		calls.Wait()
		for i := range s.requests {
			result.requests = append(result.requests, int(s.requests[i].Load()))
		}
	})
	return result
}
