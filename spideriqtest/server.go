package spideriqtest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spideriq/spideriq-go"
)

const (
	defaultToken = "client_fake:key_fake:secret_fake"

	// closeTimeout is how long Close waits for clients that do not finish.
	closeTimeout = 2 * time.Second
)

// A Server is an in-memory SpiderIQ. Create one with [NewServer] and end it with
// [Server.Close]. All methods are safe for concurrent use.
//
// A new server has no integrations: [Server.Add] puts them in.
type Server struct {
	// URL is the origin of the loopback server, without /api/v1, for example
	// "http://127.0.0.1:43210". A change of this field has no effect.
	URL string

	// Token is the bearer token that the server accepts. A change of this field has
	// no effect: set the token with [WithToken].
	Token string

	config   config
	pool     *pool
	recorder recorder
	limit    *bucket // nil without a rate limit

	loopback    *http.Server
	listener    net.Listener
	served      chan struct{}      // closed when the loopback server accepts no more connections
	cancel      context.CancelFunc // ends the loopback requests that a Delay delays
	connections connections
	closed      atomic.Bool
	closeOnce   sync.Once
}

// config is what the options set.
type config struct {
	token     string
	perMinute int
	burst     int
}

// An Option changes how [NewServer] sets up a server: [WithToken] and
// [WithRateLimit] return one. A nil Option is ignored.
type Option interface {
	apply(*config)
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithToken sets the bearer token that the server accepts. The default, also for
// "", is "client_fake:key_fake:secret_fake".
func WithToken(token string) Option {
	return optionFunc(func(c *config) {
		if token != "" {
			c.token = token
		}
	})
}

// WithRateLimit limits the server to perMinute requests a minute, after a burst of
// that many at once. A request above the limit is answered with 429 and a
// Retry-After, and every answer of the API carries the X-RateLimit headers. The
// documented values are 100 and 20. The default is no limit; a perMinute of 0 or
// less means the same. A burst below 1 counts as 1. A burst of any size works.
//
// The limit counts every request that reaches the API, errors included, but not
// one that a [Fault] answers in the API's place. A request is allowed half of its
// share of a minute early, so that a client that keeps the limit is not refused
// when the network delivers unevenly. X-RateLimit-Remaining is the rest of the
// burst. X-RateLimit-Reset is the time when the whole burst is available again.
//
// The limit runs on the clock of the request: inside a testing/synctest bubble, on
// the bubble's. When that clock goes back, as it does when another bubble begins,
// the whole burst is available again.
func WithRateLimit(perMinute, burst int) Option {
	return optionFunc(func(c *config) {
		c.perMinute = perMinute
		c.burst = burst
	})
}

// NewServer starts an empty server on a free port of the loopback interface. It is
// ready for requests when NewServer returns, also outside of tests. Call it outside
// of a testing/synctest bubble: see [Server.Transport]. It panics when no port can
// be opened.
func NewServer(opts ...Option) *Server {
	cfg := config{token: defaultToken}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&cfg)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		Token:    cfg.token,
		config:   cfg,
		pool:     newPool(),
		limit:    newBucket(cfg.perMinute, cfg.burst),
		listener: listen(),
		served:   make(chan struct{}),
		cancel:   cancel,
	}
	s.URL = s.origin()
	s.loopback = &http.Server{ // without timeouts, which would close the idle connections of a client
		Handler:     http.HandlerFunc(s.serveLoopback),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   s.connections.track,
	}
	go func() {
		defer close(s.served)
		_ = s.loopback.Serve(s.listener) // returns an error when Close closes the listener
	}()
	return s
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		return listener
	}
	listener, err = net.Listen("tcp", "[::1]:0")
	if err != nil {
		panic("spideriqtest: NewServer: " + err.Error())
	}
	return listener
}

func (s *Server) origin() string {
	return "http://" + s.listener.Addr().String()
}

// Client returns a client of the loopback server. It sends the server's token and
// waits milliseconds between attempts, so that faults do not slow tests down. A
// wait that the server asks for with Retry-After is kept in full. The given options
// come last and override these. Client panics when an option is not valid.
func (s *Server) Client(opts ...spideriq.Option) *spideriq.Client {
	// The token comes from a token source and not from the token argument, so that the
	// caller's WithTokenSource can override it.
	tokenSource := func(context.Context) (string, error) { return s.config.token, nil }
	defaults := []spideriq.Option{
		spideriq.WithTokenSource(tokenSource),
		spideriq.WithBaseURL(s.origin()),
		spideriq.WithRetryPolicy(spideriq.RetryPolicy{BaseDelay: time.Millisecond, MaxDelay: 5 * time.Millisecond}),
	}
	client, err := spideriq.NewClient("", append(defaults, opts...)...)
	if err != nil {
		panic("spideriqtest: Client: " + err.Error())
	}
	return client
}

// Close stops the server and leaves no goroutine behind. It waits for the requests
// that the loopback server is answering and ends those that [Delay] holds back
// without an answer. It disconnects a client that neither finishes its request nor
// reads its answer after two seconds. A new request gets a refused connection, also
// through [Server.Transport]; one that is under way there is not ended. Further
// calls do nothing.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		s.closed.Store(true)
		s.cancel()
		_ = s.listener.Close()
		<-s.served // no new connections from here on
		s.connections.closeUnused()
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if err := s.loopback.Shutdown(ctx); err != nil {
			_ = s.loopback.Close()
		}
		s.connections.open.Wait()
	})
}

// connections tracks the open connections of the loopback server, and which of them
// have not carried a request yet. http.Server.Shutdown would wait for those as well.
type connections struct {
	open sync.WaitGroup

	mu     sync.Mutex
	unused map[net.Conn]bool
}

// track implements http.Server.ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.unused, conn)
	switch state {
	case http.StateNew:
		if c.unused == nil {
			c.unused = make(map[net.Conn]bool)
		}
		c.unused[conn] = true
		c.open.Add(1)
	case http.StateClosed:
		c.open.Done()
	}
}

func (c *connections) closeUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.unused {
		_ = conn.Close()
	}
}
