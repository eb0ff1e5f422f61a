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
	const maybe = "The change may have been made all the same."
	transport := &spideriq.TransportError{Method: "PATCH", Path: "/integrations/42", Attempts: 3, Err: errors.New("dial: refused")}
	sent := &spideriq.TransportError{MayHaveApplied: true, Err: errors.New("reset")}
	for name, c := range map[string]struct {
		err      error
		code     int
		sentence string
	}{
		"nothing":             {nil, 0, ""},
		"of another kind":     {errors.New("what"), 1, "what"},
		"no answer":           {transport, 9, "No answer from the API: spideriq: PATCH /integrations/42: dial: refused (after 3 attempts)."},
		"a list that is HTML": {&spideriq.InvalidResponseError{Method: "GET", StatusCode: 200, Err: errors.New("no JSON")}, 10, "The answer is not what the API documents: spideriq: GET: invalid response with status 200: no JSON."},
		"interrupted in time": {&spideriq.TransportError{Err: context.Canceled}, 130, "Interrupted. Nothing was changed."},
		"interrupted late":    {&spideriq.TransportError{MayHaveApplied: true, Err: context.Canceled}, 130, "Interrupted. " + maybe},
		"a gateway":           {&spideriq.ServerError{APIError: &spideriq.APIError{StatusCode: 504, MayHaveApplied: true}}, 8, "The API failed (504 Gateway Timeout). Try again later. " + maybe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, sentence := explain(42, c.err)
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.sentence, sentence)
		})
	}
	assert.True(t, mayHaveApplied(fmt.Errorf("wrapped: %w", sent)))
}
