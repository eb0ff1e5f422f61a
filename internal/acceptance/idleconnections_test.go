package acceptance_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/internal/wireserver"
)

// closingTransport counts how often its idle connections are closed.
type closingTransport struct {
	http.RoundTripper
	closed atomic.Int64
}

func (c *closingTransport) CloseIdleConnections() { c.closed.Add(1) }

func TestCloseIdleConnectionsClosesThoseOfOurOwnTransport(t *testing.T) {
	t.Parallel()
	server := wireserver.Start(t, wireserver.Always(wireserver.Answer(200, successBody)))
	client := wireClient(t, server)
	for range 3 {
		require.NoError(t, update(t.Context(), client))
	}
	require.Equal(t, int64(1), server.Accepted())
	client.CloseIdleConnections()
	require.NoError(t, update(t.Context(), client), "it can be used afterwards")
	assert.Equal(t, int64(2), server.Accepted())

	other := wireClient(t, server)
	require.NoError(t, update(t.Context(), other))
	client.CloseIdleConnections()
	require.NoError(t, update(t.Context(), other))
	assert.Equal(t, int64(3), server.Accepted(), "another client keeps its connections")
}

func TestCloseIdleConnectionsLeavesACallersTransportAlone(t *testing.T) {
	t.Parallel()
	callers := &closingTransport{RoundTripper: fakeapi.New(fakeapi.Respond(200, successBody))}
	client := newClient(t, callers)
	require.NoError(t, update(t.Context(), client))
	client.CloseIdleConnections()
	assert.Zero(t, callers.closed.Load())
}

func TestCloseIdleConnectionsOfAClientThatWasNotMadeDoesNothing(t *testing.T) {
	t.Parallel()
	assert.NotPanics(t, (*spideriq.Client)(nil).CloseIdleConnections)
	assert.NotPanics(t, new(spideriq.Client).CloseIdleConnections)
}
