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
	exitDone            = 0
	exitOther           = 1
	exitUsage           = 2
	exitBadRequest      = 3
	exitUnauthorized    = 4
	exitForbidden       = 5
	exitNotFound        = 6
	exitRateLimit       = 7
	exitServer          = 8
	exitNoAnswer        = 9
	exitInvalidResponse = 10
	exitInterrupted     = 130
)

// explain returns the exit code of an error and a sentence for people.
func explain(id int64, err error) (code int, sentence string) {
	if err == nil {
		return exitDone, ""
	}
	code, sentence = exitOther, err.Error()
	if errors.Is(err, context.Canceled) { // first, because an attempt before the interruption may have had an answer
		code, sentence = exitInterrupted, "Interrupted."
		if !mayHaveApplied(err) {
			sentence += " Nothing was changed."
		}
	} else if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		code, sentence = exitNoAnswer, fmt.Sprintf("No answer from the API: %v.", e)
	} else if e, ok := errors.AsType[*spideriq.InvalidResponseError](err); ok {
		code, sentence = exitInvalidResponse, fmt.Sprintf("The answer is not what the API documents: %v.", e)
		if e.Method == http.MethodPatch {
			sentence += " The change has probably been made."
		}
	} else if e, ok := errors.AsType[*spideriq.BadRequestError](err); ok {
		code, sentence = exitBadRequest, fmt.Sprintf("The API refuses a value: %s.", words(e.APIError))
	} else if _, ok := errors.AsType[*spideriq.UnauthorizedError](err); ok {
		code, sentence = exitUnauthorized, "The token in SPIDERIQ_TOKEN is wrong or has expired."
	} else if e, ok := errors.AsType[*spideriq.ForbiddenError](err); ok {
		code, sentence = exitForbidden, fmt.Sprintf("The token in SPIDERIQ_TOKEN does not allow this: %s.", words(e.APIError))
	} else if _, ok := errors.AsType[*spideriq.NotFoundError](err); ok {
		code, sentence = exitNotFound, fmt.Sprintf("There is no integration %d, or it belongs to another brand.", id)
	} else if e, ok := errors.AsType[*spideriq.RateLimitError](err); ok {
		code, sentence = exitRateLimit, "The API refuses more requests, and waiting will not help: a plan or a budget may be used up."
		if e.RetryAfter > 0 {
			sentence = fmt.Sprintf("Too many requests. Try again in %v.", e.RetryAfter.Round(time.Second))
		}
	} else if e, ok := errors.AsType[*spideriq.ServerError](err); ok {
		code, sentence = exitServer, fmt.Sprintf("The API failed (%d %s). Try again later.", e.StatusCode, http.StatusText(e.StatusCode))
	}
	if mayHaveApplied(err) {
		sentence += " The change may have been made all the same."
	}
	return code, sentence
}

// words returns what the API said, for the middle of a sentence.
func words(e *spideriq.APIError) string {
	return strings.TrimSuffix(cmp.Or(e.Message, "it does not say why"), ".")
}

func mayHaveApplied(err error) bool {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.MayHaveApplied
	}
	e, ok := errors.AsType[*spideriq.APIError](err)
	return ok && e.MayHaveApplied
}
