package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows rows as they end. Its methods are safe for concurrent use.
type progress interface {
	row(r row, o outcome, message string)
	close()
}

func newProgress(w io.Writer, rows int) progress {
	if f, ok := w.(*os.File); ok && rows > 0 && isScreen(int(f.Fd())) {
		return newBar(f, rows)
	}
	return &lines{w: w}
}

// isScreen leaves out terminals without a size, which cannot show a bar.
func isScreen(fd int) bool {
	width, height, err := term.GetSize(fd)
	return term.IsTerminal(fd) && err == nil && width > 0 && height > 0
}

func writeRow(w io.Writer, r row, o outcome, message string) {
	if message != "" {
		message = ": " + message
	}
	fmt.Fprintf(w, "line %d: integration %d: %s%s\n", r.line, r.id, o, message)
}

// lines has a line for each row.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) row(r row, o outcome, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	writeRow(l.w, r, o, message)
}

func (l *lines) close() {}

// A bar moves with each row. Those that are not done get a line above it.
type bar struct {
	container *mpb.Progress
	bar       *mpb.Bar
}

func newBar(w io.Writer, rows int, opts ...mpb.ContainerOption) *bar {
	container := mpb.New(append(opts, mpb.WithOutput(w), mpb.WithWidth(60))...)
	return &bar{container, container.AddBar(int64(rows),
		mpb.PrependDecorators(decor.CountersNoUnit("%d / %d")),
		mpb.AppendDecorators(decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "")))}
}

func (b *bar) row(r row, o outcome, message string) {
	if o != done {
		writeRow(b.container, r, o, message)
	}
	b.bar.Increment()
}

func (b *bar) close() {
	b.bar.Abort(false) // of no effect when it is complete
	b.container.Wait()
}
