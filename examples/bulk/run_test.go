package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestEachRowIsSentOnceAndOnlyWhatItSays(t *testing.T) {
	server := newAPI(t, 40)
	csv := writeFile(t, "keys.csv", limits(38)+"39,\n40,5\n")
	code, stdout, stderr := bulk(t, t.Context(), server.URL, csv)
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr)
	assert.Contains(t, stdout, "line 2: integration 1: done\n")
	assert.True(t, strings.HasSuffix(stdout, `
               done  39
  nothing to change   1
               rows  40
`), stdout)
	want := map[string]int{`PATCH /integrations/40 {"daily_limit":5}`: 1}
	for id := range 38 {
		want[fmt.Sprintf(`PATCH /integrations/%d {"daily_limit":0}`, id+1)] = 1
	}
	assert.Equal(t, want, sent(server))

	code, stdout, _ = bulk(t, t.Context(), server.URL, csv)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "done before  39\n")
	assert.Equal(t, want, sent(server), "a file that is queued twice is not run twice")
}

func TestRowsThatChangeNothingAreNotSent(t *testing.T) {
	server := newAPI(t, 3)
	csv := writeFile(t, "keys.csv", "id,daily_limit,is_active\n1,10000,true\n2,10000,false\n3,,true\n")
	code, stdout, _ := bulk(t, t.Context(), server.URL, csv)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "line 2: integration 1: unchanged\n")
	assert.Contains(t, stdout, "nothing to change  2\n")
	assert.Equal(t, map[string]int{`PATCH /integrations/2 {"is_active":false,"daily_limit":10000}`: 1}, sent(server))
	assert.Equal(t, map[string]string{"1": "unchanged", "2": "done", "3": "unchanged"}, outcomes(t, resultsName(csv)))
}

func TestWhatFailedIsSentAgainWhenAsked(t *testing.T) {
	server := newAPI(t, 2)
	csv := writeFile(t, "keys.csv", limits(3))
	const says = "  line 4, integration 3: spideriq: PATCH /integrations/3: 404 Not Found: Integration not found\n"
	for range 2 {
		code, stdout, _ := bulk(t, t.Context(), server.URL, csv)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stdout, "Failed (-repeat-failed sends them again):\n"+says)
		assert.Len(t, sent(server), 3)
	}

	server.Add(spideriq.Integration{ID: 3})
	require.NoError(t, os.WriteFile(csv, []byte(limits(2)+"3,7\n"), 0o600)) // put right
	code, stdout, _ := bulk(t, t.Context(), server.URL, csv, "-repeat-failed")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "line 4: integration 3: done\n")
	assert.Equal(t, 1, sent(server)[`PATCH /integrations/3 {"daily_limit":7}`])
}

func TestUnknownOutcomeIsNotRepeatedUnasked(t *testing.T) {
	server := newAPI(t, 3)
	csv := writeFile(t, "keys.csv", limits(3))
	server.Fail(spideriqtest.Fault{}, spideriqtest.Fault{}, spideriqtest.Fault{}, spideriqtest.HTMLPage(200))
	for range 2 {
		code, stdout, _ := bulk(t, t.Context(), server.URL, csv, "-workers", "1")
		assert.Equal(t, exitUnknown, code)
		assert.Contains(t, stdout, "Outcome unknown (look at them, then use -repeat-unknown):\n  line ")
		assert.Len(t, sent(server), 3)
	}
	code, _, stderr := bulk(t, t.Context(), server.URL, csv, "-repeat-unknown")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stderr, "rows of unknown outcome are sent again: 1\n")
	repeated := 0
	for _, times := range sent(server) {
		repeated += times - 1
	}
	assert.Equal(t, 1, repeated)
}

func TestWhatEveryRowWouldMeetEndsTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		fault spideriqtest.Fault
		says  string
	}{
		"wrong token":  {spideriqtest.Status(401, `{}`), "401 Unauthorized"},
		"plan used up": {spideriqtest.RateLimited(0), "429 Too Many Requests"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newAPI(t, 9)
			csv := writeFile(t, "keys.csv", limits(9))
			listed := []spideriqtest.Fault{{}, {}}
			server.Fail(append(listed, c.fault, c.fault, c.fault)...)
			code, stdout, stderr := bulk(t, t.Context(), server.URL, csv, "-workers", "1")
			assert.Equal(t, exitFailed, code)
			assert.Contains(t, stdout, "not sent  9\n")
			assert.Contains(t, stderr, "stopped early: spideriq: PATCH /integrations/")
			assert.Contains(t, stderr, c.says)
			assert.Contains(t, stderr, "the same command goes on")
			assert.Len(t, sent(server), 1)

			drain(t, server)
			code, _, _ = bulk(t, t.Context(), server.URL, csv)
			assert.Equal(t, exitDone, code)
		})
	}
}

// drain uses up the faults that no request has met.
func drain(t *testing.T, server *spideriqtest.Server) {
	t.Helper()
	for range 3 {
		_, _ = server.Client(spideriq.WithMaxAttempts(1)).Integrations.List(t.Context(), spideriq.ListParams{})
	}
}

// An API that is dead from the beginning costs one list. One that dies in the middle
// costs ten rows.
func TestTenRowsInARowWithoutAnAnswerEndTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		fault spideriqtest.Fault
		code  int
		says  string
	}{
		"not applied":     {spideriqtest.Status(503, ""), exitFailed, "not sent  20\n"},
		"perhaps applied": {spideriqtest.HTMLPage(200), exitUnknown, " unknown  10\n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newAPI(t, 20)
			csv := writeFile(t, "keys.csv", limits(20))
			faults := make([]spideriqtest.Fault, 2, 200)
			for range 198 {
				faults = append(faults, c.fault)
			}
			server.Fail(faults...)
			code, stdout, stderr := bulk(t, t.Context(), server.URL, csv, "-workers", "1", "-retry-delay", "1m")
			assert.Equal(t, c.code, code)
			assert.Contains(t, stdout, c.says)
			assert.Contains(t, stderr, "stopped early: 10 rows in a row got no answer: spideriq: PATCH ")
			assert.Contains(t, stderr, "the same command goes on")
			assert.LessOrEqual(t, len(server.Requests()), 2+3*10)
		})
	}
}

func TestDeadAPIEndsTheRunBeforeTheFirstRow(t *testing.T) {
	server := newAPI(t, 3)
	csv := writeFile(t, "keys.csv", limits(3))
	url := server.URL
	server.Close()
	code, stdout, stderr := bulk(t, t.Context(), url, csv)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "not sent  3\n")
	assert.Contains(t, stderr, "stopped early: the integrations cannot be listed: ")
	assert.Contains(t, stderr, "the same command goes on")
}

func TestDemoHas300IntegrationsAndNoNetwork(t *testing.T) {
	real := newAPI(t, 3)
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", real.URL)
	var stdout, stderr bytes.Buffer
	csv := writeFile(t, "keys.csv", "id,is_active\n1,false\n300,false\n301,false\n")
	code := run(t.Context(), []string{"-demo", csv}, os.Getenv, &stdout, &stderr)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout.String(), "done  2\n")
	assert.Contains(t, stdout.String(), "failed  1\n")
	assert.Contains(t, stderr.String(), "in-memory")

	// What the demo has done is not taken for what the API has done.
	code, _, log := bulk(t, t.Context(), real.URL, csv)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, log, "job keys is for the in-memory API of -demo, and not for spideriq.Client(http://")
	assert.Empty(t, real.Requests())
}

func TestRefusedBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	good := writeFile(t, "keys.csv", limits(3))
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"no token":             {[]string{good}, "SPIDERIQ_TOKEN is not set"},
		"no file name":         {[]string{"-demo"}, "CSV file is missing"},
		"no such file":         {[]string{"-demo", good + "x"}, "keys.csvx"},
		"flag behind the file": {[]string{good, "-demo"}, `"-demo"`},
		"unknown flag":         {[]string{"-fast\nest", good}, "-fast est"},
		"workers":              {[]string{"-demo", "-workers", "0", good}, "-workers"},
		"rate":                 {[]string{"-demo", "-rate", "0", good}, "-rate"},
		"burst":                {[]string{"-demo", "-burst", "-1", good}, "-burst"},
		"grace":                {[]string{"-demo", "-grace", "-1s", good}, "-grace"},
		"lease":                {[]string{"-demo", "-lease", "1ms", good}, "-lease"},
		"replicas":             {[]string{"-demo", "-replicas", "9", good}, "-replicas"},
		"job":                  {[]string{"-demo", "-job", "a.b", good}, "-job"},
		"share alone":          {[]string{"-demo", "-share", "2", good}, "-share needs -nats"},
		"no file and no job":   {[]string{"-nats", "nats://127.0.0.1:1"}, "-job names the job"},
		"no URL":               {[]string{"-nats", "127.0.0.1", good}, "-nats 127.0.0.1: is not a URL"},
		"broken URL":           {[]string{"-nats", "nats://a:pass%@b", good}, "-nats: is not a URL"},
		"malformed CSV":        {[]string{"-demo", writeFile(t, "bad.csv", "id,daily_limit\n7,x\n")}, "bad.csv:2:3: "},
		"results are a CSV":    {[]string{"-demo", "-results", good, good}, "no results file"},
		"results not writable": {[]string{"-demo", "-results", filepath.Join(good, "r.csv"), good}, "no folder"},
		"store is a file":      {[]string{"-demo", "-store", good, good}, "-store"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), c.args, noEnvironment, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			assert.NotContains(t, stderr.String(), "pass")
			assert.NoFileExists(t, resultsName(good))
		})
	}
}

func TestUnreachableNATSServerIsRefused(t *testing.T) {
	code, stdout, stderr := bulk(t, t.Context(), "http://127.0.0.1:1", writeFile(t, "keys.csv", limits(3)),
		"-nats", "nats://user:pass@127.0.0.1:1")
	assert.Equal(t, exitUsage, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "bulk: -nats nats://127.0.0.1:1: ")
	assert.Equal(t, 1, strings.Count(stderr, "\n"))
}

func TestFileThatIsNotThatOfTheJobIsRefused(t *testing.T) {
	server := newAPI(t, 3)
	csv := writeFile(t, "keys.csv", limits(3))
	code, _, _ := bulk(t, t.Context(), server.URL, csv)
	require.Equal(t, exitDone, code)
	require.NoError(t, os.WriteFile(csv, []byte("id,daily_limit\n1,0\n2,9\n3,0\n"), 0o600))
	code, _, stderr := bulk(t, t.Context(), server.URL, csv)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "keys.csv does not belong to job keys: line 3: integration 2 has other settings")
	assert.Len(t, sent(server), 3)
}

func TestStoreIsUsedByOneProgramAtATime(t *testing.T) {
	t.Parallel()
	csv := writeFile(t, "keys.csv", limits(3))
	conn, err := startEmbedded(strings.TrimSuffix(csv, ".csv") + ".bulk")
	require.NoError(t, err)
	defer conn.close()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitUsage, run(t.Context(), []string{"-demo", csv}, noEnvironment, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "keys.bulk is in use by another bulk; -nats lets several work together\n")
}

func TestUnusableTokenLeavesNothingBehind(t *testing.T) {
	csv := writeFile(t, "keys.csv", limits(3))
	t.Setenv("SPIDERIQ_TOKEN", "Bearer "+token)
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitUsage, run(t.Context(), []string{csv}, os.Getenv, &stdout, &stderr))
	assert.NotContains(t, stderr.String(), "secret_example")
	left, err := os.ReadDir(filepath.Dir(csv))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestDefaultsAreTheDocumentedRate(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"some/my keys.csv"})
	require.NoError(t, err)
	assert.Equal(t, settings{
		csv: "some/my keys.csv", results: "some/my keys.results.csv", store: "some/my keys.bulk", job: "my_keys",
		workers: 8, rate: 100, burst: 20, replicas: 1,
		grace: 10 * time.Second, lease: 10 * time.Second, natsWait: time.Minute, retryDelay: 30 * time.Second,
	}, s)
}

func TestHelpNamesColumnsAndExitCodes(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitDone, run(t.Context(), []string{"-h"}, os.Getenv, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, part := range []string{"spend_limit_amount", "-repeat-unknown", "130  interrupted", "SPIDERIQ_TOKEN"} {
		assert.Contains(t, stdout.String(), part)
	}
}
