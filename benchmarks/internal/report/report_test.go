package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/report"
)

func table() report.Table {
	return report.Table{
		Title: "Update in process",
		Text:  "Without a network.",
		Columns: []report.Column{
			{Name: "CPU", Format: "%.2f", Better: report.Less},
			{Name: "calls/s", Format: "%.0f", Better: report.More},
			{Name: "rounds", Format: "%.0f"},
		},
		Rows: []report.Row{
			{Name: "floor", Values: []float64{0.5, 900, 1}, Floor: true},
			{Name: report.Ours, Values: []float64{1.001, 500, 9}},
			{Name: "fast", Values: []float64{0.9, 499, 1}},
			{Name: "same", Values: []float64{0.999, 500.4, 1}},
			{Name: "slow", Values: []float64{2, 600, math.NaN()}},
		},
	}
}

func TestLeadsAreValuesThatPrintBetterThanOurs(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []report.Lead{
		{Table: "Update in process", Column: "CPU", Ours: "1.00", Others: []string{"fast 0.90"}},
		{Table: "Update in process", Column: "calls/s", Ours: "500", Others: []string{"slow 600"}},
	}, table().Leads())
}

func TestLeadIsMoreThanNoise(t *testing.T) {
	t.Parallel()
	noisy := table()
	noisy.Columns[0].Noise, noisy.Columns[1].Noise = 0.12, 0.15
	assert.Equal(t, []report.Lead{
		{Table: "Update in process", Column: "calls/s", Ours: "500", Others: []string{"slow 600"}},
	}, noisy.Leads())
	var page strings.Builder
	require.NoError(t, report.WriteLeads(&page, []report.Table{noisy}))
	assert.Contains(t, page.String(), "| Update in process | calls/s | 500 | slow 600 |\n")
}

func TestTableIsMarkdown(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	require.NoError(t, table().Write(&page))
	assert.Equal(t, `
## Update in process

Without a network.

| | CPU | calls/s | rounds |
|---|--:|--:|--:|
| floor | 0.50 | 900 | 1 |
| **spideriq-go** | **1.00** | **500** | **9** |
| fast | 0.90 | 499 | 1 |
| same | 1.00 | 500 | 1 |
| slow | 2.00 | 600 |  |
`, page.String())
}

func TestPlotIsAnSVGThatNamesEachContestant(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "plot.svg")
	require.NoError(t, table().Plot(file, "Cost", "times the floor", 0))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, row := range table().Rows {
		assert.Contains(t, string(text), row.Name)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		if _, err := decoder.Token(); err != nil {
			assert.True(t, errors.Is(err, io.EOF), "%v", err)
			return
		}
	}
}
