package spideriqotel

import (
	"context"
	"errors"
	"strconv"

	"github.com/spideriq/spideriq-go"
)

// outcome returns one of few words, so that calls can be counted by it.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return transportOutcome(e)
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return strconv.Itoa(e.StatusCode)
	}
	if _, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		return "invalid_response"
	}
	if _, ok := errors.AsType[*spideriq.ArgumentError](err); ok {
		return "invalid_argument"
	}
	return "other"
}

func transportOutcome(err *spideriq.TransportError) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline_exceeded"
	}
	return "no_response"
}
