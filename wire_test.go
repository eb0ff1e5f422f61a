package spideriq_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// wireToken has the three parts that the API's tokens have.
const wireToken = "wire_client:wire_key_0123:wire_secret_4567"

// wireBody answers every call: each finds its own member in it.
const wireBody = `{"success":true,"integration":{"id":42,"daily_limit":20000},"integrations":[],"summary":{"total":0},"synced":0}`

// A wireServer speaks HTTP byte by byte, so that it can do what net/http's own
// server never would. One goroutine per connection runs its handler.
type wireServer struct {
	url      string
	tls      *tls.Config    // nil without TLS
	roots    *x509.CertPool // that trust it
	accepted atomic.Int64   // connections

	handle   func(*wireConn)
	handlers sync.WaitGroup
	mu       sync.Mutex
	requests []*wireRequest
	open     []net.Conn
}

// A wireRequest is a request as it came, with its body read.
type wireRequest struct {
	*http.Request
	body string
}

type wireConn struct {
	net.Conn
	number int64 // 1 for the first that was accepted
	in     *bufio.Reader
	server *wireServer
}

// serveWire listens on loopback until the test ends. A connection is closed when
// handle returns.
func serveWire(t testing.TB, handle func(*wireConn)) *wireServer {
	s := &wireServer{handle: handle}
	s.listen(t, "http://", func(l net.Listener) net.Listener { return l })
	return s
}

// serveWireTLS is serveWire over TLS, with a certificate that only s.roots trust.
func serveWireTLS(t testing.TB, handle func(*wireConn)) *wireServer {
	lender := httptest.NewTLSServer(nil)
	lender.Close()
	s := &wireServer{handle: handle, tls: &tls.Config{Certificates: lender.TLS.Certificates}, roots: x509.NewCertPool()}
	s.roots.AddCert(lender.Certificate())
	s.listen(t, "https://", func(l net.Listener) net.Listener { return tls.NewListener(l, s.tls) })
	return s
}

func (s *wireServer) listen(t testing.TB, scheme string, wrap func(net.Listener) net.Listener) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	listener := wrap(plain)
	s.url = scheme + plain.Addr().String()
	s.handlers.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.serve(conn)
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.hangUp()
		s.handlers.Wait()
	})
}

// pipeWire is a server without a network, for use with dial: fast, and blind to
// real time, so that it works in a synctest bubble.
func pipeWire(handle func(*wireConn)) *wireServer {
	return &wireServer{url: "http://127.0.0.1", handle: handle}
}

func (s *wireServer) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	s.serve(there)
	return here, nil
}

func (s *wireServer) serve(conn net.Conn) {
	s.mu.Lock()
	s.open = append(s.open, conn)
	s.mu.Unlock()
	c := &wireConn{Conn: conn, number: s.accepted.Add(1), in: bufio.NewReader(conn), server: s}
	s.handlers.Go(func() {
		defer conn.Close()
		s.handle(c)
	})
}

func (s *wireServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.open {
		_ = conn.Close()
	}
}

// seen returns the requests so far, of all connections.
func (s *wireServer) seen() []*wireRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*wireRequest(nil), s.requests...)
}

// transport returns one of a caller's own that reaches the server.
func (s *wireServer) transport(t testing.TB) *http.Transport {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	switch {
	case s.roots != nil:
		transport.TLSClientConfig = &tls.Config{RootCAs: s.roots}
	case s.url == "http://127.0.0.1":
		transport.DialContext = s.dial
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// client returns a client of the server. It has the library's own transport where
// that can reach the server, and waits no longer than a millisecond between attempts.
func (s *wireServer) client(t testing.TB, opts ...spideriq.Option) *spideriq.Client {
	own := []spideriq.Option{
		spideriq.WithBaseURL(s.url),
		spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond, MaxDelay: time.Millisecond}),
	}
	if s.roots != nil || s.url == "http://127.0.0.1" {
		own = append(own, spideriq.WithHTTPClient(&http.Client{Transport: s.transport(t)}))
	}
	client, err := spideriq.NewClient(wireToken, append(own, opts...)...)
	require.NoError(t, err)
	return client
}

// next waits for a request and reads its body; nil when the client has gone.
func (c *wireConn) next() *wireRequest {
	req, err := http.ReadRequest(c.in)
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil
	}
	r := &wireRequest{req, string(body)}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.requests = append(c.server.requests, r)
	return r
}

func (c *wireConn) send(text string) { _, _ = io.WriteString(c, text) }

// linger keeps the connection open until the client closes it.
func (c *wireConn) linger() { _, _ = io.Copy(io.Discard, c.in) }

// reset ends the connection with a RST in place of a FIN.
func (c *wireConn) reset() {
	_ = c.Conn.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// wireAlways answers every request on a connection with the same bytes.
func wireAlways(answer string) func(*wireConn) {
	return func(c *wireConn) {
		for c.next() != nil {
			c.send(answer)
		}
	}
}

// wireOnce answers one request and closes the connection, in the middle of an
// answer that is not complete.
func wireOnce(answer string) func(*wireConn) {
	return func(c *wireConn) {
		if c.next() != nil {
			c.send(answer)
		}
	}
}

// wireAnswer is an answer with that body behind its length.
func wireAnswer(status int, body string, headers ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	for _, header := range headers {
		head += header + "\r\n"
	}
	return head + wireLength(body)
}

func wireLength(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func wireChunked(body string) string {
	return fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n", 20, body[:20], len(body)-20, body[20:])
}

func wireGzip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// wireUpdate updates integration 42.
func wireUpdate(t testing.TB, client *spideriq.Client, opts ...spideriq.RequestOption) error {
	updated, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{DailyLimit: new(20000)}, opts...)
	if err == nil {
		require.Equal(t, int64(42), updated.ID)
	}
	return err
}

func TestAnswersByFramingAndBody(t *testing.T) {
	t.Parallel()
	const ( // what a 200 makes of it
		good    = iota
		refused // it says "success": false
		invalid // it arrives whole and makes no sense
		broken
	)
	zipped := wireGzip(wireBody)
	badSum := []byte(zipped)
	badSum[len(badSum)-8]++
	for _, tt := range []struct {
		name string
		want int
		rest string // of the answer, behind the status line
	}{
		{"length", good, wireLength(wireBody)},
		{"until the connection closes", good, "\r\n" + wireBody},
		{"said to close", good, "Connection: close\r\n" + wireLength(wireBody)},
		{"chunked", good, wireChunked(wireBody) + "0\r\n\r\n"},
		{"trailers", good, "Trailer: X-Sum\r\n" + wireChunked(wireBody) + "0\r\nX-Sum: 1\r\n\r\n"},
		{"gzip", good, "Content-Encoding: gzip\r\n" + wireLength(zipped)},
		{"byte order mark", good, wireLength("\uFEFF" + wireBody)},
		{"bytes behind the length", good, "Connection: close\r\n" + wireLength(wireBody) + "HTTP/1.1 500 No\r\n\r\n"},
		{"new member nested deeply", good, wireLength(`{"integration":{"id":42},"new":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}")},

		{"refusal", refused, wireLength(`{"success":false,"error":"no"}`)},

		{"bytes behind the JSON", invalid, wireLength(wireBody + "x")},
		{"two values", invalid, wireLength(wireBody + wireBody)},
		{"cut JSON", invalid, wireLength(wireBody[:60])},
		{"null", invalid, wireLength("null")},
		{"HTML", invalid, "Content-Type: text/html\r\n" + wireLength("<html><body>Please log in</body></html>")},
		{"empty", invalid, wireLength("")},
		{"two byte order marks", invalid, wireLength("\uFEFF\uFEFF" + wireBody)},
		{"no integration", invalid, wireLength(`{"success":true}`)},
		{"null integration", invalid, wireLength(`{"success":true,"integration":null}`)},
		{"nested too deeply", invalid, wireLength(strings.Repeat(`{"integration":`, 200_000))},
		{"gzip that is none", invalid, "Content-Encoding: gzip\r\n" + wireLength(wireBody)},
		{"gzip with a wrong sum", invalid, "Content-Encoding: gzip\r\n" + wireLength(string(badSum))},
		{"endless", invalid, wireLength(strings.Repeat("x", 5<<20))},

		{"short of its length", broken, wireLength(wireBody + "}")[:len(wireLength(wireBody))]},
		{"nothing of its length", broken, "Content-Length: 111\r\n\r\n"},
		{"gzip short of its length", broken, "Content-Encoding: gzip\r\nContent-Length: 999\r\n\r\n" + zipped},
		{"no last chunk", broken, wireChunked(wireBody)},
		{"cut in a chunk", broken, wireChunked(wireBody)[:60]},
		{"chunk without a length", broken, "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + wireBody},
	} {
		for _, status := range []int{200, 404, 503} {
			t.Run(fmt.Sprintf("%d %s", status, tt.name), func(t *testing.T) {
				t.Parallel()
				server := pipeWire(wireOnce(fmt.Sprintf("HTTP/1.1 %d Status\r\n%s", status, tt.rest)))
				var info spideriq.ResponseInfo
				err := wireUpdate(t, server.client(t), spideriq.WithResponseInfo(&info))

				assert.Equal(t, status, info.StatusCode)
				attempts := 1
				if status == 503 || tt.want == broken {
					attempts = 3
				}
				assert.Len(t, server.seen(), attempts)
				assert.Equal(t, attempts, info.Attempts)

				switch {
				case tt.want == broken:
					require.IsType(t, (*spideriq.TransportError)(nil), err)
					assert.True(t, err.(*spideriq.TransportError).MayHaveApplied)
					api, ok := errors.AsType[*spideriq.APIError](err)
					require.Equal(t, status != 200, ok, "the status of a broken answer is not lost")
					if ok {
						assert.Equal(t, status, api.StatusCode)
					}
				case status == 404:
					require.IsType(t, (*spideriq.NotFoundError)(nil), err)
				case status == 503:
					require.IsType(t, (*spideriq.ServerError)(nil), err)
				case tt.want == refused:
					require.IsType(t, (*spideriq.APIError)(nil), err)
					assert.Equal(t, 200, err.(*spideriq.APIError).StatusCode)
				case tt.want == invalid:
					require.IsType(t, (*spideriq.InvalidResponseError)(nil), err)
					assert.Equal(t, 200, err.(*spideriq.InvalidResponseError).StatusCode)
				default:
					require.NoError(t, err)
				}
			})
		}
	}
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	ok := wireAnswer(200, wireBody)
	for _, tt := range []struct {
		name   string
		answer string
		want   error // its type counts
		status int   // 0: there is none to tell
	}{
		{"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok, nil, 200},
		{"HTTP/1.0", "HTTP/1.0" + ok[len("HTTP/1.1"):], nil, 200},
		{"no reason", strings.Replace(ok, " OK", "", 1), nil, 200},
		{"201", wireAnswer(201, wireBody), nil, 201},
		{"204", "HTTP/1.1 204 No Content\r\n\r\n", (*spideriq.InvalidResponseError)(nil), 204},
		{"a status that nobody knows", wireAnswer(799, wireBody), (*spideriq.APIError)(nil), 799},
		{"only interim answers", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100_000), (*spideriq.TransportError)(nil), 0},
		{"no answer", "", (*spideriq.TransportError)(nil), 0},
		{"no status line", "hello\r\n\r\n", (*spideriq.TransportError)(nil), 0},
		{"a status of four digits", "HTTP/1.1 2000 OK\r\n" + wireLength(wireBody), (*spideriq.TransportError)(nil), 0},
		{"an unknown version", "HTTP/x" + ok[len("HTTP/1"):], (*spideriq.TransportError)(nil), 0},
		{"cut headers", ok[:30], (*spideriq.TransportError)(nil), 0},
		{"a header without a name", wireAnswer(200, wireBody, ": x"), (*spideriq.TransportError)(nil), 0},
		{"two lengths", wireAnswer(200, wireBody, "Content-Length: 7"), (*spideriq.TransportError)(nil), 0},
		{"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + wireBody, (*spideriq.TransportError)(nil), 0},
		{"an unknown coding", wireAnswer(200, wireBody, "Transfer-Encoding: rot13"), (*spideriq.TransportError)(nil), 0},
		{"2 MiB of headers", wireAnswer(200, wireBody, strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 2<<10)+"X: y"), (*spideriq.TransportError)(nil), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, wireOnce(tt.answer))
			var info spideriq.ResponseInfo
			err := wireUpdate(t, server.client(t), spideriq.WithMaxAttempts(1), spideriq.WithResponseInfo(&info))
			require.IsType(t, tt.want, err)
			assert.Equal(t, tt.status, info.StatusCode)
			if broken, ok := errors.AsType[*spideriq.TransportError](err); ok {
				assert.True(t, broken.MayHaveApplied)
			}
		})
	}
}

func TestStatusBelow100IsNoAnswer(t *testing.T) {
	t.Parallel()
	server := serveWire(t, func(c *wireConn) {
		if c.next(); c.number == 1 {
			c.send(wireAnswer(200, wireBody)[:90])
			return
		}
		c.send(wireAnswer(0, wireBody))
	})
	err := server.client(t).Do(t.Context(), http.MethodPut, "/integrations/42", 1, nil)
	require.IsType(t, (*spideriq.TransportError)(nil), err)
	assert.Equal(t, 3, err.(*spideriq.TransportError).Attempts)
}

func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		wireAnswer(200, wireBody),
		wireAnswer(200, wireBody)[:90],
		wireAnswer(200, strings.Repeat("x", 5<<20)),
		wireAnswer(404, wireBody),
		wireAnswer(503, "", "Retry-After: 3600"),
		wireAnswer(302, "", "Location: /"),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
	} {
		server := pipeWire(wireOnce(answer))
		inner, opened, closed := server.transport(t), 0, 0
		client := server.client(t, spideriq.WithHTTPClient(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := inner.RoundTrip(req)
			if err == nil {
				opened++
				resp.Body = &closing{resp.Body, &closed}
			}
			return resp, err
		})}))
		_ = wireUpdate(t, client)
		assert.Positive(t, opened)
		assert.Equal(t, opened, closed)
	}
}

type closing struct {
	io.ReadCloser
	closed *int
}

func (c *closing) Close() error { *c.closed++; return c.ReadCloser.Close() }

func TestDeleteNeedsNoBody(t *testing.T) {
	t.Parallel()
	server := serveWire(t, wireAlways("HTTP/1.1 204 No Content\r\n\r\n"))
	require.NoError(t, server.client(t).Integrations.Delete(t.Context(), 42))
}

func TestBrokenAnswerIsFollowedByAnotherAttempt(t *testing.T) {
	t.Parallel()
	for name, breakOff := range map[string]func(*wireConn){
		"closed": func(*wireConn) {},
		"reset":  (*wireConn).reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveWire(t, func(c *wireConn) {
				if c.next(); c.number == 1 {
					c.send(wireAnswer(200, wireBody)[:90])
					breakOff(c)
					return
				}
				c.send(wireAnswer(200, wireBody))
			})
			var info spideriq.ResponseInfo
			require.NoError(t, wireUpdate(t, server.client(t), spideriq.WithResponseInfo(&info)))
			assert.Equal(t, 2, info.Attempts)
			requests := server.seen()
			require.Len(t, requests, 2)
			assert.Equal(t, requests[0].body, requests[1].body)
			assert.Equal(t, requests[0].Header, requests[1].Header)
		})
	}
}
