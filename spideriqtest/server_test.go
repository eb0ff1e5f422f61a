package spideriqtest_test

import (
	"bytes"
	"flag"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestServerIsReachable(t *testing.T) {
	t.Parallel()
	server := start(t)
	assert.Regexp(t, `^http://(127\.0\.0\.1|\[::1\]):\d+$`, server.URL)
	assert.Equal(t, "client_fake:key_fake:secret_fake", server.Token)
	assert.Equal(t, 200, send(t, server, "GET", "/integrations", "").status)
}

func TestWithToken(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithToken("spideriq_pat_fake"), nil, spideriqtest.WithToken(""))
	assert.Equal(t, "spideriq_pat_fake", server.Token)
	assert.Equal(t, 200, send(t, server, "GET", "/integrations", "").status)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	send(t, server, "GET", "/integrations?provider_name=groq&limit=5", "")
	send(t, server, "PATCH", "/integrations/4%32", `{"is_active": false}`)
	server.Fail(spideriqtest.Status(500, ""))
	send(t, server, "DELETE", "/integrations/42", "")

	got := server.Requests()
	require.Len(t, got, 3)
	assert.Equal(t, "GET", got[0].Method)
	assert.Equal(t, "/api/v1/integrations", got[0].Path)
	assert.Equal(t, "limit=5&provider_name=groq", got[0].Query.Encode())
	assert.Equal(t, "Bearer "+server.Token, got[0].Header.Get("Authorization"))
	assert.Empty(t, got[0].Body)
	assert.Equal(t, "/api/v1/integrations/4%32", got[1].Path)
	assert.Equal(t, `{"is_active": false}`, string(got[1].Body))
	assert.Equal(t, "DELETE", got[2].Method)

	got[0].Query["limit"][0] = "6"
	got[0].Query.Set("offset", "1")
	got[0].Header["Authorization"][0] = "changed"
	got[1].Body[0] = 'x'
	again := server.Requests()
	assert.Equal(t, "limit=5&provider_name=groq", again[0].Query.Encode())
	assert.Equal(t, "Bearer "+server.Token, again[0].Header.Get("Authorization"))
	assert.True(t, bytes.HasPrefix(again[1].Body, []byte("{")))
}

func TestServerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := seeded(t, spideriqtest.WithRateLimit(1_000_000, 1_000_000))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			key := server.Add(spideriq.Integration{ProviderName: "groq", DailyLimit: new(1)})
			server.Fail(spideriqtest.Fault{})
			for _, c := range [][3]string{
				{"PATCH", "/integrations/42", `{"daily_limit": 7}`},
				{"GET", "/integrations", ""},
				{"GET", "/integrations/health", ""},
				{"POST", "/integrations/sync-billing", ""},
				{"POST", "/integrations", `{"provider_name": "groq", "credentials": {"api_key": "x"}}`},
			} {
				_, err := try(t, server, c[0], c[1], c[2])
				assert.NoError(t, err)
			}
			got, there := server.Get(key.ID)
			assert.True(t, there)
			*got.DailyLimit = 8
			server.AddForeign(spideriq.Integration{})
			server.Requests()
		})
	}
	wg.Wait()
	assert.Len(t, server.Requests(), 8*5)
}

// closeLimit is when Close has not waited for its two seconds.
const closeLimit = 1500 * time.Millisecond

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	idle := new(http.Transport) // keeps its connection
	resp, err := idle.RoundTrip(request(t, server, "GET", "/integrations", ""))
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	require.NoError(t, resp.Body.Close())
	unused, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://")) // never asks anything
	require.NoError(t, err)
	defer func() { _ = unused.Close() }()

	began := time.Now()
	server.Close()
	server.Close()
	assert.Less(t, time.Since(began), closeLimit)
	_, err = try(t, server, "GET", "/integrations", "")
	assert.Error(t, err)
	_, err = unused.Read(make([]byte, 1))
	assert.Error(t, err)
}

// A request that never comes to its end does not hold Close up for ever.
func TestCloseCutsOffAStuckClient(t *testing.T) {
	t.Parallel()
	server := spideriqtest.NewServer()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "PATCH /api/v1/integrations/42 HTTP/1.1\r\nHost: x\r\n"+
		"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	_, err = conn.Read(make([]byte, 10)) // the server is waiting for the body now
	require.NoError(t, err)
	server.Close()
	assert.Empty(t, server.Requests())
}

// The package is for programs as well, whose flags are their own.
func TestImportRegistersNoFlag(t *testing.T) {
	t.Parallel()
	assert.Nil(t, flag.Lookup("httptest.serve"), "something imports net/http/httptest")
}
