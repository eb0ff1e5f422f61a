package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go"
)

var (
	errArguments         = errors.New("the arguments are wrong, and nothing was sent")
	errNoSuchIntegration = errors.New("there is no such integration in this account")
)

// explain returns what an agent is told about an error: what happened, in the API's
// words; whether a retry helps, and when; and whether the change may have been made.
func explain(err error) []string {
	lines := []string{oneLine(err.Error()), "Retry: " + retry(err)}
	if spideriq.MayHaveApplied(err) {
		lines = append(lines, "Outcome: the change may have been made. Look with get_integration before you repeat it.")
	}
	return lines
}

// retry says whether the same call may succeed later.
func retry(err error) string {
	if api, ok := errors.AsType[*spideriq.APIError](err); ok {
		return retryAfterAnswer(err, api)
	}
	if errors.Is(err, errArguments) || isType[*spideriq.ArgumentError](err) {
		return "with other arguments."
	}
	if errors.Is(err, errNoSuchIntegration) {
		return "no. list_integrations shows the integrations that there are."
	}
	if errors.Is(err, context.Canceled) {
		return "the call was cancelled."
	}
	if isType[*spideriq.TransportError](err) {
		return "yes, in a minute. No complete answer came from the API."
	}
	return "no."
}

// retryAfterAnswer says the same of a call that the API answered.
func retryAfterAnswer(err error, api *spideriq.APIError) string {
	if api.RetryAfter > 0 {
		return fmt.Sprintf("yes, but not before %v have passed.", api.RetryAfter.Round(time.Second))
	}
	switch {
	case isType[*spideriq.BadRequestError](err):
		return "with other arguments. The API refuses these."
	case isType[*spideriq.UnauthorizedError](err):
		return "no. Whoever runs this server has to give it a new token."
	case isType[*spideriq.ForbiddenError](err):
		return "no. The token of this server does not allow this."
	case isType[*spideriq.NotFoundError](err):
		return "no. list_integrations shows the integrations that there are."
	case isType[*spideriq.RateLimitError](err):
		return "no. Waiting does not help: a plan or a budget may be used up."
	case isType[*spideriq.ServerError](err):
		return "yes, in a minute. The API has a problem of its own."
	}
	return "no."
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// longWord is a word that is long enough to be a key.
var longWord = regexp.MustCompile(`[A-Za-z0-9_-]{20,}`)

// withoutKeys takes out of a provider's text what may be a key that it quotes.
func withoutKeys(text string) string { return longWord.ReplaceAllString(text, "[removed]") }
