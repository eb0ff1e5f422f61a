package spideriq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

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

	bearer    TokenSource // "Bearer " and the token; a function, because fmt looks into everything else
	base      *url.URL
	transport *transport.Transport
}

// NewClient returns a client that sends token with each request. Space around the
// token is cut off; one that is empty, has spaces or control characters inside or
// begins with "Bearer " is refused. All mistakes in token and options are reported
// together. Nothing is read from the environment but the proxy settings that
// net/http honours, and nothing is sent.
func NewClient(token string, opts ...Option) (*Client, error) {
	c := config{Config: transport.Config{UserAgent: "spideriq-go/" + Version, Policy: defaultPolicy, Final: isFinal}}
	c.URL, _ = parseBase(DefaultBaseURL)
	var mistakes []error
	for _, o := range opts {
		if o != nil {
			mistakes = append(mistakes, o.apply(&c))
		}
	}
	switch {
	case c.token == nil:
		value, err := bearerOf(token)
		mistakes = append(mistakes, err)
		c.token = func(context.Context) (string, error) { return value, nil }
	case token != "":
		mistakes = append(mistakes, errors.New("a token is given beside WithTokenSource"))
	default:
		source := c.token
		c.token = func(ctx context.Context) (string, error) {
			token, err := source(ctx)
			if err != nil {
				return "", fmt.Errorf("token source: %w", err)
			}
			return bearerOf(token)
		}
	}
	if c.URL != nil && c.URL.Scheme == "http" && !c.insecure && !isLoopback(c.URL.Hostname()) {
		mistakes = append(mistakes, errors.New("base URL: http would send the token in clear; see WithInsecureHTTP"))
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, fmt.Errorf("spideriq: %w", err)
	}
	c.Timeout = cmp.Or(c.Timeout, c.clientTimeout, 30*time.Second)
	if c.clientTimeout > 0 {
		c.Timeout = min(c.Timeout, c.clientTimeout)
	}
	client := &Client{bearer: c.token, base: c.URL, transport: transport.New(c.Config)}
	client.Integrations = &IntegrationsService{client}
	return client, nil
}

// NewClientFromEnv is [NewClient] with the token in SPIDERIQ_TOKEN and, where that
// is set, the base URL in SPIDERIQ_API_URL, which may be an origin without a path.
// SPIDERIQ_TOKEN may be unset when there is a [WithTokenSource], and opts come
// after the environment.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	if base := os.Getenv("SPIDERIQ_API_URL"); base != "" {
		opts = append([]Option{WithBaseURL(base)}, opts...)
	}
	client, err := NewClient(os.Getenv("SPIDERIQ_TOKEN"), opts...)
	if err != nil {
		return nil, fmt.Errorf("%w (token and base URL come from SPIDERIQ_TOKEN and SPIDERIQ_API_URL)", err)
	}
	return client, nil
}

const bearer = "Bearer "

// bearerOf returns the value of the header that carries token. Its errors do not
// quote it.
func bearerOf(token string) (string, error) {
	token = strings.TrimSpace(token)
	switch {
	case token == "":
		return "", errors.New("token: is empty")
	case len(token) >= 7 && strings.EqualFold(token[:6], "bearer") && unicode.IsSpace(rune(token[6])):
		return "", errors.New(`token: begins with "Bearer ", which the client adds by itself`)
	case strings.ContainsFunc(token, unicode.IsSpace):
		return "", errors.New("token: has a space inside")
	case strings.ContainsFunc(token, func(r rune) bool { return unicode.IsControl(r) || r > unicode.MaxASCII }):
		return "", errors.New("token: has a control character or one that is not ASCII")
	}
	return bearer + token, nil
}

// String names the type and the base URL.
func (c Client) String() string {
	if c.base == nil {
		return "spideriq.Client(not made by NewClient)"
	}
	return "spideriq.Client(" + c.base.String() + ")"
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
// base, ends in a slash or has a query is refused; see [WithQuery]. body is encoded
// as JSON; nil sends none. out is a pointer that the JSON of a 2xx answer is
// decoded into, numbers in an any as [json.Number]; with nil, the body of a 2xx is
// not looked at.
func (c *Client) Do(ctx context.Context, method, path string, body, out any, opts ...RequestOption) error {
	plain, err := cleanPath(path)
	_, isReader := body.(io.Reader)
	given, target := reflect.ValueOf(body), reflect.ValueOf(out)
	switch {
	case err != nil:
		return fmt.Errorf("spideriq: %w", err) // without the path, which may hold what belongs in no error
	case !slices.Contains(methods, method):
		err = errors.New("the method must be one of " + strings.Join(methods, ", "))
	case isReader:
		err = errors.New("the body is an io.Reader; give the value that is to be encoded")
	case given.Kind() == reflect.Pointer && given.IsNil():
		err = fmt.Errorf("the body is a nil %T", body)
	case out != nil && (target.Kind() != reflect.Pointer || target.IsNil()):
		err = fmt.Errorf("out must be a pointer that is not nil, not %T", out)
	}
	if err != nil {
		return fmt.Errorf("spideriq: %s %s: %w", oneLine(method, 32), oneLine(path, 256), err)
	}
	call := call{method: method, path: escapePath(path), plain: plain, body: body, repeat: method != http.MethodPost}
	if out != nil {
		call.out = jsonInto{out}
	}
	return c.do(ctx, call, opts)
}
