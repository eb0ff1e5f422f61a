package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spideriq/spideriq-go"
)

const (
	maxCalls    = 5  // of a row that gets no answer and is not applied
	maxNoAnswer = 10 // rows in a row without an answer that end the run
)

// judge returns the state of a row after a call. calls is how many calls of the row
// failed in the same way before.
func judge(err error, calls int) state {
	switch {
	case err == nil:
		return done
	case spideriq.MayHaveApplied(err):
		return unknown
	case stopsRun(err) != nil, pauseOf(err) > 0:
		return queued
	case isNoAnswer(err) && calls+1 < maxCalls:
		return queued
	}
	return failed
}

// isNoAnswer reports whether the API itself did not answer: nothing came, or what a
// proxy or a broken server sends.
func isNoAnswer(err error) bool {
	_, isTransport := errors.AsType[*spideriq.TransportError](err)
	_, isInvalid := errors.AsType[*spideriq.InvalidResponseError](err)
	_, isServer := errors.AsType[*spideriq.ServerError](err)
	return isTransport || isInvalid || isServer
}

// stopsRun returns an error that every other row would meet as well: the token is
// wrong, or a limit is used up that does not reset by itself.
func stopsRun(err error) error {
	if _, ok := errors.AsType[*spideriq.UnauthorizedError](err); ok {
		return err
	}
	if e, ok := errors.AsType[*spideriq.RateLimitError](err); ok && e.RetryAfter == 0 {
		return err
	}
	return nil
}

// pauseOf returns the pause that the API asks for, or 0.
func pauseOf(err error) time.Duration {
	if e, ok := errors.AsType[*spideriq.RateLimitError](err); ok {
		return e.RetryAfter
	}
	return 0
}

func errTooManyWithoutAnswer(err error) error {
	return fmt.Errorf("%d rows in a row got no answer: %w", maxNoAnswer, err)
}
