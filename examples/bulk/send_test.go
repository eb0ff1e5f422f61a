package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

func TestIntentIsOnDiskBeforeTheRequest(t *testing.T) {
	csv := writeFile(t, "keys.csv", limits(20))
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.URL.Path, "/api/v1/integrations/")
		written, err := os.ReadFile(resultsName(csv))
		assert.NoError(t, err)
		assert.Regexp(t, `(?m)^\S+,\d+,`+id+`,"{""daily_limit"":0}",sending,,$`, string(written))
		fmt.Fprintf(w, `{"success": true, "integration": {"id": %s}}`, id)
	}))
	defer api.Close()
	code, _, _ := bulk(t, t.Context(), api.URL, csv)
	assert.Equal(t, exitDone, code)
}

func TestNothingIsSentWithoutARecord(t *testing.T) {
	t.Parallel()
	server := newPool(t, 3)
	results, err := openResults(filepath.Join(t.TempDir(), "r.csv"), 0)
	require.NoError(t, err)
	require.NoError(t, results.file.Close()) // as good as a full disk
	gate := newGate(600000, 1)
	gate.results = results
	rows, err := readRows(writeFile(t, "keys.csv", limits(3)))
	require.NoError(t, err)
	tally := &tally{rows: 3}
	s := sender{
		client: server.Client(spideriq.WithRateLimiter(gate)).Integrations, gate: gate, results: results,
		tally: tally, progress: &lines{w: io.Discard}, workers: 2,
	}
	require.ErrorIs(t, s.run(t.Context(), rows), os.ErrClosed)
	assert.Empty(t, server.Requests())
	assert.Equal(t, 3, tally.notSent)
	assert.Equal(t, exitFailed, tally.exitCode(false))
}

func TestRowThatNeverTookOffHasNoRecord(t *testing.T) {
	t.Parallel()
	server := newPool(t, 1)
	name := resultsOf(t)
	results, err := openResults(name, int64(len(strings.Join(resultsHeader, ","))+1))
	require.NoError(t, err)
	defer func() { _ = results.close() }()
	gate := newGate(600000, 1)
	gate.results = results
	s := sender{
		client: server.Client(spideriq.WithRateLimiter(gate)).Integrations, gate: gate, results: results,
		tally: &tally{rows: 1}, progress: &lines{w: io.Discard},
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.send(ctx, row{line: 2, id: 1, settings: `{"daily_limit":0}`}))
	assert.Equal(t, 1, s.tally.countNotSent())
	last, _, err := readResults(name)
	require.NoError(t, err)
	assert.Empty(t, last)
}

func TestNoRowTakesOffAfterTheStop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taken int // of a burst of 1, before
		stop  time.Duration
	}{
		"when its turn has come":      {0, 0},
		"while it waits for its turn": {1, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stopped, stop := context.WithCancel(t.Context())
				gate := newGate(1, 1) // without results, so a record would panic
				gate.stopped = stopped
				gate.limiter.AllowN(time.Now(), c.taken)
				began := time.Now()
				if c.stop == 0 {
					stop()
				}
				time.AfterFunc(c.stop, stop)
				ctx := context.WithValue(t.Context(), flightKey{}, new(flight))
				require.ErrorIs(t, gate.Wait(ctx), errStopped)
				assert.Equal(t, c.stop, time.Since(began))
			})
		})
	}
}

func TestRateIsThatOfTheFlags(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := newGate(100, 20)
		began := time.Now()
		ctx := context.WithValue(t.Context(), flightKey{}, &flight{recorded: true})
		for range 20 {
			require.NoError(t, gate.Wait(ctx))
		}
		assert.Zero(t, time.Since(began), "the burst")
		for range 10 {
			require.NoError(t, gate.Wait(ctx))
		}
		assert.InDelta(t, 6, time.Since(began).Seconds(), 0.001, "a request each 0.6 s")
	})
}

// The API of these tests ends the run on its third request.
func TestInterrupt(t *testing.T) {
	for name, c := range map[string]struct {
		answers bool // after the interruption
		flags   []string
		says    string
		last    outcome
	}{
		"rows in flight finish":                 {true, nil, "       done  3\n   not sent  7\n", done},
		"or are recorded as unknown in the end": {false, []string{"-grace", "1ms"}, "      done  2\n   unknown  1\n  not sent  7\n", unknown},
	} {
		t.Run(name, func(t *testing.T) {
			csv := writeFile(t, "keys.csv", limits(10))
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			requests := 0 // of one worker
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
				if requests++; requests == 3 {
					interrupt()
					if !c.answers {
						<-r.Context().Done()
						return
					}
				}
				_, _ = io.WriteString(w, `{"success": true, "integration": {"id": 7}}`)
			}))
			defer api.Close()
			code, stdout, stderr := bulk(t, ctx, api.URL, csv, append(c.flags, "-workers", "1")...)
			assert.Equal(t, exitInterrupted, code)
			assert.Contains(t, strings.ReplaceAll(stdout, " ", ""), strings.ReplaceAll(c.says, " ", ""))
			assert.Contains(t, stderr, "stopped early: context canceled\n")
			last, _, err := readResults(resultsName(csv))
			require.NoError(t, err)
			assert.Equal(t, map[int64]outcome{1: done, 2: done, 3: c.last}, outcomes(last))
		})
	}
}
