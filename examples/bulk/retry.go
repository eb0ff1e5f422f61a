package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const retryInterval = 200 * time.Millisecond

// retry repeats op until NATS answers, for natsWait at most. The error is then an
// errNATSGone. Each try has a context of its own.
func (q *queue) retry(ctx context.Context, op func(context.Context) error) error {
	giveUp := time.Now().Add(q.natsWait)
	for {
		try, cancel := context.WithTimeout(ctx, requestTimeout)
		err := op(try)
		cancel()
		if err == nil || isAnswer(err) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if time.Now().After(giveUp) {
			return fmt.Errorf("%w: %w", errNATSGone, err)
		}
		sleep(ctx, retryInterval)
	}
}

// isAnswer reports whether an error is the server's answer, so that a repeat would get
// the same one.
func isAnswer(err error) bool {
	for _, answer := range []error{errChanged, jetstream.ErrKeyNotFound, jetstream.ErrKeyRevisionMismatch} {
		if errors.Is(err, answer) {
			return true
		}
	}
	refusal := refusalOf(err)
	return refusal != nil && refusal.Code < 500
}

// isInStream reports whether a message was refused because its subject has one.
func isInStream(err error) bool {
	refusal := refusalOf(err)
	return refusal != nil && strings.Contains(refusal.Description, "maximum messages per subject")
}

// refusalOf returns what JetStream says against a request, or nil.
func refusalOf(err error) *jetstream.APIError {
	if e, ok := errors.AsType[jetstream.JetStreamError](err); ok {
		return e.APIError()
	}
	return nil
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
