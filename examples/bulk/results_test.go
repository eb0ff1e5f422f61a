package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResultsFileHasEachRowInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC)
	rows := []row{
		{line: 2, id: 9, settings: `{"daily_limit":1}`}, {line: 3, id: 8, settings: `{"key_label":"a \"b\", c\nd"}`},
		{line: 5, id: 7, settings: "{}"}, {line: 6, id: 6, settings: `{"daily_limit":1}`},
		{line: 7, id: 5, settings: `{"daily_limit":1}`},
	}
	records := map[int64]record{
		9: {State: done, Time: at, Attempts: 2},
		8: {State: failed, Time: at, Attempts: 1, Message: "404, no such"},
		6: {State: sending, Time: at},
		5: {State: queued, Time: at},
	}
	name := filepath.Join(t.TempDir(), "r.csv")
	for range 2 { // the second takes the place of the first
		require.NoError(t, checkResults(name))
		require.NoError(t, writeResults(name, rows, records))
		written, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, `time,line,id,settings,outcome,attempts,message
2026-02-26T15:30:00Z,2,9,"{""daily_limit"":1}",done,2,
2026-02-26T15:30:00Z,3,8,"{""key_label"":""a \""b\"", c\nd""}",failed,1,"404, no such"
,5,7,{},unchanged,,
2026-02-26T15:30:00Z,6,6,"{""daily_limit"":1}",unknown,,
2026-02-26T15:30:00Z,7,5,"{""daily_limit"":1}",not sent,,
`, string(written))
	}
	left, err := os.ReadDir(filepath.Dir(name))
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary file is left")
}

func TestOtherFilesAreNoResults(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"another CSV": "id,daily_limit\n7,5\n", "short": "dear", "empty": ""} {
		file := writeFile(t, "r.csv", content)
		require.ErrorContains(t, checkResults(file), "r.csv is no results file", name)
	}
}

func TestTallyCountsEachRowOnce(t *testing.T) {
	t.Parallel()
	rows := []row{
		{line: 2, id: 1}, {line: 3, id: 2}, {line: 4, id: 3}, {line: 5, id: 4}, {line: 6, id: 5}, {line: 7, id: 6},
		{line: 8, id: 7, settings: "{}"},
	}
	records := map[int64]record{
		1: {State: done}, 2: {State: done}, 3: {State: failed, Message: "404"},
		4: {State: sending}, 5: {State: queued}, 6: {State: unchanged},
	}
	tally := count(rows, records, map[int64]record{1: {State: done}, 2: {State: queued}})
	var out bytes.Buffer
	tally.write(&out)
	assert.Equal(t, `
               done  1
        done before  1
  nothing to change  2
             failed  1
            unknown  1
           not sent  1
               rows  7
Failed (-repeat-failed sends them again):
  line 4, integration 3: 404
Outcome unknown (look at them, then use -repeat-unknown):
  line 5, integration 4: on its way when this run ended
`, out.String())
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tally       tally
		interrupted bool
		want        int
	}{
		"all done":                       {tally{done: 3, unchanged: 1}, false, exitDone},
		"interrupted when all is done":   {tally{done: 3}, true, exitDone},
		"failed":                         {tally{failed: 1}, false, exitFailed},
		"not sent":                       {tally{notSent: 1}, false, exitFailed},
		"unknown before failed":          {tally{failed: 1, unknown: 1}, false, exitUnknown},
		"interrupted, with rows left":    {tally{notSent: 1}, true, exitInterrupted},
		"interrupted, with unknown rows": {tally{unknown: 1}, true, exitInterrupted},
	} {
		assert.Equal(t, c.want, c.tally.exitCode(c.interrupted), name)
	}
}

func TestDryRunSendsAndWritesNothing(t *testing.T) {
	t.Parallel()
	csv := writeFile(t, "keys.csv", "id,is_active,spend_limit_amount\n7,false,\n8,,1000.00\n")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-dry-run", csv}, noEnvironment, &stdout, &stderr)
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr.String())
	assert.Equal(t, `PATCH /integrations/7 {"is_active":false}
PATCH /integrations/8 {"spend_limit_amount":1000.00}

  to send  2
     rows  2
`, stdout.String())
	left, err := os.ReadDir(filepath.Dir(csv))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestDryRunKnowsWhatIsLeft(t *testing.T) {
	server := newAPI(t, 3)
	csv := writeFile(t, "keys.csv", "id,daily_limit\n1,5\n2,10000\n4,5\n")
	code, stdout, _ := bulk(t, t.Context(), server.URL, csv, "-dry-run")
	assert.Equal(t, exitDone, code)
	requests, _, _ := strings.Cut(stdout, "\n\n")
	assert.Equal(t, "PATCH /integrations/1 {\"daily_limit\":5}\nPATCH /integrations/4 {\"daily_limit\":5}", requests)
	assert.Contains(t, stdout, "nothing to change  1\n")
	assert.Empty(t, sent(server))

	code, _, _ = bulk(t, t.Context(), server.URL, csv)
	require.Equal(t, exitFailed, code)
	code, stdout, _ = bulk(t, t.Context(), server.URL, csv, "-dry-run", "-repeat-failed")
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stdout, "PATCH /integrations/4 {\"daily_limit\":5}\n")
	assert.Contains(t, stdout, "to send  1\n")
	assert.Len(t, sent(server), 2)
}
