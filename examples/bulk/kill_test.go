package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

// A kill in the middle, with rows on their way: what was done stays done and is
// not repeated, what was on its way is unknown and left alone until asked for, and
// the rest is sent. In the end each row is done, and is said to be once.
func TestKillAndResume(t *testing.T) {
	const rows = 120
	server := newPool(t, rows)
	csv := writeFile(t, "keys.csv", limits(rows))
	server.Fail(append(make([]spideriqtest.Fault, 30), spideriqtest.Delay(time.Hour), spideriqtest.Delay(time.Hour))...)

	program := exec.CommandContext(t.Context(), os.Args[0], "-rate", "600000", "-workers", "5", csv)
	program.Env = append(os.Environ(), "BULK_TEST_AS_PROGRAM=1", "SPIDERIQ_TOKEN="+token, "SPIDERIQ_API_URL="+server.URL)
	stdout, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	var said strings.Builder
	printed := bufio.NewScanner(stdout)
	for range 60 {
		require.True(t, printed.Scan())
		fmt.Fprintln(&said, printed.Text())
	}
	require.NoError(t, program.Process.Kill())
	for printed.Scan() {
		fmt.Fprintln(&said, printed.Text())
	}
	require.Error(t, program.Wait())
	tear(t, resultsName(csv))

	before, _, err := readResults(resultsName(csv))
	require.NoError(t, err)
	var onTheirWay int
	for _, rec := range before {
		if rec.outcome == unknown {
			onTheirWay++
		}
	}
	require.GreaterOrEqual(t, onTheirWay, 2)
	require.LessOrEqual(t, onTheirWay, 5, "no more than there are workers")
	require.Less(t, len(before), rows)

	code, out, _ := bulk(t, t.Context(), server.URL, csv, "-resume")
	said.WriteString(out)
	assert.Equal(t, exitUnknown, code)
	assert.Regexp(t, fmt.Sprintf(`unknown +%d\n`, onTheirWay), out)
	for request, times := range sent(server) {
		assert.Equal(t, 1, times, request)
	}

	code, out, stderr := bulk(t, t.Context(), server.URL, csv, "-resume", "-repeat-unknown")
	said.WriteString(out)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, stderr, fmt.Sprintf("rows of unknown outcome are sent again: %d\n", onTheirWay))
	for id := range int64(rows) {
		got, ok := server.Get(id + 1)
		require.True(t, ok)
		assert.Zero(t, *got.DailyLimit, id+1)
		ends := recordsOf(t, resultsName(csv), id+1, done)
		assert.Equal(t, 1, ends, "integration %d is done once", id+1)
		line := regexp.MustCompile(fmt.Sprintf(`(?m)^line \d+: integration %d: done$`, id+1))
		assert.LessOrEqual(t, len(line.FindAllString(said.String(), -1)), 1, "and said to be so once")
	}
}

// tear leaves at the end what a kill in the middle of a write would.
func tear(t *testing.T, name string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(`2026-02-26T15:30:00Z,121,120,"{""daily_`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

func recordsOf(t *testing.T, name string, id int64, o outcome) (n int) {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	lines, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	for _, fields := range lines[1:] {
		rec, err := parseRecord(fields)
		require.NoError(t, err)
		if rec.id == id && rec.outcome == o {
			n++
		}
	}
	return n
}
