package spideriqtest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spideriq/spideriq-go"
)

const defaultToken = "client_fake:key_fake:secret_fake"

// A Server is an in-memory SpiderIQ. All of its methods are safe for concurrent
// use.
//
// It starts with integration 42 as it stands in the API's documentation. The first
// [Server.Add] removes it.
type Server struct {
	URL   string // the origin, without /api/v1: "http://127.0.0.1:43210"
	Token string // the bearer token that the server accepts; to set it, use [WithToken]

	token string // Token again: the caller can change that one
	limit *bucket
	pool  *pool

	mu       sync.Mutex
	requests []Request
	faults   []Fault

	http      *http.Server
	listener  net.Listener
	served    chan struct{}      // closed when the server accepts no more
	cancel    context.CancelFunc // wakes the handlers that wait
	conns     connections
	closeOnce sync.Once
}

// An Option changes how [NewServer] sets up a server. A nil Option is ignored.
type Option func(*Server)

// WithToken sets the bearer token that the server accepts. The default, also for
// "", is "client_fake:key_fake:secret_fake".
func WithToken(token string) Option {
	return func(s *Server) {
		if token != "" {
			s.token = token
		}
	}
}

// WithRateLimit makes the server refuse requests above perMinute with 429 and a
// Retry-After, after a burst of so many at once, and adds the X-RateLimit headers
// to every answer of the API. The documented values are 100 and 20. It is off by
// default and for a perMinute below 1; a burst below 1 counts as 1.
//
// The limit counts all requests but those that a fault answers in the API's
// place. A request may come half of its share of a minute early, so that a client
// which keeps the limit is not refused when the network delivers unevenly.
// X-RateLimit-Remaining is what is left of the burst, and X-RateLimit-Reset the
// time when all of it is there again.
func WithRateLimit(perMinute, burst int) Option {
	return func(s *Server) { s.limit = newBucket(perMinute, burst) }
}

// NewServer starts a server on a free port of the loopback interface, ready for
// requests. Close it with [Server.Close]. It panics when there is no port to have.
func NewServer(opts ...Option) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		token:    defaultToken,
		pool:     newPool(),
		listener: listen(),
		served:   make(chan struct{}),
		cancel:   cancel,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	s.URL = "http://" + s.listener.Addr().String()
	s.Token = s.token
	s.http = &http.Server{ // no timeouts: they would close connections that a client keeps for later
		Handler:     http.HandlerFunc(s.serve),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   s.conns.track,
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(s.listener) // ends with an error when the listener is closed
	}()
	return s
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if listener, err = net.Listen("tcp", "[::1]:0"); err != nil {
			panic("spideriqtest: NewServer: " + err.Error())
		}
	}
	return listener
}

// Client returns a client of the server that holds its token and waits
// milliseconds between attempts, so that faults do not slow tests down. What the
// server asks for with Retry-After is waited for in full. The options come after
// the ones that do this, and override them. Client panics when they are wrong.
func (s *Server) Client(opts ...spideriq.Option) *spideriq.Client {
	token := s.token
	// The token comes from a source so that the caller's WithTokenSource can
	// override it: a token argument beside that would be an error.
	own := []spideriq.Option{
		spideriq.WithTokenSource(func(context.Context) (string, error) { return token, nil }),
		spideriq.WithBaseURL(s.URL),
		spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond, MaxDelay: 5 * time.Millisecond}),
	}
	client, err := spideriq.NewClient("", append(own, opts...)...)
	if err != nil {
		panic("spideriqtest: Client: " + err.Error())
	}
	return client
}

// Close stops the server. It waits for the requests that are being answered, ends
// those that [Delay] holds back without an answer, and leaves no goroutine behind.
// A client that neither sends the rest of its request nor reads its answer is cut
// off after two seconds. Further calls do nothing.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		s.cancel()
		_ = s.listener.Close()
		<-s.served // no new connection from here on
		s.conns.closeUnused()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close()
		}
		s.conns.open.Wait()
	})
}
