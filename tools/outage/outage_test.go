// Package outage draws what a server has to bear during an outage and after it,
// from clients that repeat in different ways. The clients are real; the time is
// not. Run it in tools:
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
	clients = 1000 // programs, each with a client of its own that makes one call a second

	outageBegins = 60  // seconds
	outageEnds   = 360 // seconds
	lastCall     = 450 // seconds
)

var update = flag.Bool("update", false, "write docs/outage.svg")

func TestBudgetEndsRepeatsInAnOutage(t *testing.T) {
	library := simulate(t, "spideriq-go, its defaults", "#0a66c2", ours)
	// A budget of 500, of which a repeat takes 5, is 100 repeats for each client.
	const calls = clients * (outageEnds - outageBegins)
	if got, want := library.total(outageBegins, outageEnds), calls+100*clients; got != want {
		t.Errorf("%d requests in the outage, want %d", got, want)
	}
	for second := outageEnds - 60; second < lastCall; second++ {
		if got := library.requests[second]; got != clients {
			t.Errorf("%d requests in second %d, want the %d of its calls", got, second, clients)
		}
	}
	if *update {
		drawing := draw([]line{
			simulate(t, "go-retryablehttp, its defaults", "#6e40c9", retryableDefaults),
			simulate(t, "three attempts, no budget", "#c4560a", threeAttempts),
			library,
		})
		if err := os.WriteFile("../../docs/outage.svg", drawing, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A server counts the requests of each second, and answers 503 during the outage.
type server struct {
	began    time.Time
	requests [lastCall + 60]atomic.Int64
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	second := int(time.Since(s.began) / time.Second)
	s.requests[second].Add(1)
	status, body := http.StatusOK, `{"success":true,"integration":{"id":42}}`
	if second >= outageBegins && second < outageEnds {
		status, body = http.StatusServiceUnavailable, ""
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header),
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

// A policy returns how one client, of that number, makes a call.
type policy func(t *testing.T, number int, server http.RoundTripper) func(context.Context)

func ours(t *testing.T, _ int, server http.RoundTripper) func(context.Context) {
	client, err := spideriq.NewClient(
		"client_fake:key_fake:secret_fake",
		spideriq.WithHTTPClient(&http.Client{Transport: server}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context) {
		client.Integrations.Update(ctx, 42, spideriq.UpdateParams{DailyLimit: new(20000)})
	}
}

func retryableDefaults(_ *testing.T, _ int, server http.RoundTripper) func(context.Context) {
	return retryable(retryablehttp.NewClient(), server)
}

// threeAttempts waits between them as spideriq-go does.
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
		req, err := retryablehttp.NewRequestWithContext(
			ctx,
			http.MethodPatch,
			"https://spideriq.ai/api/v1/integrations/42",
			[]byte(`{"daily_limit":20000}`),
		)
		if err != nil {
			panic(err)
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
		}
	}
}

func simulate(t *testing.T, name, colour string, p policy) line {
	result := line{name: name, colour: colour}
	synctest.Test(t, func(t *testing.T) {
		s := &server{began: time.Now()}
		var calls sync.WaitGroup
		for number := range clients {
			call := p(t, number, s)
			calls.Go(func() {
				time.Sleep(time.Duration(number) * time.Second / clients) // they do not all call at once
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
