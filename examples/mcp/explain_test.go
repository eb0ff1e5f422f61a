package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	limited := &spideriq.APIError{StatusCode: 429, Method: "GET", Path: "/x", RetryAfter: 90 * time.Second}
	const lookup = "no. list_integrations shows the integrations that there are."
	for _, c := range []struct {
		err  error
		want string
	}{
		{&spideriq.RateLimitError{APIError: limited}, "yes, but not before 1m30s have passed."},
		{&spideriq.TransportError{Err: errors.New("reset")}, "yes, in a minute. No complete answer came from the API."},
		{&spideriq.TransportError{Err: context.Canceled}, "the call was cancelled."},
		{&spideriq.ArgumentError{Err: errors.New("x")}, "with other arguments."},
		{fmt.Errorf("%w: x", errArguments), "with other arguments."},
		{fmt.Errorf("%w: x", errNoSuchIntegration), lookup},
		{&spideriq.InvalidResponseError{Method: "GET", Err: errors.New("HTML")}, "no."},
	} {
		lines := explain(fmt.Errorf("in a tool: %w", c.err))
		assert.Len(t, lines, 2)
		assert.Contains(t, lines[0], "in a tool: ")
		assert.Equal(t, "Retry: "+c.want, lines[1])
	}
}

func TestExplainKeepsTheFirstLineOneLine(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"a b c", "Retry: no."}, explain(errors.New("a\nb\r\n\tc")))
}

func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"HTTP 401: invalid API key": "HTTP 401: invalid API key",
		"key sk-or-v1-0123456789abcdef was refused": "key [removed] was refused",
		"key 'gsk_0123456789abcdefghij'.":           "key '[removed]'.",
		"preview sk-o...123":                        "preview sk-o...123",
	} {
		assert.Equal(t, want, withoutKeys(text))
	}
}

func TestResultsThatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	result := toolResult(settings{SpendLimitAmount: new(spideriq.Amount("x"))})
	assert.True(t, result.IsError)
	assert.Contains(t, textOf(t, result), "The call succeeded, but its result cannot be shown: ")
}
