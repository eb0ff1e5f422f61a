package spideriq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// An Option sets up a [Client]. Options may come in any order; of two that set the
// same thing the later wins. A nil Option is ignored.
type Option interface{ apply(*config) error }

type clientOption func(*config) error

func (o clientOption) apply(c *config) error { return o(c) }

// config is a client in the making.
type config struct {
	transport.Config
	token         TokenSource
	clientTimeout time.Duration // of the caller's http.Client; 0 for none
	insecure      bool
}

// WithBaseURL sends requests to another server than [DefaultBaseURL], such as a
// proxy or a fake. A URL without a path gets /api/v1; the path of any other is kept
// as a prefix; a trailing slash makes no difference. A URL with a user name, a
// query or a fragment, or without a host, is refused, and so is http to a host
// that is not loopback (see [WithInsecureHTTP]).
func WithBaseURL(rawURL string) Option {
	return clientOption(func(c *config) (err error) {
		c.URL, err = parseBase(rawURL)
		return err
	})
}

// WithHTTPClient sends requests with hc's Transport, or with one of our own when
// that is nil, and gives each attempt hc's Timeout, unless that is 0 or
// [WithAttemptTimeout] sets a shorter one. hc is read now and never written to.
// Its CheckRedirect and Jar are not used: no redirect is followed and no cookie
// kept. A nil hc is refused.
func WithHTTPClient(hc *http.Client) Option {
	if hc == nil {
		return refused("WithHTTPClient: the http.Client must not be nil")
	}
	base, timeout := hc.Transport, hc.Timeout
	if timeout < 0 {
		return refused("WithHTTPClient: the Timeout must not be negative")
	}
	return clientOption(func(c *config) error { c.Base, c.clientTimeout = base, timeout; return nil })
}

// A TokenSource returns the token for one call. It must be safe for concurrent
// use.
type TokenSource func(ctx context.Context) (string, error)

// WithTokenSource asks src for the token once per call, before its first attempt,
// in place of a token given to [NewClient], which must then be "". An error of src
// ends the call before a request is sent and stays reachable through errors.Is
// and errors.As. A nil src is refused.
func WithTokenSource(src TokenSource) Option {
	if src == nil {
		return refused("WithTokenSource: the source must not be nil")
	}
	return clientOption(func(c *config) error { c.token = src; return nil })
}

// WithUserAgent puts product, such as "my-tool/1.4", before this library's own
// part of the User-Agent header.
func WithUserAgent(product string) Option {
	product = strings.TrimSpace(product)
	if product == "" || !isHeaderValue(product) {
		return refused("WithUserAgent: the product must be text without control characters")
	}
	return clientOption(func(c *config) error { c.UserAgent = product + " spideriq-go/" + Version; return nil })
}

// WithAttemptTimeout bounds one attempt, from looking for a connection to the last
// byte of the answer. The default, also for 0, is 30 seconds. A call may take
// several attempts and the waits between them: bound it by its context. A
// negative d is refused.
func WithAttemptTimeout(d time.Duration) Option {
	if d < 0 {
		return refused("WithAttemptTimeout: the duration must not be negative")
	}
	return clientOption(func(c *config) error { c.Timeout = d; return nil })
}

// RetryPolicy has the numbers of retrying; what is retried is told at each method.
// A zero field takes the default. Negative values, and a BaseDelay above MaxDelay,
// are refused.
type RetryPolicy struct {
	MaxAttempts   int           // tries per call, the first included; 1 never retries; default 3
	BaseDelay     time.Duration // the first computed wait is at most this, each further one at most twice the one before; default 500ms
	MaxDelay      time.Duration // ceiling of the computed waits; default 8s
	MaxRetryAfter time.Duration // longest wait asked for by the API that is honoured; a longer one ends the call at once; default 60s
}

// WithRetryPolicy changes how often and how patiently a call is retried.
func WithRetryPolicy(p RetryPolicy) Option {
	return clientOption(func(c *config) error {
		if p.MaxAttempts < 0 || p.BaseDelay < 0 || p.MaxDelay < 0 || p.MaxRetryAfter < 0 {
			return errors.New("WithRetryPolicy: no field may be negative")
		}
		c.Policy = transport.Policy{
			MaxAttempts:   cmp.Or(p.MaxAttempts, defaultPolicy.MaxAttempts),
			BaseDelay:     cmp.Or(p.BaseDelay, defaultPolicy.BaseDelay),
			MaxDelay:      cmp.Or(p.MaxDelay, defaultPolicy.MaxDelay),
			MaxRetryAfter: cmp.Or(p.MaxRetryAfter, defaultPolicy.MaxRetryAfter),
		}
		if c.Policy.BaseDelay > c.Policy.MaxDelay {
			return fmt.Errorf("WithRetryPolicy: BaseDelay %v is above MaxDelay %v", c.Policy.BaseDelay, c.Policy.MaxDelay)
		}
		return nil
	})
}

var defaultPolicy = transport.Policy{MaxAttempts: 3, BaseDelay: 500 * time.Millisecond, MaxDelay: 8 * time.Second, MaxRetryAfter: time.Minute}

// A RateLimiter holds an attempt back until its turn has come, or returns an error
// when ctx ends or the wait would outlast it. *rate.Limiter of
// golang.org/x/time/rate is one.
type RateLimiter interface {
	Wait(ctx context.Context) error
}

// WithRateLimiter makes every attempt wait for l. That time is not part of the
// attempt's timeout. An error of l ends the call as a [*TransportError]; no further
// request is sent. A nil l is refused.
func WithRateLimiter(l RateLimiter) Option {
	if v := reflect.ValueOf(l); l == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return refused("WithRateLimiter: the limiter must not be nil")
	}
	return clientOption(func(c *config) error { c.Limiter = l; return nil })
}

// WithLogger logs each attempt at debug level and each retry as a warning: method,
// path, status, duration and wait, never a header, body or query. The default,
// also for nil, is silence.
func WithLogger(l *slog.Logger) Option {
	return clientOption(func(c *config) error {
		c.Observe = nil
		if l != nil {
			c.Observe = func(ctx context.Context, e transport.Event) { logEvent(ctx, l, e) }
		}
		return nil
	})
}

func logEvent(ctx context.Context, l *slog.Logger, e transport.Event) {
	level, message := slog.LevelDebug, "spideriq: attempt"
	timing := slog.Duration("took", e.Took)
	if e.Again {
		level, message, timing = slog.LevelWarn, "spideriq: another attempt", slog.Duration("wait", e.Wait)
	}
	l.LogAttrs(ctx, level, message, slog.String("method", e.Request.Method), slog.String("path", e.Request.Path), slog.Int("attempt", e.Attempt),
		slog.Int("status", e.Status), slog.String("error", secretsOf(e.Request).redact(transport.Describe(e.Err))), timing)
}

// WithInsecureHTTP allows a base URL of http to a host that is not loopback. The
// token and everything else is then readable on the way.
func WithInsecureHTTP() Option {
	return clientOption(func(c *config) error { c.insecure = true; return nil })
}

func refused(reason string) Option {
	return clientOption(func(*config) error { return errors.New(reason) })
}

// A RequestOption changes one call. A nil RequestOption is ignored; a wrong one
// ends the call before a request is sent.
type RequestOption interface{ apply(*requestConfig) error }

type requestOption func(*requestConfig) error

func (o requestOption) apply(c *requestConfig) error { return o(c) }

// requestConfig is what the options of one call say.
type requestConfig struct {
	header      http.Header
	query       url.Values
	maxAttempts int
	infos       []*ResponseInfo
}

// WithHeader adds a header to every attempt of the call, in place of one of the
// same name that the client sends by itself. Headers that frame the request,
// choose its host or carry the token are the client's own and refused.
func WithHeader(key, value string) RequestOption {
	return requestOption(func(c *requestConfig) error {
		key := textproto.CanonicalMIMEHeaderKey(key)
		switch key {
		case "Authorization", "Proxy-Authorization", "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Te",
			"Connection", "Keep-Alive", "Upgrade", "Expect", "Accept-Encoding":
			return fmt.Errorf("WithHeader: %s is set by the client", key)
		}
		if !isHeaderName(key) {
			return fmt.Errorf("WithHeader: %q is not a header name", key)
		}
		if !isHeaderValue(value) {
			return fmt.Errorf("WithHeader: the value of %s has control characters", key)
		}
		if c.header == nil {
			c.header = make(http.Header)
		}
		c.header[key] = []string{value}
		return nil
	})
}

// WithQuery adds the fields of a struct with `url` tags, as go-querystring encodes
// them, to the query of the call. A nil pointer adds nothing. Fields of a kind
// that has no form in a query are refused, and so is a parameter "format", with
// which the API answers in YAML.
func WithQuery(params any) RequestOption {
	return requestOption(func(c *requestConfig) error {
		values, err := encodeQuery(params)
		if err == nil && values != nil {
			err = check(params)
		}
		if _, ok := values["format"]; ok {
			err = errors.New(`the parameter "format" changes the answer to YAML`)
		}
		if err != nil {
			return fmt.Errorf("query: %w", err)
		}
		if c.query == nil {
			c.query = make(url.Values)
		}
		maps.Copy(c.query, values)
		return nil
	})
}

// WithMaxAttempts bounds the tries of the call, the first included, in place of
// [RetryPolicy]'s MaxAttempts; 1 never retries. Less than 1 is refused.
func WithMaxAttempts(n int) RequestOption {
	return requestOption(func(c *requestConfig) error {
		if n < 1 {
			return fmt.Errorf("WithMaxAttempts(%d): must be at least 1", n)
		}
		c.maxAttempts = n
		return nil
	})
}

// WithResponseInfo writes to info what came back, when the call ends. A nil info
// is ignored. One info must not serve two calls at a time.
func WithResponseInfo(info *ResponseInfo) RequestOption {
	return requestOption(func(c *requestConfig) error {
		if info != nil {
			c.infos = append(c.infos, info)
		}
		return nil
	})
}

// ResponseInfo is what came back from a call, whether it succeeded or failed. It is
// that of the last attempt that brought an answer; without any, only Attempts is
// set. Neither printing it nor encoding it as JSON shows header or body.
type ResponseInfo struct {
	StatusCode int
	Header     http.Header `json:"-"`
	Body       []byte      `json:"-"` // as received, decompressed; nil when it was larger than 4 MiB or did not arrive whole
	Attempts   int         // requests sent
	RateLimit  *RateLimit  // nil when the headers are absent or unreadable
}

// RateLimit is what the API says of the rate limit, in the X-RateLimit headers.
type RateLimit struct {
	Limit     int       // requests a minute
	Remaining int       // of them
	Reset     time.Time // when Limit is available again
}

// String tells the status and the numbers, and shows neither header nor body.
func (i ResponseInfo) String() string {
	return fmt.Sprintf("spideriq.ResponseInfo(status %d, %d bytes, %d attempts)", i.StatusCode, len(i.Body), i.Attempts)
}

// Format prints what [ResponseInfo.String] returns, whatever the verb.
func (i ResponseInfo) Format(f fmt.State, _ rune) { io.WriteString(f, i.String()) }

func isHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
