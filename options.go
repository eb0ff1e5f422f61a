package spideriq

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// An Option sets up a [Client]. Options may come in any order; of two that set the
// same thing the later wins. A nil Option is ignored.
type Option interface{ apply(*config) error }

// An option is what it sets, and what is wrong with it.
type option[T any] struct {
	set     func(*T)
	mistake error
}

func (o option[T]) apply(t *T) error {
	o.set(t)
	return o.mistake
}

// config is a client in the making, and what it works with once it is made.
type config struct {
	transport.Config
	bearer        TokenSource // "Bearer " and the token; a function, because fmt looks into everything else
	header        http.Header // of every request, beside that of the token
	bare          http.Header // the same for those without a body
	log           func(context.Context, *request)
	transport     *transport.Transport
	clientTimeout time.Duration // of the caller's http.Client; 0 for none
	insecure      bool
}

// WithBaseURL sends requests to another server than [DefaultBaseURL], such as a
// proxy or a fake. A URL without a path gets /api/v1; the path of any other is kept
// as a prefix; a trailing slash makes no difference. A URL with a user name, a
// query or a fragment, or without a host, is refused, and so is http to a host
// that is not loopback (see [WithInsecureHTTP]).
func WithBaseURL(rawURL string) Option {
	api, err := parseBase(rawURL)
	if err != nil {
		err = fmt.Errorf("base URL: %w", err)
	}
	return option[config]{func(c *config) { c.API = api }, err}
}

// WithHTTPClient sends requests with hc's Transport, or with one of our own when
// that is nil, and gives each attempt hc's Timeout, unless that is 0 or
// [WithAttemptTimeout] sets a shorter one. hc is read now and never written to.
// Its CheckRedirect and Jar are not used: no redirect is followed and no cookie
// kept. A nil hc, and one with a negative Timeout, is refused.
func WithHTTPClient(hc *http.Client) Option {
	given := *cmp.Or(hc, &http.Client{Timeout: -1}) // so that a nil one is refused as well
	return option[config]{func(c *config) { c.Base, c.clientTimeout = given.Transport, given.Timeout },
		unless(given.Timeout >= 0, "WithHTTPClient: the client must not be nil, nor its Timeout negative")}
}

// A TokenSource returns the token for one call. It must be safe for concurrent
// use.
type TokenSource func(ctx context.Context) (string, error)

// WithTokenSource asks src for the token once per call, before its first attempt,
// in place of a token given to [NewClient], which must then be "". An error of src
// ends the call before a request is sent and stays reachable through errors.Is
// and errors.As. A nil src is refused.
func WithTokenSource(src TokenSource) Option {
	bearer := func(ctx context.Context) (string, error) {
		token, err := src(ctx)
		if err != nil {
			return "", fmt.Errorf("token source: %w", err)
		}
		return bearerOf(token)
	}
	return option[config]{func(c *config) { c.bearer = bearer }, unless(src != nil, "WithTokenSource: the source must not be nil")}
}

// WithUserAgent puts product, such as "my-tool/1.4", before this library's own
// part of the User-Agent header. Text with control characters, or none, is refused.
func WithUserAgent(product string) Option {
	product = strings.TrimSpace(product)
	return option[config]{func(c *config) { c.header.Set("User-Agent", product+" spideriq-go/"+Version) },
		unless(product != "" && isHeaderValue(product), "WithUserAgent: the product must be text without control characters")}
}

// WithAttemptTimeout bounds one attempt, from looking for a connection to the last
// byte of the answer. The default, also for 0, is 30 seconds; a shorter Timeout of the
// client given to [WithHTTPClient] wins. A call may take several attempts and the
// waits between them: bound it by its context. A negative d is refused.
func WithAttemptTimeout(d time.Duration) Option {
	return option[config]{func(c *config) { c.Timeout = d }, unless(d >= 0, "WithAttemptTimeout: the duration must not be negative")}
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
	p.MaxAttempts = cmp.Or(p.MaxAttempts, 3)
	p.BaseDelay = cmp.Or(p.BaseDelay, 500*time.Millisecond)
	p.MaxDelay = cmp.Or(p.MaxDelay, 8*time.Second)
	p.MaxRetryAfter = cmp.Or(p.MaxRetryAfter, time.Minute)
	return option[config]{func(c *config) { c.Policy = transport.Policy(p) },
		unless(min(time.Duration(p.MaxAttempts), p.BaseDelay, p.MaxRetryAfter) >= 0 && p.BaseDelay <= p.MaxDelay,
			"WithRetryPolicy: no field may be negative, nor BaseDelay above MaxDelay")}
}

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
	v := reflect.ValueOf(l)
	isNil := l == nil || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
	return option[config]{func(c *config) { c.Limiter = l }, unless(!isNil, "WithRateLimiter: the limiter must not be nil")}
}

// WithLogger logs each attempt at debug level, or as a warning when another follows:
// method, path, status, duration and wait, never a header, body or query. The
// default, also for nil, is silence.
func WithLogger(l *slog.Logger) Option {
	log := func(ctx context.Context, r *request) {
		level, message := slog.LevelDebug, "spideriq: attempt"
		if r.Wait > 0 {
			level, message = slog.LevelWarn, "spideriq: attempt failed, another follows"
		}
		l.LogAttrs(ctx, level, message, slog.String("method", r.Method), slog.String("path", r.path), slog.Int("attempt", r.Attempts),
			slog.Int("status", r.Answer.StatusCode), slog.String("error", r.hidden().Replace(transport.Describe(r.Err))),
			slog.Duration("took", r.Took), slog.Duration("wait", r.Wait))
	}
	if l == nil {
		log = nil
	}
	return option[config]{func(c *config) { c.log = log }, nil}
}

// WithInsecureHTTP allows a base URL of http to a host that is not loopback. The
// token and everything else is then readable on the way.
func WithInsecureHTTP() Option {
	return option[config]{func(c *config) { c.insecure = true }, nil}
}

// unless makes an error of the mistake, as fmt.Errorf does, unless all is fine.
func unless(fine bool, mistake string, about ...any) error {
	if fine {
		return nil
	}
	return fmt.Errorf(mistake, about...)
}

// A RequestOption changes one call. A nil RequestOption is ignored; a wrong one
// ends the call before a request is sent.
type RequestOption interface{ apply(*request) error }

// ownHeaders frame the request, choose its host or carry the token.
var ownHeaders = []string{"Authorization", "Proxy-Authorization", "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Te",
	"Connection", "Keep-Alive", "Upgrade", "Expect", "Accept-Encoding"}

// WithHeader adds a header to every attempt of the call, in place of one of the
// same name that the client sends by itself. Headers that frame the request,
// choose its host or carry the token are the client's own and refused.
func WithHeader(key, value string) RequestOption {
	key = textproto.CanonicalMIMEHeaderKey(key)
	odd := strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c) })
	return option[request]{func(r *request) {
		r.Header = r.Header.Clone()
		r.Header[key] = []string{value}
	}, cmp.Or(
		unless(!slices.Contains(ownHeaders, key), "WithHeader: %s is set by the client", key),
		unless(key != "" && !odd, "WithHeader: %q is not a header name", key),
		unless(isHeaderValue(value), "WithHeader: the value of %s has control characters", key))}
}

func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// WithQuery adds the fields of a struct with `url` tags, as go-querystring encodes
// them, to the query of the call. params is read now. A nil pointer adds nothing.
// Fields of a kind that has no form in a query are refused, and so are structs more
// than 8 deep and a parameter "format", with which the API answers in YAML.
func WithQuery(params any) RequestOption {
	values, err := encodeQuery(params)
	return option[request]{func(r *request) {
		query := r.URL.Query()
		maps.Copy(query, values)
		r.URL.RawQuery = query.Encode()
	}, err}
}

// WithMaxAttempts bounds the tries of the call, the first included, in place of
// [RetryPolicy]'s MaxAttempts; 1 never retries. Less than 1 is refused.
func WithMaxAttempts(n int) RequestOption {
	return option[request]{func(r *request) { r.MaxAttempts = n }, unless(n >= 1, "WithMaxAttempts: must be at least 1")}
}

// WithResponseInfo writes to info what came back, when the call ends. A nil info
// is ignored. One info must not serve two calls at a time.
func WithResponseInfo(info *ResponseInfo) RequestOption {
	return option[request]{func(r *request) { r.infos = append(r.infos, cmp.Or(info, new(ResponseInfo))) }, nil}
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
