package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
	"github.com/spideriq/spideriq-go/benchmarks/internal/server"
)

func TestMain(m *testing.M) {
	server.ServeIfAsked()
	os.Exit(m.Run())
}

func TestComparisonHasARowForEachContestant(t *testing.T) {
	s, err := server.Start()
	require.NoError(t, err)
	tables, err := measureAll(t.Context(), s, time.Millisecond, regexp.MustCompile(titleUpdate+"|one at a time"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Len(t, tables, 3)
	for _, table := range tables {
		require.Len(t, table.Rows, len(lineup.All())+1)
		assert.True(t, table.Rows[0].Floor)
		assert.Equal(t, report.Ours, table.Rows[1].Name)
		for _, row := range table.Rows {
			for _, value := range row.Values {
				assert.Positive(t, value, "%s of %s", row.Name, table.Title)
			}
		}
	}
}

func TestSharesOfTheBudgetAreTheWhole(t *testing.T) {
	t.Parallel()
	whole := 0
	source, err := os.ReadFile("works.go")
	require.NoError(t, err)
	for _, percent := range regexp.MustCompile(`share\((\d+)\)`).FindAllStringSubmatch(string(source), -1) {
		var value int
		for _, digit := range percent[1] {
			value = 10*value + int(digit-'0')
		}
		whole += value
	}
	assert.Equal(t, 100, whole)
}

func TestEachProgramHasAFolder(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir("size")
	require.NoError(t, err)
	programs := map[string]bool{lineup.Floor.Program: true}
	for _, c := range lineup.All() {
		if c.Program != "" {
			programs[c.Program] = true
		}
	}
	assert.Len(t, folders, len(programs))
	for _, folder := range folders {
		assert.True(t, programs[folder.Name()], folder.Name())
	}
}

func TestContestantsAreListedWithTheirModules(t *testing.T) {
	t.Parallel()
	page := contestants()
	for _, c := range lineup.All() {
		assert.Contains(t, page, "\n| "+c.Name+" | ")
		assert.NotContains(t, strings.ReplaceAll(c.Note, "|", "PIPE"), "PIPE")
	}
}
