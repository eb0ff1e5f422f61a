package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// behindProxy returns a transport whose own base transport goes through a proxy.
func behindProxy(t *testing.T, proxy string) *Transport {
	target, err := url.Parse(proxy)
	require.NoError(t, err)
	tr := newTransport(nil, quickly)
	tr.own.Proxy = http.ProxyURL(target)
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func TestProxyThatOpensNoTunnel(t *testing.T) {
	t.Parallel()
	tests := []struct{ status, attempts int }{
		{502, 3}, {503, 3}, {504, 3}, {400, 1}, {403, 1}, {407, 1}, {500, 1}, {201, 1},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			t.Parallel()
			answer := fmt.Sprintf("HTTP/1.1 %d Words\r\nContent-Length: 0\r\n\r\n", tt.status)
			proxy, address := listen(t, always(answer))
			result := post(t.Context(), behindProxy(t, address))
			require.Error(t, result.Err)
			assert.ErrorContains(t, result.Err, fmt.Sprint(tt.status))
			assert.Equal(t, tt.attempts, result.Attempts)
			assert.False(t, result.MayHaveApplied)
			assert.Nil(t, result.Response)
			require.Len(t, proxy.seen(), tt.attempts)
			assert.Equal(t, http.MethodConnect, proxy.seen()[0].Method)
		})
	}
}

func TestProxyThatCannotBeReached(t *testing.T) {
	t.Parallel()
	result := post(t.Context(), behindProxy(t, "http://127.0.0.1:1"))
	require.Error(t, result.Err)
	assert.Equal(t, "proxyconnect", networkOp(result.Err))
	assert.Equal(t, 3, result.Attempts)
	assert.False(t, result.MayHaveApplied)
}

func TestProgramsOwnProxyHookIsAskedFirst(t *testing.T) {
	t.Parallel()
	refused := &http.Response{StatusCode: http.StatusBadGateway}
	allowed := &http.Response{StatusCode: http.StatusOK}
	hook := checkProxyConnect(func(context.Context, *url.URL, *http.Request, *http.Response) error { return errOpaque })
	assert.Equal(t, errOpaque, hook(t.Context(), nil, nil, refused))
	assert.Equal(t, errOpaque, hook(t.Context(), nil, nil, allowed))

	hook = checkProxyConnect(func(context.Context, *url.URL, *http.Request, *http.Response) error { return nil })
	assert.NoError(t, hook(t.Context(), nil, nil, allowed))
	proxy, ok := errors.AsType[*proxyError](hook(t.Context(), nil, nil, refused))
	require.True(t, ok)
	assert.Equal(t, http.StatusBadGateway, proxy.status)
}
