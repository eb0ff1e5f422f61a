package server_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/server"
)

func TestMain(m *testing.M) {
	server.ServeIfAsked()
	os.Exit(m.Run())
}

func TestServerAnswersInEachWayAndCountsConnections(t *testing.T) {
	s, err := server.Start()
	require.NoError(t, err)
	pool := http.DefaultTransport.(*http.Transport).Clone()
	for _, url := range []string{s.Plain, s.Slow, s.Secure} {
		for range 3 {
			resp := list(t, pool, url)
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			if url == s.Secure {
				assert.Equal(t, 2, resp.ProtoMajor)
			}
		}
		opened, err := s.Connections()
		require.NoError(t, err)
		assert.Equal(t, 1, opened, url)
	}
	began := time.Now()
	list(t, pool, s.Slow)
	assert.GreaterOrEqual(t, time.Since(began), server.Think)
	opened, err := s.Connections()
	require.NoError(t, err)
	assert.Equal(t, 1, opened, "the idle connection was closed before")
	require.NoError(t, s.Close())
}

func list(t *testing.T, pool http.RoundTripper, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/integrations?limit=100", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+api.Token)
	resp, err := (&http.Client{Transport: pool}).Do(req)
	require.NoError(t, err)
	var body strings.Builder
	require.NoError(t, resp.Write(&body))
	return resp
}
