package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go"
)

const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnknown     = 3
	exitInterrupted = 130
)

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case spideriq.MayHaveApplied(err):
		return exitUnknown
	}
	return exitFailed
}

// explain returns what to tell people about an error: what happened, and whether the
// change may have been made.
func explain(id int64, err error) string {
	sentence := describe(id, err)
	if spideriq.MayHaveApplied(err) {
		return sentence + " The change may have been made all the same."
	}
	return sentence
}

func describe(id int64, err error) string {
	if errors.Is(err, context.Canceled) {
		return describeInterruption(err)
	}
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return fmt.Sprintf("No answer from the API: %v.", e)
	}
	if e, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		return fmt.Sprintf("The answer is not what the API documents: %v.", e)
	}
	if e, ok := errors.AsType[*spideriq.BadRequestError](err); ok {
		return fmt.Sprintf("The API refuses a value: %s.", words(e.APIError))
	}
	if _, ok := errors.AsType[*spideriq.UnauthorizedError](err); ok {
		return "The token in SPIDERIQ_TOKEN is wrong or has expired."
	}
	if e, ok := errors.AsType[*spideriq.ForbiddenError](err); ok {
		return fmt.Sprintf("The token in SPIDERIQ_TOKEN does not allow this: %s.", words(e.APIError))
	}
	if _, ok := errors.AsType[*spideriq.NotFoundError](err); ok {
		return fmt.Sprintf("There is no integration %d, or it belongs to another brand.", id)
	}
	if e, ok := errors.AsType[*spideriq.RateLimitError](err); ok {
		return describeRateLimit(e)
	}
	if e, ok := errors.AsType[*spideriq.ServerError](err); ok {
		return fmt.Sprintf("The API failed (%d %s). Try again later.", e.StatusCode, http.StatusText(e.StatusCode))
	}
	return err.Error()
}

func describeInterruption(err error) string {
	if spideriq.MayHaveApplied(err) {
		return "Interrupted."
	}
	return "Interrupted. Nothing was changed."
}

func describeRateLimit(e *spideriq.RateLimitError) string {
	if e.RetryAfter == 0 {
		return "The API refuses more requests, and waiting will not help: a plan or a budget may be used up."
	}
	return fmt.Sprintf("Too many requests. Try again in %v.", e.RetryAfter.Round(time.Second))
}

// words returns what the API said, for the middle of a sentence.
func words(e *spideriq.APIError) string {
	return strings.TrimSuffix(cmp.Or(e.Message, "it does not say why"), ".")
}
