package spideriq

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/apiurl"
)

// An Option configures a [Client]. Options may come in any order. Of two options
// that set the same thing the later one wins. A nil Option is ignored.
type Option interface{ applyToClient(*config) error }

// A SharedOption is given to a client or to one call. The call's wins.
type SharedOption interface {
	Option
	RequestOption
}

// config holds the settings of a [Client]. Options write to it. Nothing changes it
// once the client is made.
type config struct {
	baseURL        *url.URL
	hasBaseURL     bool // WithBaseURL was given, valid or not
	tokenSource    TokenSource
	authorization  authorizationFunc // of the token or the token source
	roundTripper   http.RoundTripper // the caller's; nil for our own
	callerTimeout  time.Duration     // Timeout of the caller's http.Client; 0 for none
	attemptTimeout time.Duration     // of WithAttemptTimeout; 0 for none
	maxAttempts    int               // of WithMaxAttempts; 0 for that of the RetryPolicy
	retryPolicy    RetryPolicy
	limiter        RateLimiter
	attemptLogger  attemptLogger // of WithLogger; nil for silence
	header         http.Header   // sent with every request
	headerWithBody http.Header   // the same, for a request that has a body
	insecureHTTP   bool
}

// optionFunc adapts a function to [Option].
type optionFunc func(*config) error

func (f optionFunc) applyToClient(c *config) error { return f(c) }

// WithBaseURL sends requests to rawURL instead of [DefaultBaseURL], for example to a
// proxy or to a fake server. A URL without a path gets /api/v1. The path of any
// other URL is kept as a prefix. A trailing slash makes no difference.
//
// NewClient refuses a URL with a user name, a query or a fragment, one without a
// host, and http to a host that is not loopback; see [WithInsecureHTTP].
func WithBaseURL(rawURL string) Option {
	return optionFunc(func(c *config) error {
		c.hasBaseURL = true
		baseURL, err := apiurl.ParseBase(rawURL)
		if err != nil {
			return err
		}
		c.baseURL = baseURL
		return nil
	})
}

// WithHTTPClient sends requests through the Transport of hc, or through this
// library's own transport when that is nil. The Timeout of hc bounds each attempt,
// unless it is 0 or [WithAttemptTimeout] sets a shorter one.
//
// A transport of the caller's brings its own settings: the larger idle pool and the HTTP/2
// pings of ours are not added to it, and what a proxy answers to CONNECT is not retried. It
// may send in ways that no trace shows. A write that fails before the transport looks for a
// connection therefore may have been applied, unless the error is one of dialing.
//
// hc is copied and never written to. Its CheckRedirect and Jar are not used: no
// redirect is followed and no cookie is kept. NewClient refuses a nil hc and a
// negative Timeout.
func WithHTTPClient(hc *http.Client) Option {
	if hc == nil {
		return optionFunc(func(*config) error { return errors.New("WithHTTPClient: the client is nil") })
	}
	roundTripper, timeout := hc.Transport, hc.Timeout // hc may change after this call
	return optionFunc(func(c *config) error {
		if timeout < 0 {
			return errors.New("WithHTTPClient: the client's Timeout is negative")
		}
		if roundTripper != nil && isNil(roundTripper) {
			return errors.New("WithHTTPClient: the client's Transport holds a nil pointer")
		}
		c.roundTripper, c.callerTimeout = roundTripper, timeout
		return nil
	})
}

// A TokenSource returns the token for one attempt. ctx is the context of the call. A
// TokenSource must be safe for concurrent use.
type TokenSource func(ctx context.Context) (string, error)

// WithTokenSource asks src for the token before each attempt, after any wait, so
// that a token which expires meanwhile is replaced. The token argument of
// [NewClient] must then be "". src should cache: it is called once for each attempt. Only
// its ctx bounds it, not the timeout of the attempt.
//
// An error of src, and a token that NewClient would refuse, ends the call with a
// [*TransportError] before the request is sent. NewClient refuses a nil src.
func WithTokenSource(src TokenSource) Option {
	return optionFunc(func(c *config) error {
		if src == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.tokenSource = src
		return nil
	})
}

// WithUserAgent puts product, such as "my-tool/1.4", before this library's part of
// the User-Agent header. NewClient refuses an empty product and control characters.
func WithUserAgent(product string) Option {
	return optionFunc(func(c *config) error {
		product := strings.TrimSpace(product)
		if product == "" {
			return errors.New("WithUserAgent: the product is empty")
		}
		if !isHeaderValue(product) {
			return errors.New("WithUserAgent: the product has control characters")
		}
		c.header.Set("User-Agent", product+" "+userAgent)
		return nil
	})
}

// RetryPolicy sets how many attempts a call makes and how long it waits between
// them. Each method documents which failures it repeats. A zero field takes its
// default. NewClient refuses negative values and a BaseDelay above a MaxDelay that
// is given.
type RetryPolicy struct {
	// MaxAttempts is the number of tries for a call, the first included. 1 never
	// retries. The default is 3.
	MaxAttempts int

	// BaseDelay is the upper bound of the first wait. The bound doubles with each
	// further wait. The wait itself is a random time below the bound. The default is
	// 500ms.
	BaseDelay time.Duration

	// MaxDelay is the largest bound of these waits. The default is 8s, or BaseDelay
	// where that is longer.
	MaxDelay time.Duration

	// MaxRetryAfter is the longest wait that the client honours when the API asks for
	// one. A longer one ends the call at once. It also limits, in total, how long one
	// call is delayed by the 429 responses of other calls. Either time may be exceeded by
	// 2s, because a random time is added to waits. The default is 60s.
	MaxRetryAfter time.Duration
}

const (
	defaultMaxAttempts    = 3
	defaultBaseDelay      = 500 * time.Millisecond
	defaultMaxDelay       = 8 * time.Second
	defaultMaxRetryAfter  = time.Minute
	defaultAttemptTimeout = 30 * time.Second
)

// WithRetryPolicy sets the numbers of the retries. A zero field keeps its default: 3
// attempts, waits of up to 500ms, then 1s and so on up to 8s, and up to 60s where the API
// asks for it. [WithMaxAttempts] wins over p.MaxAttempts. NewClient refuses an invalid p.
func WithRetryPolicy(p RetryPolicy) Option {
	return optionFunc(func(c *config) error {
		if err := p.validate(); err != nil {
			return fmt.Errorf("WithRetryPolicy: %w", err)
		}
		c.retryPolicy = p.withDefaults()
		return nil
	})
}

func (p RetryPolicy) validate() error {
	switch {
	case p.MaxAttempts < 0:
		return errors.New("MaxAttempts is negative")
	case p.BaseDelay < 0, p.MaxDelay < 0, p.MaxRetryAfter < 0:
		return errors.New("a delay is negative")
	case p.MaxDelay > 0 && p.BaseDelay > p.MaxDelay:
		return errors.New("BaseDelay is above MaxDelay")
	}
	return nil
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = defaultMaxAttempts
	}
	if p.MaxDelay == 0 {
		p.MaxDelay = max(defaultMaxDelay, p.BaseDelay)
	}
	if p.BaseDelay == 0 {
		p.BaseDelay = min(defaultBaseDelay, p.MaxDelay)
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = defaultMaxRetryAfter
	}
	return p
}

// A RateLimiter delays attempts. Wait returns nil as soon as the attempt may be made.
// It returns an error when ctx ends or when the wait would outlast ctx. *rate.Limiter
// of golang.org/x/time/rate is a RateLimiter.
type RateLimiter interface {
	Wait(ctx context.Context) error
}

// WithRateLimiter makes every attempt wait for l. This wait is not part of the
// timeout of the attempt. An error of l ends the call with a [*TransportError].
// NewClient refuses a nil l.
func WithRateLimiter(l RateLimiter) Option {
	return optionFunc(func(c *config) error {
		if isNil(l) {
			return errors.New("WithRateLimiter: the limiter is nil")
		}
		c.limiter = l
		return nil
	})
}

// isNil reports whether v is nil or an interface that holds a nil pointer or function.
func isNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func:
		return value.IsNil()
	default:
		return false
	}
}

// WithLogger logs each attempt at debug level, and at warning level when another
// attempt follows. A record holds the method, path, number of the attempt, status,
// error, duration and wait, and never a header, a body or a query. A nil l, the
// default, logs nothing.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(c *config) error {
		c.attemptLogger = nil
		if l != nil {
			c.attemptLogger = newAttemptLogger(l)
		}
		return nil
	})
}

// WithInsecureHTTP allows a base URL of http to a host that is not loopback. The
// token and all data can then be read on the way.
func WithInsecureHTTP() Option {
	return optionFunc(func(c *config) error {
		c.insecureHTTP = true
		return nil
	})
}
