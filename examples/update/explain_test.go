package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

// The errors that a test server cannot make at once.
func TestExplain(t *testing.T) {
	t.Parallel()
	const failed = "The API failed (504 Gateway Timeout). Try again later."
	const maybe = " The change may have been made all the same."
	unsent := &spideriq.TransportError{
		Method: "PATCH", Path: "/integrations/42", Attempts: 3, Err: errors.New("dial: refused"),
	}
	noJSON := &spideriq.InvalidResponseError{Method: "GET", StatusCode: 200, Err: errors.New("no JSON")}
	gateway := &spideriq.ServerError{APIError: &spideriq.APIError{StatusCode: 504, MayHaveApplied: true}}
	for name, c := range map[string]struct {
		err      error
		code     int
		sentence string
	}{
		"of another kind": {errors.New("what"), exitFailed, "what"},
		"no answer": {unsent, exitFailed,
			"No answer from the API: spideriq: PATCH /integrations/42: dial: refused (after 3 attempts)."},
		"a list that is HTML": {noJSON, exitFailed,
			"The answer is not what the API documents: spideriq: GET: invalid response with status 200: no JSON."},
		"interrupted in time": {&spideriq.TransportError{Err: context.Canceled}, exitInterrupted,
			"Interrupted. Nothing was changed."},
		"interrupted late": {&spideriq.TransportError{MayHaveApplied: true, Err: context.Canceled}, exitInterrupted,
			"Interrupted." + maybe},
		"a gateway":          {gateway, exitUnknown, failed + maybe},
		"a gateway, wrapped": {fmt.Errorf("wrapped: %w", gateway), exitUnknown, failed + maybe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.code, exitCode(c.err))
			assert.Equal(t, c.sentence, explain(42, c.err))
		})
	}
	assert.Equal(t, exitDone, exitCode(nil))
}
