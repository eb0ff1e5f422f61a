package acceptance_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestNewClientTakesAnyTokenAsItIs(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		fakeToken, "spideriq_pat_0000", "x", "a:b:c", "bearer", "Bearer:a:b", "\t" + fakeToken + "\r\n",
		`!"#%&'()*+,-./:;<=>?@[\]^_{|}~`,
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		client, err := spideriq.NewClient(token, withTransport(api))
		require.NoError(t, err, token)
		require.NoError(t, update(t.Context(), client))
		assert.Equal(t, "Bearer "+strings.TrimSpace(token), api.Requests()[0].Header.Get("Authorization"))
	}
}

// A wrong token is refused in the same way where a source returns it.
func TestWrongTokenIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		"", " \n", "pas te", "pas\nte", "pas\x00te", "pas\x7fte", "pas\u00a0te", "pasté", "Bearer paste",
		"bearer\tpaste", "BEARER  paste", " Bearer paste",
	} {
		_, err := spideriq.NewClient(token)
		assertPlain(t, err)
		assert.ErrorContains(t, err, "token")
		assert.NotContains(t, err.Error(), "pas")
		assert.Equal(
			t, strings.Contains(strings.ToLower(token), "bearer"), strings.Contains(err.Error(), `"Bearer "`),
			err,
		)

		api := fakeapi.New(fakeapi.Respond(200, successBody))
		source := spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil })
		client, err := spideriq.NewClient("", withTransport(api), source)
		require.NoError(t, err)
		err = update(t.Context(), client)
		assertPlain(t, err)
		assert.NotContains(t, err.Error(), "pas")
		assert.Empty(t, api.Requests())
	}
}

func TestTokenSourceIsAskedOncePerCall(t *testing.T) {
	t.Parallel()
	type key struct{}
	asked, broken := 0, errors.New("vault is sealed")
	source := spideriq.WithTokenSource(func(ctx context.Context) (string, error) {
		assert.Equal(t, "caller's", ctx.Value(key{}))
		if asked++; asked == 3 {
			return "", broken
		}
		return "token-" + string(rune('0'+asked)), nil
	})
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client, err := spideriq.NewClient("", source, withTransport(api))
	require.NoError(t, err)
	assert.Zero(t, asked)
	ctx := context.WithValue(t.Context(), key{}, "caller's")
	for range 2 {
		require.NoError(t, update(ctx, client))
	}
	err = update(ctx, client)
	assertPlain(t, err)
	assert.ErrorIs(t, err, broken)
	require.Len(t, api.Requests(), 2)
	assert.Equal(t, "Bearer token-1", api.Requests()[0].Header.Get("Authorization"))
	assert.Equal(t, "Bearer token-2", api.Requests()[1].Header.Get("Authorization"))
}
