package spideriq

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// DefaultBaseURL is where requests go unless [WithBaseURL] says otherwise.
const DefaultBaseURL = "https://spideriq.ai/api/v1"

// A Client makes calls to the API with one token. It is made by [NewClient], is
// safe for concurrent use, and is meant to be shared: its connections, its retry
// budget and its regard for rate limits are of use only then. It starts no
// goroutine and opens no connection before the first call, and needs no closing.
//
// Printing a Client in any way never shows the token.
type Client struct {
	Integrations *IntegrationsService

	config *config // nil unless NewClient made it
}

// NewClient returns a client that sends token with each request. Space around the
// token is cut off; one that is empty, has spaces or control characters inside or
// begins with "Bearer " is refused. All mistakes in token and options are reported
// together. Nothing is read from the environment but the proxy settings that
// net/http honours, and nothing is sent.
func NewClient(token string, opts ...Option) (*Client, error) {
	c := &config{Config: transport.Config{Final: isFinal}}
	c.header = http.Header{"Accept": {"application/json"}, "User-Agent": {"spideriq-go/" + Version}}
	var mistakes []error
	for _, o := range append([]Option{WithBaseURL(DefaultBaseURL), WithRetryPolicy(RetryPolicy{})}, opts...) {
		if o != nil {
			mistakes = append(mistakes, o.apply(c))
		}
	}
	value, err := bearerOf(token)
	if c.bearer == nil {
		c.bearer = func(context.Context) (string, error) { return value, nil }
	} else {
		err = unless(token == "", "a token is given beside WithTokenSource")
	}
	mistakes = append(mistakes, err, unless(c.API == nil || c.API.Scheme != "http" || c.insecure || isLoopback(c.API.Hostname()),
		"base URL: http would send the token in clear; see WithInsecureHTTP"))
	if err := errors.Join(mistakes...); err != nil {
		return nil, fmt.Errorf("spideriq: %w", err)
	}
	c.Timeout = min(cmp.Or(c.Timeout, c.clientTimeout, 30*time.Second), cmp.Or(c.clientTimeout, math.MaxInt64))
	c.transport = transport.New(c.Config)
	c.bare = c.header.Clone()
	c.header.Set("Content-Type", "application/json")
	client := &Client{config: c}
	client.Integrations = &IntegrationsService{client}
	return client, nil
}

// NewClientFromEnv is [NewClient] with the token in SPIDERIQ_TOKEN and, where that
// is set, the base URL in SPIDERIQ_API_URL, which may be an origin without a path.
// SPIDERIQ_TOKEN may be unset when there is a [WithTokenSource], and opts come
// after the environment.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	base := WithBaseURL(cmp.Or(os.Getenv("SPIDERIQ_API_URL"), DefaultBaseURL))
	client, err := NewClient(os.Getenv("SPIDERIQ_TOKEN"), append([]Option{base}, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("%w (token and base URL come from SPIDERIQ_TOKEN and SPIDERIQ_API_URL)", err)
	}
	return client, nil
}

// bearerOf returns the value of the header that carries token. Its errors do not
// quote it.
func bearerOf(token string) (string, error) {
	words := strings.Fields(token)
	token = strings.Join(words, " ")
	return "Bearer " + token, cmp.Or(
		unless(token != "", "token: is empty"),
		unless(len(words) < 2 || !strings.EqualFold(words[0], "bearer"), `token: begins with "Bearer ", which the client adds by itself`),
		unless(!strings.ContainsFunc(token, func(r rune) bool { return r < '!' || r > '~' }), "token: has a space, a control character or one that is not ASCII"))
}

// String names the type and the base URL.
func (c Client) String() string {
	if c.config == nil {
		return "spideriq.Client(not made by NewClient)"
	}
	return "spideriq.Client(" + c.config.API.String() + ")"
}

// Format prints what [Client.String] returns, whatever the verb.
func (c Client) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is what [Client.String] returns.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// methods are those that Do takes. TRACE would have the token sent back.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// Do makes a call that has no method here, with everything that the methods do:
// token, retries, limits and errors. POST is retried by the rule of
// [IntegrationsService.Create], every other method by that of
// [IntegrationsService.Update].
//
// path is relative to the base URL: "/integrations/42". One that could leave the
// base, ends in a slash, has a segment that ends in a semicolon or has a query is
// refused; see [WithQuery]. body is encoded
// as JSON; nil sends none. out is a pointer that the JSON of a 2xx answer is
// decoded into, numbers in an any as [json.Number]; with nil, the body of a 2xx is
// not looked at.
func (c *Client) Do(ctx context.Context, method, path string, body, out any, opts ...RequestOption) error {
	_, err := cleanPath(path)
	_, isReader := body.(io.Reader)
	given, target := reflect.ValueOf(body), reflect.ValueOf(out)
	switch {
	case err != nil:
		return fmt.Errorf("spideriq: %w", err) // without the path, which may hold what belongs in no error
	case !slices.Contains(methods, method):
		return fmt.Errorf("spideriq: the method must be one of %s", strings.Join(methods, ", "))
	case isReader || given.Kind() == reflect.Pointer && given.IsNil():
		return fmt.Errorf("spideriq: the body is a %T; give the value that is to be encoded", body)
	case out != nil && (target.Kind() != reflect.Pointer || target.IsNil()):
		return fmt.Errorf("spideriq: out must be a pointer that is not nil, not %T", out)
	}
	r := call{method: method, path: unescaped.ReplaceAllStringFunc(path, url.PathEscape), body: body, repeat: method != http.MethodPost}
	if out != nil {
		r.out = func(v value) error {
			d := json.NewDecoder(strings.NewReader(string(v)))
			d.UseNumber()
			return d.Decode(out)
		}
	}
	return c.do(ctx, r, opts)
}

// A call is what a method asks of do.
type call struct {
	method string
	path   string // below the base URL, escaped
	body   any    // encoded as JSON; nil for none
	wrong  error  // what the caller gave, and is refused before anything is sent
	repeat bool   // a repeat does no harm even when the first attempt was applied
	member string // the member of the answer that out takes; "" for all of it
	out    any    // points to what the answer becomes, or is a function that takes it; nil when it is not looked at
}

// A request is a call under way.
type request struct {
	call
	transport.Call
	secrets map[string]string // in the body
	infos   []*ResponseInfo
}

// A secretive body has another form when it is sent, and what an error must not show.
type secretive interface {
	wire() (body any, secrets map[string]string)
}

// do makes a call: it encodes, builds, sends, judges and decodes, and is the only
// place where an answer becomes a value or an error.
func (c *Client) do(ctx context.Context, call call, opts []RequestOption) error {
	if c == nil || c.config == nil {
		return errors.New("spideriq: this client was not made by NewClient")
	}
	r := &request{call: call, Call: transport.Call{Method: call.method, URL: *c.config.API, Header: c.config.header, Repeat: call.repeat}}
	if err := c.config.build(ctx, r, opts); err != nil {
		return fmt.Errorf("spideriq: %s %s: %w", call.method, oneLine(call.path, 256), err)
	}
	c.config.transport.Do(ctx, &r.Call)
	for _, info := range r.infos {
		info.fill(&r.Call)
	}
	return r.judge()
}

// build checks what the caller gave and completes what every attempt sends.
func (c *config) build(ctx context.Context, r *request, opts []RequestOption) (err error) {
	switch body := r.body.(type) {
	case nil:
		r.Header = c.bare
	case UpdateParams:
		r.Body, err = encode(r.body)
	case secretive:
		r.body, r.secrets = body.wire()
		r.Body, err = json.Marshal(r.body)
	default:
		r.Body, err = json.Marshal(body)
	}
	err = cmp.Or(r.wrong, err)
	for _, o := range opts {
		if o != nil && err == nil {
			err = o.apply(r)
		}
	}
	if err != nil || ctx == nil {
		return cmp.Or(err, errors.New("the context is nil"))
	}
	r.URL.RawPath += r.path
	r.URL.Path, _ = url.PathUnescape(r.URL.RawPath) // a clean path, or one of our own
	if c.log != nil {
		r.Log = func() { c.log(ctx, r) }
	}
	r.Bearer, err = c.bearer(ctx)
	return err
}
