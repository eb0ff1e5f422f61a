package acceptance_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestMayHaveAppliedFollowsTheError(t *testing.T) {
	t.Parallel()
	applied := &spideriq.APIError{StatusCode: 502, MayHaveApplied: true}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nil":                        {nil, false},
		"another error":              {errors.New("other"), false},
		"API error":                  {applied, true},
		"API error that did not":     {&spideriq.APIError{StatusCode: 404}, false},
		"typed API error":            {&spideriq.NotFoundError{APIError: applied}, true},
		"transport error":            {&spideriq.TransportError{MayHaveApplied: true}, true},
		"transport error before":     {&spideriq.TransportError{}, false},
		"last response does not say": {&spideriq.TransportError{LastResponse: applied}, false},
		"invalid response":           {&spideriq.InvalidResponseError{MayHaveApplied: true}, true},
		"invalid response to a read": {&spideriq.InvalidResponseError{}, false},
		"argument":                   {&spideriq.ArgumentError{Err: errors.New("x")}, false},
		"wrapped":                    {fmt.Errorf("row 7: %w", applied), true},
		"joined":                     {errors.Join(errors.New("other"), fmt.Errorf("x: %w", applied)), true},
		"joined without":             {errors.Join(errors.New("other"), &spideriq.TransportError{}), false},
		"second of two":              {errors.Join(&spideriq.APIError{}, applied), true},
		"typed nil":                  {(*spideriq.TransportError)(nil), false},
		"nothing inside":             {&spideriq.ServerError{}, false},
	} {
		assert.Equal(t, c.want, spideriq.MayHaveApplied(c.err), name)
	}
}

// A 2xx that makes no sense may have followed a change; after a read nothing changed.
func TestInvalidResponseToAWriteMayHaveApplied(t *testing.T) {
	t.Parallel()
	writes := []string{"Update", "Create", "Delete", "Do"}
	for name, call := range endpoints {
		if name == "SyncBilling" {
			continue // it changes cached balances and no setting
		}
		err := call(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(200, "<html>"))))
		e := requireAs[*spideriq.InvalidResponseError](t, err)
		assert.Equal(t, slices.Contains(writes, name), e.MayHaveApplied, name)
		assert.Equal(t, e.MayHaveApplied, spideriq.MayHaveApplied(err), name)
	}
}

func TestErrorsOfCallsTellWhetherTheyMayHaveApplied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer fakeapi.Reply
		want   bool
	}{
		"404":       {fakeapi.Respond(404, refusalBody), false},
		"408":       {fakeapi.Respond(408, refusalBody), true},
		"504":       {fakeapi.Respond(504, refusalBody), true},
		"598":       {fakeapi.Respond(598, refusalBody), true},
		"cut":       {fakeapi.Fail(io.ErrUnexpectedEOF), true},
		"not made":  {fakeapi.Fail(fakeapi.ErrRefused), false},
		"nonsense":  {fakeapi.Respond(200, "null"), true},
		"unsuccess": {fakeapi.Respond(200, refusalBody), false},
	} {
		for _, call := range []endpoint{update, create} {
			err := call(t.Context(), newClient(t, fakeapi.New(c.answer), oneAttempt))
			assert.Equal(t, c.want, spideriq.MayHaveApplied(err), "%s: %v", name, err)
		}
	}
	assert.False(
		t,
		spideriq.MayHaveApplied(update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(200, successBody))))),
	)
}

// The fake's in-memory transport writes requests by itself, as a caller's may do.
func TestRefusedWriteThroughATransportThatWritesByItselfHasNotBeenApplied(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	defer server.Close()
	client := server.Client(withTransport(server.Transport()))
	_, err := client.Integrations.Update(t.Context(), 7, spideriq.UpdateParams{DailyLimit: new(1)})
	requireAs[*spideriq.NotFoundError](t, err)
	assert.False(t, spideriq.MayHaveApplied(err), "%v", err)
}
