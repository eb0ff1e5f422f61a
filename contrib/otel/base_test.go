package spideriqotel

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDefaultTransportIsACopyForManyRequestsToOneHost(t *testing.T) {
	t.Parallel()
	base, ok := newBase().(*http.Transport)
	require.True(t, ok)
	assert.NotSame(t, http.DefaultTransport, base)
	assert.GreaterOrEqual(t, base.MaxIdleConnsPerHost, 1000)
	assert.Zero(t, base.MaxIdleConns)
	assert.NotNil(t, base.Proxy, "proxies come from the environment")
	assert.Positive(t, base.HTTP2.SendPingTimeout)
}

// A program may have put a transport of its own in the place of the default one. This
// test is not parallel, because it does so.
func TestDefaultTransportOfTheProgramIsUsed(t *testing.T) {
	standard := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = standard })
	own := struct{ http.RoundTripper }{standard}
	http.DefaultTransport = own
	assert.Equal(t, own, newBase())
}
