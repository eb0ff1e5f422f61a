package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

// slowly makes every update take some time, so that a kill finds rows on their way.
func slowly(api *spideriqtest.Server, lists, updates int) {
	faults := make([]spideriqtest.Fault, lists, lists+updates)
	for range updates {
		faults = append(faults, spideriqtest.Delay(10*time.Millisecond))
	}
	api.Fail(faults...)
}

// noneTwice requires that no row was sent twice.
func noneTwice(t *testing.T, api *spideriqtest.Server) {
	t.Helper()
	for request, times := range sent(api) {
		assert.Equal(t, 1, times, request)
	}
}

// allApplied requires that each row of limits(n) is in force.
func allApplied(t *testing.T, api *spideriqtest.Server, n int) {
	t.Helper()
	for id := range int64(n) {
		got, ok := api.Get(id + 1)
		require.True(t, ok)
		assert.Zero(t, *got.DailyLimit, id+1)
	}
}

func of(results map[string]string, outcome state) (ids []string) {
	for id, o := range results {
		if o == string(outcome) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Kills at any moment, one after the other: while rows are queued, while they are sent
// and while the server inside of the program starts. What was done stays done, what was
// on its way is unknown and left alone until asked for, and the rest is sent.
func TestKilledRunsGoOn(t *testing.T) {
	const rows, workers, kills = 150, 5, 8
	api := newAPI(t, rows)
	csv := writeFile(t, "keys.csv", limits(rows))
	flags := []string{"-workers", fmt.Sprint(workers), csv}
	slowly(api, 0, 2*rows)
	for range kills {
		p := startBulk(t, api, flags...)
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		p.kill(t)
	}
	_, _, stderr := bulk(t, t.Context(), api.URL, csv)
	noneTwice(t, api)
	results := outcomes(t, resultsName(csv))
	onTheirWay := of(results, unknown)
	assert.LessOrEqual(t, len(onTheirWay), kills*workers, "no more than there were workers")
	assert.Len(t, of(results, done), rows-len(onTheirWay), stderr)

	code, _, stderr := bulk(t, t.Context(), api.URL, csv, "-repeat-unknown")
	assert.Equal(t, exitDone, code, stderr)
	results = outcomes(t, resultsName(csv))
	assert.Len(t, slices.Concat(of(results, done), of(results, unchanged)), rows, "what was applied is not sent again")
	allApplied(t, api, rows)
	for request, times := range sent(api) {
		id := strings.Fields(strings.TrimPrefix(request, "PATCH /integrations/"))[0]
		if !slices.Contains(onTheirWay, id) {
			assert.Equal(t, 1, times, request)
		}
	}
}

// Two programs work on one real NATS server, one with the file and one without. One of
// them is killed with rows on their way; the other ends the job.
func TestOneOfTwoWorkersIsKilled(t *testing.T) {
	const rows, workers = 200, 4
	api := newAPI(t, rows)
	nats := startNATS(t)
	csv := writeFile(t, "keys.csv", limits(rows))
	flags := []string{"-nats", nats.url(), "-lease", "1s", "-workers", fmt.Sprint(workers)}
	slowly(api, 0, 2*rows)
	first := startBulk(t, api, append(flags, csv)...)
	waitForUpdates(t, api, 10)
	second := startBulk(t, api, append(flags, "-job", "keys")...)
	waitForUpdates(t, api, 100)
	second.kill(t)

	code, stdout := first.end()
	assert.Contains(t, []int{exitDone, exitUnknown}, code, first.said())
	assert.NotContains(t, stdout, "not sent")
	noneTwice(t, api)
	results := outcomes(t, resultsName(csv))
	onTheirWay := of(results, unknown)
	assert.LessOrEqual(t, len(onTheirWay), workers)
	assert.Len(t, of(results, done), rows-len(onTheirWay))
	assert.Equal(t, 2, programs(nats.records(t, "keys")), "both were at work")

	code, _, stderr := bulk(t, t.Context(), api.URL, csv, "-nats", nats.url(), "-repeat-unknown")
	assert.Equal(t, exitDone, code, stderr)
	allApplied(t, api, rows)
}

// programs counts the programs that have claimed rows. Each has a prefix of its own.
func programs(records map[int64]record) int {
	prefixes := make(map[string]bool)
	for _, r := range records {
		if r.Claim != "" {
			prefixes[r.Claim[:12]] = true
		}
	}
	return len(prefixes)
}

// The real server is killed with rows on their way, and comes back: work goes on, and
// no outcome is lost.
func TestNATSServerThatComesBack(t *testing.T) {
	const rows = 150
	api := newAPI(t, rows)
	nats := startNATS(t)
	csv := writeFile(t, "keys.csv", limits(rows))
	slowly(api, 0, 2*rows)
	p := startBulk(t, api, "-nats", nats.url(), "-lease", "1s", csv)
	waitForUpdates(t, api, 50)
	nats.kill(t)
	time.Sleep(1500 * time.Millisecond) // longer than the lease
	atMost := updates(api)
	nats.restart(t)
	code, stdout := p.end()
	assert.Equal(t, exitDone, code, p.said())
	assert.Contains(t, stdout, fmt.Sprintf("done  %d\n", rows))
	assert.Less(t, atMost, rows, "no row is sent that cannot be recorded")
	assert.Equal(t, "bulk: the NATS server has gone away; rows wait up to 1m0s for it\n"+
		"bulk: the NATS server is back\n", p.said())
	noneTwice(t, api)
	allApplied(t, api, rows)
}

// The real server is killed and stays away: the run stops cleanly. After the server's
// return the same command goes on.
func TestNATSServerThatStaysAway(t *testing.T) {
	const rows, workers = 150, 8
	api := newAPI(t, rows)
	nats := startNATS(t)
	csv := writeFile(t, "keys.csv", limits(rows))
	slowly(api, 0, 2*rows)
	flags := []string{"-nats", nats.url(), "-lease", "1s", "-nats-wait", "1s", "-workers", fmt.Sprint(workers), csv}
	p := startBulk(t, api, flags...)
	waitForUpdates(t, api, 50)
	nats.kill(t)
	code, _ := p.end()
	assert.Contains(t, []int{exitFailed, exitUnknown}, code)
	assert.Contains(t, p.said(), "bulk: stopped early: the NATS server is gone: ")
	assert.Contains(t, p.said(), "bulk: the same command goes on where this run has ended\n")
	assert.Equal(t, 1, strings.Count(p.said(), "has gone away"))

	nats.restart(t)
	p = startBulk(t, api, flags...)
	code, _ = p.end()
	results := outcomes(t, resultsName(csv))
	onTheirWay := of(results, unknown)
	assert.LessOrEqual(t, len(onTheirWay), workers)
	assert.Len(t, of(results, done), rows-len(onTheirWay))
	assert.Contains(t, []int{exitDone, exitUnknown}, code, p.said())
	noneTwice(t, api)
}
