package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func resultsOf(t *testing.T, records ...record) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "r.csv")
	r, err := openResults(name, 0)
	require.NoError(t, err)
	for _, rec := range records {
		require.NoError(t, r.write(rec))
	}
	require.NoError(t, r.close())
	return name
}

// Wherever a kill cuts the file, each row is what its whole lines say: not sent,
// unknown after its intent, or what its outcome is. Writing goes on behind them.
func TestEveryCutOfTheFileIsReadAsFarAsItIsWhole(t *testing.T) {
	t.Parallel()
	records := []record{
		{line: 2, id: 7, settings: `{"daily_limit":1}`, outcome: sending},
		{line: 3, id: 8, settings: `{"key_label":"a \"b\", c\nd"}`, outcome: sending},
		{line: 2, id: 7, settings: `{"daily_limit":1}`, outcome: done, attempts: 1},
		{line: 3, id: 8, settings: `{"key_label":"a \"b\", c\nd"}`, outcome: failed, attempts: 1, message: "404, \"no\"\nsuch"},
		{line: 4, id: 9, settings: `{"daily_limit":0}`, outcome: sending},
		{line: 4, id: 9, settings: `{"daily_limit":0}`, outcome: unknown, attempts: 3, message: "reset"},
	}
	whole, err := os.ReadFile(resultsOf(t, records...))
	require.NoError(t, err)
	require.Equal(t, len(records)+1, strings.Count(string(whole), "\n"), "one line for each record and the header")
	name := filepath.Join(t.TempDir(), "cut.csv")
	for cut := range len(whole) + 1 {
		require.NoError(t, os.WriteFile(name, whole[:cut], 0o600))
		want := make(map[int64]outcome)
		for _, rec := range records[:max(strings.Count(string(whole[:cut]), "\n")-1, 0)] {
			want[rec.id] = rec.outcome
			if rec.outcome == sending {
				want[rec.id] = unknown
			}
		}
		last, intact, err := readResults(name)
		require.NoError(t, err, cut)
		require.Equal(t, want, outcomes(last), cut)

		r, err := openResults(name, intact)
		require.NoError(t, err, cut)
		require.NoError(t, r.write(record{line: 5, id: 10, outcome: done}))
		require.NoError(t, r.close())
		content, err := os.ReadFile(name)
		require.NoError(t, err, cut)
		require.True(t, strings.HasSuffix(string(content), "\n"), "nothing torn is left at cut %d", cut)
		want[10] = done
		last, _, err = readResults(name)
		require.NoError(t, err, cut)
		require.Equal(t, want, outcomes(last), cut)
	}
}

func outcomes(last map[int64]record) map[int64]outcome {
	of := make(map[int64]outcome)
	for id, rec := range last {
		of[id] = rec.outcome
	}
	return of
}

func TestOtherFilesAreNoResults(t *testing.T) {
	t.Parallel()
	header := strings.Join(resultsHeader, ",") + "\n"
	for name, content := range map[string]string{
		"another CSV":       "id,daily_limit\n7,5\n",
		"a line, no break":  "dear to somebody",
		"unknown outcome":   header + "2026-02-26T15:30:00Z,2,7,{},perhaps,1,\n",
		"id is no number":   header + "2026-02-26T15:30:00Z,2,x,{},done,1,\n",
		"line is no number": header + "2026-02-26T15:30:00Z,x,7,{},done,1,\n",
		"torn in between":   header + "2026-02-26T15:30:00Z,2,\n2026-02-26T15:30:00Z,2,7,{},done,1,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readResults(writeFile(t, "r.csv", content))
			assert.ErrorContains(t, err, "r.csv")
		})
	}
}

func TestNothingIsWrittenBehindAFailedWrite(t *testing.T) {
	t.Parallel()
	r, err := openResults(filepath.Join(t.TempDir(), "r.csv"), 0)
	require.NoError(t, err)
	file := r.file
	defer func() { _ = file.Close() }()
	r.file, err = os.Open(file.Name()) // not for writing
	require.NoError(t, err)
	defer func() { _ = r.file.Close() }()
	wrong := r.write(record{id: 7, outcome: sending})
	require.Error(t, wrong)
	r.file = file
	assert.Equal(t, wrong, r.write(record{id: 7, outcome: done}))
	last, _, err := readResults(file.Name())
	require.NoError(t, err)
	assert.Empty(t, last)
}

func TestPlan(t *testing.T) {
	t.Parallel()
	row7 := row{line: 2, id: 7, settings: `{"daily_limit":5}`}
	before := func(o outcome, settings string) map[int64]record {
		return map[int64]record{7: {id: 7, settings: settings, outcome: o}}
	}
	for name, c := range map[string]struct {
		row    row
		before map[int64]record
		repeat bool
		want   string // sent, and the tally; or the error
	}{
		"new":                    {row7, nil, false, "sent 1: 0 before, 0 empty, 0 unknown"},
		"done":                   {row7, before(done, row7.settings), true, "sent 0: 1 before, 0 empty, 0 unknown"},
		"failed":                 {row7, before(failed, row7.settings), false, "sent 1: 0 before, 0 empty, 0 unknown"},
		"failed, put right":      {row7, before(failed, `{"daily_limit":-5}`), false, "sent 1: 0 before, 0 empty, 0 unknown"},
		"unknown":                {row7, before(unknown, row7.settings), false, "sent 0: 0 before, 0 empty, 1 unknown"},
		"unknown, to repeat":     {row7, before(unknown, row7.settings), true, "sent 1: 0 before, 0 empty, 0 unknown"},
		"nothing to change":      {row{line: 2, id: 7, settings: "{}"}, nil, false, "sent 0: 0 before, 1 empty, 0 unknown"},
		"done, then edited":      {row7, before(done, `{"daily_limit":6}`), true, "line 2: integration 7 was sent other settings, outcome done"},
		"unknown, then edited":   {row7, before(unknown, `{"daily_limit":6}`), true, "line 2: integration 7 was sent other settings, outcome unknown"},
		"unknown, then removed":  {row{line: 2, id: 8, settings: "{}"}, before(unknown, row7.settings), true, "integration 7 has an unknown outcome and no row any more"},
		"failed and then gone":   {row{line: 2, id: 8, settings: "{}"}, before(failed, row7.settings), false, "sent 0: 0 before, 1 empty, 0 unknown"},
		"done, and then removed": {row{line: 2, id: 8, settings: "{}"}, before(done, row7.settings), false, "sent 0: 0 before, 1 empty, 0 unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			todo, tally, err := plan([]row{c.row}, c.before, c.repeat)
			if err != nil {
				assert.EqualError(t, err, c.want)
				return
			}
			assert.Equal(t, c.want, fmt.Sprintf("sent %d: %d before, %d empty, %d unknown", len(todo), tally.doneBefore, tally.empty, tally.unknown))
		})
	}
}
