package acceptance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// asType reports whether there is an error of type E in err.
func asType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// requireAs returns the error of type E in err.
func requireAs[E error](t testing.TB, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	require.True(t, ok, "%T: %v", err, err)
	return e
}

// assertPlain checks that err is of none of the types for a request that was made.
func assertPlain(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assert.False(t, asType[*spideriq.APIError](err), "%T %v", err, err)
	assert.False(t, asType[*spideriq.TransportError](err), "%T %v", err, err)
	assert.False(t, asType[*spideriq.InvalidResponseError](err), "%T %v", err, err)
}

// outcomeOf returns two fields of an API or transport error. attempts is -1 for any other
// error.
func outcomeOf(err error) (attempts int, mayHaveApplied bool) {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.Attempts, e.MayHaveApplied
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.Attempts, e.MayHaveApplied
	}
	return -1, false
}

// assertNoSecret checks that text has neither the token, nor a part of it, nor a
// credential in it, also not in hexadecimal.
func assertNoSecret(t testing.TB, text string, about ...any) {
	t.Helper()
	secrets := append(strings.Split(fakeToken, ":"), fakeCredentials["api_key"], fakeCredentials["account_id"])
	for _, secret := range secrets {
		assert.NotContains(t, strings.ToLower(text), secret, about...)
		assert.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", secret), about...)
	}
}
