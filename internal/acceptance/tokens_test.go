package acceptance_test

import (
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
