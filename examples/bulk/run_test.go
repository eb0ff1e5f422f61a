package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// TestMain is also the program itself, for the tests that kill it.
func TestMain(m *testing.M) {
	if os.Getenv("BULK_TEST_AS_PROGRAM") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

const token = "client_example:key_example:secret_example"

// newPool starts an API with integrations 1 to n.
func newPool(t *testing.T, n int) *spideriqtest.Server {
	t.Helper()
	server := spideriqtest.NewServer(spideriqtest.WithToken(token))
	t.Cleanup(server.Close)
	for id := range n {
		server.Add(spideriq.Integration{ID: int64(id + 1), IsActive: true, DailyLimit: new(10000)})
	}
	return server
}

// limits is a CSV file that gives integrations 1 to n a daily limit of 0.
func limits(n int) string {
	var text strings.Builder
	text.WriteString("id,daily_limit\n")
	for id := range n {
		fmt.Fprintf(&text, "%d,0\n", id+1)
	}
	return text.String()
}

// bulk runs the program against url. Nothing that it prints or writes has the
// token.
func bulk(t *testing.T, ctx context.Context, url, csv string, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("SPIDERIQ_TOKEN", token)
	t.Setenv("SPIDERIQ_API_URL", url)
	var out, log bytes.Buffer
	code = run(ctx, append(append([]string{"-rate", "600000"}, flags...), csv), os.Getenv, &out, &log)
	written, _ := os.ReadFile(resultsName(csv))
	for part := range strings.SplitSeq(token, ":") {
		assert.NotContains(t, out.String()+log.String()+string(written), part)
	}
	return code, out.String(), log.String()
}

func resultsName(csv string) string { return strings.TrimSuffix(csv, ".csv") + ".results.csv" }

// sent counts the updates of each integration that the server received.
func sent(server *spideriqtest.Server) map[string]int {
	count := make(map[string]int)
	for _, r := range server.Requests() {
		count[r.Method+" "+strings.TrimPrefix(r.Path, "/api/v1")+" "+string(r.Body)]++
	}
	return count
}

func TestEachRowIsSentOnceAndOnlyWhatItSays(t *testing.T) {
	server := newPool(t, 40)
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

	code, stdout, _ = bulk(t, t.Context(), server.URL, csv, "-resume")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "done before  39\n")
	assert.Len(t, server.Requests(), 39, "nothing is left to send")
}

func TestResumeSendsAgainWhatFailed(t *testing.T) {
	server := newPool(t, 2)
	csv := writeFile(t, "keys.csv", limits(3))
	code, stdout, _ := bulk(t, t.Context(), server.URL, csv)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "Failed:\n  line 4, integration 3: spideriq: PATCH /integrations/3: 404 Not Found: Integration not found\n")

	server.Add(spideriq.Integration{ID: 3})
	code, stdout, _ = bulk(t, t.Context(), server.URL, csv, "-resume")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "line 4: integration 3: done\n")
	assert.Len(t, server.Requests(), 4)
}

func TestUnknownOutcomeIsNotRepeatedUnasked(t *testing.T) {
	server := newPool(t, 3)
	csv := writeFile(t, "keys.csv", limits(3))
	server.Fail(spideriqtest.Fault{}, spideriqtest.HTMLPage(200))
	code, stdout, _ := bulk(t, t.Context(), server.URL, csv, "-workers", "1")
	assert.Equal(t, exitUnknown, code)
	assert.Contains(t, stdout, "Outcome unknown (look at them, then use -resume -repeat-unknown):\n  line 3, integration 2: ")

	code, stdout, _ = bulk(t, t.Context(), server.URL, csv, "-resume")
	assert.Equal(t, exitUnknown, code)
	assert.Contains(t, stdout, "line 3, integration 2: ")
	assert.Len(t, server.Requests(), 3)

	code, _, stderr := bulk(t, t.Context(), server.URL, csv, "-resume", "-repeat-unknown")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stderr, "rows of unknown outcome are sent again: 1\n")
	assert.Equal(t, 2, sent(server)[`PATCH /integrations/2 {"daily_limit":0}`])
}

func TestWhatEveryRowWouldMeetEndsTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		fault spideriqtest.Fault
		says  string
	}{
		"wrong token":  {spideriqtest.Status(401, `{}`), "401 Unauthorized"},
		"plan used up": {spideriqtest.RateLimited(0), "429 Too Many Requests"},
		"a long wait":  {spideriqtest.RateLimited(time.Hour), "try again in 1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newPool(t, 9)
			server.Fail(c.fault, c.fault, c.fault, c.fault, c.fault, c.fault, c.fault, c.fault, c.fault)
			code, stdout, stderr := bulk(t, t.Context(), server.URL, writeFile(t, "keys.csv", limits(9)), "-workers", "1")
			assert.Equal(t, exitFailed, code)
			assert.Regexp(t, `not sent +[78]\n`, stdout)
			assert.Contains(t, stderr, "stopped early: spideriq: PATCH /integrations/1: ")
			assert.Contains(t, stderr, c.says)
			assert.LessOrEqual(t, len(server.Requests()), 2, "a row may be on its way already")
		})
	}
}

func TestDryRunSendsAndWritesNothing(t *testing.T) {
	t.Parallel()
	csv := writeFile(t, "keys.csv", "id,is_active,spend_limit_amount\n7,false,\n8,,1000.00\n")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-dry-run", csv}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr.String())
	assert.Equal(t, `PATCH /integrations/7 {"is_active":false}
PATCH /integrations/8 {"spend_limit_amount":1000.00}

  to send  2
     rows  2
`, stdout.String())
	assert.NoFileExists(t, resultsName(csv))
}

func TestDemoHas300Integrations(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	csv := writeFile(t, "keys.csv", "id,is_active\n1,false\n300,false\n301,false\n")
	code := run(t.Context(), []string{"-demo", csv}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout.String(), "done  2\n")
	assert.Contains(t, stdout.String(), "failed  1\n")
	assert.Contains(t, stderr.String(), "in-memory")
}

func TestRefusedBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	good := writeFile(t, "keys.csv", limits(3))
	none := func(string) string { return "" }
	for name, c := range map[string]struct {
		args  []string
		names string
	}{
		"no token":               {[]string{good}, "SPIDERIQ_TOKEN is not set"},
		"no file name":           {[]string{"-demo"}, "CSV file is missing"},
		"no such file":           {[]string{"-demo", good + "x"}, "keys.csvx"},
		"flag behind the file":   {[]string{good, "-demo"}, `"-demo"`},
		"unknown flag":           {[]string{"-fast\nest", good}, "-fast est"},
		"workers":                {[]string{"-demo", "-workers", "0", good}, "-workers"},
		"rate":                   {[]string{"-demo", "-rate", "0", good}, "-rate"},
		"burst":                  {[]string{"-demo", "-burst", "-1", good}, "-burst"},
		"grace":                  {[]string{"-demo", "-grace", "-1s", good}, "-grace"},
		"repeat without resume":  {[]string{"-demo", "-repeat-unknown", good}, "-resume"},
		"malformed CSV":          {[]string{"-demo", writeFile(t, "bad.csv", "id,daily_limit\n7,x\n")}, "bad.csv:2:3: "},
		"results exist":          {[]string{"-demo", "-results", resultsOf(t), good}, "-resume goes on"},
		"results are a CSV file": {[]string{"-demo", "-resume", "-results", good, good}, "no results file"},
		"results of other rows":  {[]string{"-demo", "-resume", "-results", resultsOf(t, record{id: 9, outcome: sending}), good}, "does not belong to"},
		"results not writable":   {[]string{"-demo", "-results", filepath.Join(good, "r.csv"), good}, "r.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), c.args, none, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), c.names)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			assert.NoFileExists(t, resultsName(good))
		})
	}
}

func TestUnusableTokenLeavesNoResultsFile(t *testing.T) {
	csv := writeFile(t, "keys.csv", limits(3))
	t.Setenv("SPIDERIQ_TOKEN", "Bearer "+token)
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitUsage, run(t.Context(), []string{csv}, os.Getenv, &stdout, &stderr))
	assert.NotContains(t, stderr.String(), "secret_example")
	assert.NoFileExists(t, resultsName(csv))
}

func TestDefaultsAreTheDocumentedRate(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"keys.csv"})
	require.NoError(t, err)
	assert.Equal(t, settings{csv: "keys.csv", results: "keys.results.csv", workers: 8, rate: 100, burst: 20, grace: 10 * time.Second}, s)
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
