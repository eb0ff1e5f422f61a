package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/measure"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
	"github.com/spideriq/spideriq-go/benchmarks/internal/server"
	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
)

// A work is what one table is about.
type work struct {
	title string
	table func(context.Context) (report.Table, error)
}

const (
	titleUpdate  = "Update in process"
	titlePage    = "Page of 100 rows in process"
	titleOne     = "Loopback, one at a time"
	titleSome    = "Loopback, 64 goroutines"
	titleMany    = "Loopback, 512 goroutines"
	titleTLS     = "TLS and HTTP/2 on loopback, one at a time"
	titleTLSSome = "TLS and HTTP/2 on loopback, 64 goroutines"
	titleLatency = "Latency under load"
	titleDefault = "Connections with the transport that each brings"
	titleSize    = "A program that makes one call"
	titleOutage  = "A server that fails"
	titleMemory  = "Memory of a client"
)

// works returns all that is measured. The comparisons share the budget.
func works(s *server.Server, budget time.Duration) []work {
	share := func(percent int) time.Duration { return budget * time.Duration(percent) / 100 }
	loopback := "Updates over HTTP/1.1; the server is another process. "
	secure := "Updates over TLS; the server is another process. "
	each := "Each block begins with a new client and without a connection."
	return []work{
		{titleMemory, memory}, // first, while nothing else is in memory
		comparison(titleUpdate, "A stub in the place of the transport answers: what the client itself costs.",
			inProcess(update), measure.Setting{Calls: 300, Budget: share(10)}, costs),
		comparison(titlePage, "The same for a list of 100 rows, 64 kB of JSON.",
			inProcess(list), measure.Setting{Calls: 15, Budget: share(8)}, costs),
		comparison(titleOne, loopback+"One connection.",
			onSocket(s.Plain), measure.Setting{Calls: 100, Budget: share(11)}, speeds),
		comparison(titleSome, loopback+each,
			onSocket(s.Plain), measure.Setting{
				Calls: 2000, Goroutines: 64, Budget: share(16), Connections: s.Connections,
			}, connected),
		comparison(titleMany, loopback+each,
			onSocket(s.Plain), measure.Setting{
				Calls: 4000, Goroutines: 512, Budget: share(25), Connections: s.Connections,
			}, connected),
		comparison(titleTLS, secure+"One connection.",
			onSocket(s.Secure), measure.Setting{Calls: 100, Budget: share(8)}, speeds),
		comparison(titleTLSSome, secure+"Each block begins with a new client and one connection.",
			onSocket(s.Secure), measure.Setting{
				Calls: 2000, Goroutines: 64, Budget: share(12), Connections: s.Connections, Warm: true,
			}, connected),
		comparison(titleLatency, "64 goroutines, HTTP/1.1, a server that takes 5 ms for an answer.",
			onSocket(s.Slow), measure.Setting{
				Calls: 1000, Goroutines: 64, Budget: share(10), Latencies: true,
			}, latencies),
		{titleDefault, func(ctx context.Context) (report.Table, error) { return defaultConnections(ctx, s) }},
		{titleSize, programs},
		{titleOutage, outages},
	}
}

// A rig makes a player of a contestant.
type rig func(lineup.Contestant) measure.Player

func comparison(title, text string, r rig, s measure.Setting, columns []valued) work {
	return work{title, func(ctx context.Context) (report.Table, error) {
		t := report.Table{Title: title, Text: text}
		var players []measure.Player
		for _, c := range lineup.All() {
			players = append(players, r(c))
		}
		results, err := measure.Compare(ctx, r(lineup.Floor), players, s)
		if err != nil {
			return t, err
		}
		t.Text += fmt.Sprintf(" %d rounds of %d calls.", len(results[0].Blocks), s.Calls)
		for _, c := range columns {
			c.Noise = c.noise(results)
			t.Columns = append(t.Columns, c.Column)
		}
		t.Rows = append(t.Rows, row(lineup.Floor.Name, results[0].AsFloor(), columns))
		for _, result := range results {
			t.Rows = append(t.Rows, row(result.Name, result, columns))
		}
		return t, nil
	}}
}

func row(name string, result measure.Result, columns []valued) report.Row {
	r := report.Row{Name: name, Floor: isFloor(name)}
	for _, c := range columns {
		r.Values = append(r.Values, c.value(result))
	}
	return r
}

func isFloor(name string) bool {
	return name == lineup.Floor.Name || name == lineup.FloorAgain || name == "floor, deadline"
}

// An operation is one of the two calls.
type operation func(context.Context, api.Client) (any, error)

func update(ctx context.Context, c api.Client) (any, error) { return c.Update(ctx) }
func list(ctx context.Context, c api.Client) (any, error)   { return c.List(ctx) }

func player(c lineup.Contestant, op operation, config func() api.Config) measure.Player {
	return measure.Player{Name: c.Name, New: func() (measure.Call, error) {
		client, err := c.New(config())
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error {
			_, err := op(ctx, client)
			return err
		}, nil
	}}
}

func inProcess(op operation) rig {
	return func(c lineup.Contestant) measure.Player {
		return player(c, op, func() api.Config {
			return api.Config{BaseURL: "https://spideriq.ai/api/v1", Transport: stub.Transport{}}
		})
	}
}

// onSocket gives each contestant a pool of its own that is large enough. Ours brings its own
// transport, which does more than a pool.
func onSocket(url string) rig {
	return func(c lineup.Contestant) measure.Player {
		return player(c, update, func() api.Config {
			if c.Ours {
				return api.Config{BaseURL: url}
			}
			return api.Config{BaseURL: url, Transport: newPool()}
		})
	}
}

func newPool() http.RoundTripper {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 0, 1024
	return pool
}
