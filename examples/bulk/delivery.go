package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A delivery is a message in the hands of a worker. A failure to answer it is left
// alone: the message comes again, and its record tells what to do.
type delivery struct {
	msg      jetstream.Msg
	key      string // of the record
	revision uint64 // the record has this one or a later one
	number   uint64 // 1 for the first delivery of the message
}

func newDelivery(msg jetstream.Msg) (*delivery, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	text := msg.Subject()[strings.LastIndexByte(msg.Subject(), '.')+1:]
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the subject %s does not end in an id", msg.Subject())
	}
	var body rowMessage
	if err := json.Unmarshal(msg.Data(), &body); err != nil {
		return nil, fmt.Errorf("the body is not valid: %w", err)
	}
	return &delivery{msg: msg, key: keyOf(id), revision: body.Revision, number: meta.NumDelivered}, nil
}

func (d *delivery) ack()               { _ = d.msg.Ack() }
func (d *delivery) term(reason string) { _ = d.msg.TermWithReason(reason) }

// nak returns the message to the queue. It is delivered again after delay.
func (d *delivery) nak(delay time.Duration) {
	if delay > 0 {
		_ = d.msg.NakWithDelay(delay)
		return
	}
	_ = d.msg.Nak()
}

// keepAlive renews the lease of the message until the returned function is called.
func (d *delivery) keepAlive(interval time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var beat sync.WaitGroup
	beat.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = d.msg.InProgress()
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		beat.Wait()
	}
}

// A pause keeps workers from taking rows.
type pause struct {
	mu  sync.Mutex
	end time.Time
}

// begin makes the pause last for d from now at least. It reports whether there was no
// pause before.
func (p *pause) begin(d time.Duration) (isNew bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	isNew = !p.end.After(now)
	if end := now.Add(d); end.After(p.end) {
		p.end = end
	}
	return isNew
}

// wait returns when the pause is over or ctx has ended.
func (p *pause) wait(ctx context.Context) {
	p.mu.Lock()
	left := time.Until(p.end)
	p.mu.Unlock()
	if left > 0 {
		sleep(ctx, left)
	}
}
