package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/vbauerster/mpb/v8"
)

func TestBarShowsCountsAndWhatIsNotDone(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	b := newBar(&screen, 3, mpb.WithAutoRefresh())
	b.row(row{line: 2, id: 7}, done, "")
	b.row(row{line: 3, id: 8}, failed, "404 Not Found")
	b.row(row{line: 4, id: 9}, done, "")
	b.close()
	assert.Contains(t, screen.String(), "line 3: integration 8: failed: 404 Not Found\n")
	assert.NotContains(t, screen.String(), "integration 7")
	assert.Contains(t, screen.String(), "3 / 3")
}

func TestBarOfAStoppedRunCloses(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	b := newBar(&screen, 3, mpb.WithAutoRefresh())
	b.row(row{line: 2, id: 7}, done, "")
	b.close()
	assert.Contains(t, screen.String(), "1 / 3")
}

func TestWhatIsNoTerminalGetsLines(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	p := newProgress(&file, 3)
	p.row(row{line: 2, id: 7}, done, "")
	p.row(row{line: 3, id: 8}, failed, "404 Not Found")
	p.close()
	assert.Equal(t, "line 2: integration 7: done\nline 3: integration 8: failed: 404 Not Found\n", file.String())
}
