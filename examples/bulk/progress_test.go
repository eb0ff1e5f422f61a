package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/vbauerster/mpb/v8"
)

var (
	row7Done   = record{Line: 2, ID: 7, State: done, revision: 3}
	row8Failed = record{Line: 3, ID: 8, State: failed, Message: "404 Not Found", revision: 4}
)

func TestBarShowsCountsAndWhatIsNotDone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBar(&out, 3, mpb.WithAutoRefresh())
	b.show(row7Done)
	b.show(row8Failed)
	b.show(record{Line: 4, ID: 9, State: queued, Message: "503"})
	b.show(record{Line: 4, ID: 9, State: unchanged})
	b.close()
	assert.Contains(t, out.String(), "line 3: integration 8: failed: 404 Not Found\n")
	assert.Contains(t, out.String(), "line 4: integration 9: queued: 503\n")
	assert.NotContains(t, out.String(), "integration 7")
	assert.NotContains(t, out.String(), "unchanged")
	assert.Contains(t, out.String(), "3 / 3")
}

func TestBarOfAStoppedRunCloses(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBar(&out, 3, mpb.WithAutoRefresh())
	b.show(row7Done)
	b.close()
	assert.Contains(t, out.String(), "1 / 3")
}

func TestWhatIsNoTerminalGetsLines(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	s := newScreen(&file, 3)
	s.show(row7Done)
	s.show(row8Failed)
	s.close()
	assert.Equal(t, "line 2: integration 7: done\nline 3: integration 8: failed: 404 Not Found\n", file.String())
}

func TestEachOutcomeIsShownOnce(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	old := record{Line: 5, ID: 10, State: done, revision: 1}
	p := newProgress(&lines{w: &file}, map[int64]record{10: old})
	p.see(record{Line: 3, ID: 8, State: sending, revision: 2})
	p.see(row8Failed)
	p.see(row8Failed)
	p.close([]row{{id: 7}, {id: 8}, {id: 9}, {id: 10}}, map[int64]record{7: row7Done, 8: row8Failed, 10: old})
	assert.Equal(t, "line 3: integration 8: failed: 404 Not Found\nline 2: integration 7: done\n", file.String())
}
