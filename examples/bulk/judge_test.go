package main

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	answered := func(status int, maybe bool) *spideriq.APIError {
		return &spideriq.APIError{StatusCode: status, MayHaveApplied: maybe}
	}
	rateLimited := func(wait time.Duration, maybe bool) error {
		e := answered(429, maybe)
		e.RetryAfter = wait
		return &spideriq.RateLimitError{APIError: e}
	}
	unauthorized := &spideriq.UnauthorizedError{APIError: answered(401, false)}
	notFound := &spideriq.NotFoundError{APIError: answered(404, false)}
	notFoundLate := &spideriq.NotFoundError{APIError: answered(404, true)}
	lost := &spideriq.TransportError{Err: io.EOF, MayHaveApplied: true}
	badRequest := &spideriq.BadRequestError{APIError: answered(400, false)}
	unavailable := &spideriq.ServerError{APIError: answered(503, false)}
	for name, c := range map[string]struct {
		err      error
		calls    int
		want     state
		stops    bool
		noAnswer bool
		pause    time.Duration
	}{
		"success":                {nil, 0, done, false, false, 0},
		"400":                    {badRequest, 0, failed, false, false, 0},
		"404":                    {notFound, 0, failed, false, false, 0},
		"404, perhaps applied":   {notFoundLate, 0, unknown, false, false, 0},
		"409":                    {&spideriq.APIError{StatusCode: 409}, 0, failed, false, false, 0},
		"401":                    {unauthorized, 0, queued, true, false, 0},
		"429 with a wait":        {rateLimited(time.Hour, false), 0, queued, false, false, time.Hour},
		"429, perhaps applied":   {rateLimited(time.Hour, true), 0, unknown, false, false, time.Hour},
		"429 without a wait":     {rateLimited(0, false), 0, queued, true, false, 0},
		"503":                    {unavailable, 0, queued, false, true, 0},
		"503 again and again":    {unavailable, 4, failed, false, true, 0},
		"refused connection":     {fmt.Errorf("wrapped: %w", errRefused), 3, queued, false, true, 0},
		"lost answer":            {lost, 0, unknown, false, true, 0},
		"not what is documented": {&spideriq.InvalidResponseError{MayHaveApplied: true}, 0, unknown, false, true, 0},
		"argument":               {&spideriq.ArgumentError{Err: io.EOF}, 0, failed, false, false, 0},
	} {
		assert.Equal(t, c.want, judge(c.err, c.calls), name)
		assert.Equal(t, c.stops, stopsRun(c.err) != nil, name)
		assert.Equal(t, c.noAnswer, isNoAnswer(c.err), name)
		assert.Equal(t, c.pause, pauseOf(c.err), name)
	}
}
