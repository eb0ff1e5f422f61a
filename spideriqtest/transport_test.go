package spideriqtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// memoryClient returns a client that reaches the server through its Transport.
func memoryClient(server *spideriqtest.Server, opts ...spideriq.Option) *spideriq.Client {
	inMemory := spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()})
	return server.Client(append([]spideriq.Option{inMemory}, opts...)...)
}

func TestTransportServesEveryHost(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	inMemory := spideriq.WithHTTPClient(&http.Client{Transport: server.Transport()})
	client, err := spideriq.NewClient(server.Token, inMemory) // of the production API
	require.NoError(t, err)
	list, err := client.Integrations.List(t.Context(), spideriq.ListParams{})
	require.NoError(t, err)
	assert.Len(t, list, 1)
}

func TestTransportTellsTheDate(t *testing.T) {
	t.Parallel()
	got := mustExchange(t, seeded(t), request(t, seeded(t), "GET", "/integrations", ""))
	date, err := http.ParseTime(got.header.Get("Date"))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), date, time.Minute)
}

func TestTransportCutIsAnUnexpectedEOF(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.Cut())
	resp, err := server.Transport().RoundTrip(request(t, server, "PATCH", "/integrations/42", disable))
	assert.Nil(t, resp)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.False(t, active(server), "the request is applied")
}

func TestTransportCutBodyEndsInAnUnexpectedEOF(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	server.Fail(spideriqtest.CutBody())
	resp, err := server.Transport().RoundTrip(request(t, server, "PATCH", "/integrations/42", disable))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	half, err := io.ReadAll(resp.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, resp.ContentLength/2, int64(len(half)))
	assert.False(t, active(server), "the request is applied")
}

// The client must know that a cut update may have been applied, and repeat it.
func TestClientTakesCutsForLostConnections(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]spideriqtest.Fault{
		"Cut":     spideriqtest.Cut(),
		"CutBody": spideriqtest.CutBody(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := seeded(t)
			client := memoryClient(server)
			server.Fail(fault)
			_, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{IsActive: new(false)})
			assert.NoError(t, err)
			assert.Len(t, server.Requests(), 2)

			server.Fail(fault)
			_, err = client.Integrations.Create(t.Context(), spideriq.CreateParams{
				ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": "x"},
			})
			failure, ok := errors.AsType[*spideriq.TransportError](err)
			require.True(t, ok, err)
			assert.True(t, failure.MayHaveApplied)
			assert.Equal(t, 1, failure.Attempts)
			assert.Len(t, server.Requests(), 3)
		})
	}
}

func TestTransportRefusesAfterClose(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	transport := server.Transport()
	server.Close()
	body := &closeRecorder{Reader: strings.NewReader(disable)}
	r := request(t, server, "PATCH", "/integrations/42", "")
	r.Body = body
	_, err := transport.RoundTrip(r)
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	operation, ok := errors.AsType[*net.OpError](err)
	require.True(t, ok)
	assert.Equal(t, "dial", operation.Op)
	assert.True(t, body.closed)
	assert.Empty(t, server.Requests())
	assert.True(t, active(server))
}

func TestTransportSendsNothingWhenTheContextHasEnded(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	reason := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	body := &closeRecorder{Reader: strings.NewReader(disable)}
	r := request(t, server, "PATCH", "/integrations/42", "").WithContext(ctx)
	r.Body = body
	_, err := server.Transport().RoundTrip(r)
	assert.ErrorIs(t, err, reason)
	assert.True(t, body.closed)
	assert.Empty(t, server.Requests())
}

// A closeRecorder is a request body that records its Close.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (b *closeRecorder) Close() error {
	b.closed = true
	return nil
}

func TestTransportLeavesItsRequestAlone(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	r := request(t, server, "PATCH", "/integrations/42", "")
	body := &closeRecorder{Reader: strings.NewReader(disable)}
	r.Body = body
	r.ContentLength = int64(len(disable))
	before := r.Clone(r.Context())
	got := mustExchange(t, server, r)
	assert.Equal(t, 200, got.status)
	assert.True(t, body.closed)
	assert.Same(t, body, r.Body)
	assert.Equal(t, before.Header, r.Header)
	assert.Equal(t, before.URL, r.URL)
	assert.Equal(t, before.ContentLength, r.ContentLength)
}

func TestTransportReportsABodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	broken := errors.New("the disk is gone")
	body := &closeRecorder{Reader: io.MultiReader(strings.NewReader(`{"is_`), errorReader{broken})}
	r := request(t, server, "PATCH", "/integrations/42", "")
	r.Body = body
	r.ContentLength = int64(len(disable))
	_, err := server.Transport().RoundTrip(r)
	assert.ErrorIs(t, err, broken)
	assert.True(t, body.closed)
	assert.Empty(t, server.Requests())
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// An endless body is answered like a long one, without being read to its end.
func TestTransportBoundsTheBody(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	r := request(t, server, "PATCH", "/integrations/42", "")
	r.Body = io.NopCloser(endlessReader{})
	r.ContentLength = -1
	assert.Equal(t, 501, mustExchange(t, server, r).status)
	assert.Empty(t, server.Requests())
}

type endlessReader struct{}

func (endlessReader) Read(p []byte) (int, error) {
	copy(p, bytes.Repeat([]byte{'x'}, len(p)))
	return len(p), nil
}

func TestTransportRefusesIncompleteRequests(t *testing.T) {
	t.Parallel()
	server := seeded(t)
	for name, change := range map[string]func(*http.Request){
		"no URL":     func(r *http.Request) { r.URL = nil },
		"no header":  func(r *http.Request) { r.Header = nil },
		"no host":    func(r *http.Request) { r.Host, r.URL.Host = "", "" },
		"bad method": func(r *http.Request) { r.Method = "PATCH /x" },
		"wrong size": func(r *http.Request) { r.ContentLength = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, server, "PATCH", "/integrations/42", disable)
			change(r)
			_, err := server.Transport().RoundTrip(r)
			assert.Error(t, err)
			assert.True(t, active(server))
		})
	}
}
