package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	rateLimited := func(wait time.Duration, maybe bool) error {
		return &spideriq.RateLimitError{APIError: &spideriq.APIError{StatusCode: 429, RetryAfter: wait, MayHaveApplied: maybe}}
	}
	for name, c := range map[string]struct {
		err      error
		calls    int
		want     state
		stops    bool
		noAnswer bool
		pause    time.Duration
	}{
		"success":                  {nil, 0, done, false, false, 0},
		"400":                      {&spideriq.BadRequestError{APIError: &spideriq.APIError{StatusCode: 400}}, 0, failed, false, false, 0},
		"404":                      {&spideriq.NotFoundError{APIError: &spideriq.APIError{StatusCode: 404}}, 0, failed, false, false, 0},
		"404 after a lost attempt": {&spideriq.NotFoundError{APIError: &spideriq.APIError{StatusCode: 404, MayHaveApplied: true}}, 0, unknown, false, false, 0},
		"409":                      {&spideriq.APIError{StatusCode: 409}, 0, failed, false, false, 0},
		"401":                      {&spideriq.UnauthorizedError{APIError: &spideriq.APIError{StatusCode: 401}}, 0, queued, true, false, 0},
		"429 with a wait":          {rateLimited(time.Hour, false), 0, queued, false, false, time.Hour},
		"429, perhaps applied":     {rateLimited(time.Hour, true), 0, unknown, false, false, time.Hour},
		"429 without a wait":       {rateLimited(0, false), 0, queued, true, false, 0},
		"503":                      {&spideriq.ServerError{APIError: &spideriq.APIError{StatusCode: 503}}, 0, queued, false, true, 0},
		"503 again and again":      {&spideriq.ServerError{APIError: &spideriq.APIError{StatusCode: 503}}, 4, failed, false, true, 0},
		"refused connection":       {fmt.Errorf("wrapped: %w", &spideriq.TransportError{Err: refused}), 3, queued, false, true, 0},
		"lost answer":              {&spideriq.TransportError{Err: refused, MayHaveApplied: true}, 0, unknown, false, true, 0},
		"not what is documented":   {&spideriq.InvalidResponseError{MayHaveApplied: true}, 0, unknown, false, true, 0},
		"argument":                 {&spideriq.ArgumentError{Err: refused}, 0, failed, false, false, 0},
	} {
		assert.Equal(t, c.want, judge(c.err, c.calls), name)
		assert.Equal(t, c.stops, stopsRun(c.err) != nil, name)
		assert.Equal(t, c.noAnswer, isNoAnswer(c.err), name)
		assert.Equal(t, c.pause, pauseOf(c.err), name)
	}
}
