package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// A screen shows rows as they end.
type screen interface {
	show(r record)
	close()
}

func newScreen(w io.Writer, rows int) screen {
	if f, ok := w.(*os.File); ok && rows > 0 && isTerminal(int(f.Fd())) {
		return newBar(f, rows)
	}
	return &lines{w: w}
}

// isTerminal leaves out terminals without a size, which cannot show a bar.
func isTerminal(fd int) bool {
	width, height, err := term.GetSize(fd)
	return term.IsTerminal(fd) && err == nil && width > 0 && height > 0
}

// A line about a row that is queued again tells why.
func writeRow(w io.Writer, r record) {
	message := r.Message
	if message != "" {
		message = ": " + message
	}
	fmt.Fprintf(w, "line %d: integration %d: %s%s\n", r.Line, r.ID, r.State, message)
}

// lines has a line for each row.
type lines struct{ w io.Writer }

func (l *lines) show(r record) { writeRow(l.w, r) }
func (l *lines) close()        {}

// A bar moves with each row and shows the time left. Rows that are neither done nor
// unchanged get a line above it.
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

func (b *bar) show(r record) {
	if r.State != done && r.State != unchanged {
		writeRow(b.container, r)
	}
	if r.State.isFinal() {
		b.bar.Increment()
	}
}

func (b *bar) close() {
	b.bar.Abort(false) // of no effect when it is complete
	b.container.Wait()
}

// progress follows the records of a job and shows those that change, whichever worker
// on whichever machine changes them.
type progress struct {
	screen screen
	mu     sync.Mutex
	seen   map[int64]uint64 // the latest revision of each row
	stop   func()
}

func newProgress(screen screen, before map[int64]record) *progress {
	p := &progress{screen: screen, seen: make(map[int64]uint64), stop: func() {}}
	for id, r := range before {
		p.seen[id] = r.revision
	}
	return p
}

// follow shows changes until close. Without a watch they are shown at the end.
func (p *progress) follow(ctx context.Context, records jetstream.KeyValue) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	watcher, err := records.Watch(ctx, keyPrefix+"*", jetstream.UpdatesOnly())
	if err != nil {
		cancel()
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			select {
			case entry, ok := <-watcher.Updates():
				if !ok {
					return
				}
				p.entry(entry)
			case <-ctx.Done():
				return
			}
		}
	})
	p.stop = func() {
		_ = watcher.Stop()
		cancel()
		reading.Wait()
	}
}

func (p *progress) entry(entry jetstream.KeyValueEntry) {
	if entry == nil {
		return
	}
	if r, err := decodeRecord(entry.Key(), entry.Value(), entry.Revision()); err == nil {
		p.see(r)
	}
}

// see shows a record unless it has been seen. A row that waits is shown when there is a
// reason.
func (p *progress) see(r record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.revision <= p.seen[r.ID] {
		return
	}
	p.seen[r.ID] = r.revision
	if r.State.isFinal() || r.State == queued && r.Message != "" {
		p.screen.show(r)
	}
}

// close shows what the watch has not brought yet, in the order of the file.
func (p *progress) close(rows []row, records map[int64]record) {
	p.stop()
	for _, row := range rows {
		if r, ok := records[row.id]; ok {
			p.see(r)
		}
	}
	p.screen.close()
}
