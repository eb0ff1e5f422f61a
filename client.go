package spideriq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/apiurl"
	"github.com/spideriq/spideriq-go/internal/errorbody"
	"github.com/spideriq/spideriq-go/internal/transport"
)

const (
	// DefaultBaseURL is the base URL of the API. [WithBaseURL] replaces it.
	DefaultBaseURL = "https://spideriq.ai/api/v1"

	// Version is the version of this library. It is part of the User-Agent header.
	Version = "0.1.0"
)

const userAgent = "spideriq-go/" + Version

// A Client makes calls to the API. Create it with [NewClient] and share it:
// connections, the retry budget and the pauses after a 429 are kept per Client. A
// Client is safe for concurrent use. It opens no connection before the first call and
// needs no Close; see [Client.CloseIdleConnections].
//
// Printing a Client in any way never shows the token.
type Client struct {
	Integrations *IntegrationsService

	config    *config              // nil unless NewClient made the client
	transport *transport.Transport // sends all calls
}

// NewClient returns a client that authenticates with token. It validates the token
// and all options and returns every problem in one error, one to a line.
//
// Space around the token is removed. A token is refused when it is empty, begins
// with "Bearer " or holds spaces, control characters or characters beyond ASCII.
// NewClient sends nothing. It reads nothing from the environment but the proxy
// settings that net/http honours.
func NewClient(token string, opts ...Option) (*Client, error) {
	cfg := newConfig()
	err := errors.Join(cfg.apply(opts), cfg.setToken(token), cfg.checkScheme())
	if err != nil {
		return nil, fmt.Errorf("spideriq: %w", err)
	}
	return newClient(cfg), nil
}

// NewClientFromEnv is [NewClient] with the token in SPIDERIQ_TOKEN and the base URL
// in SPIDERIQ_API_URL. SPIDERIQ_API_URL may be unset, and may be an origin without a
// path; see [WithBaseURL]. [WithTokenSource] replaces SPIDERIQ_TOKEN, and WithBaseURL
// replaces SPIDERIQ_API_URL: the variable is then not read. A SPIDERIQ_TOKEN that is
// needed and not set is an error.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	cfg := newConfig()
	err := errors.Join(cfg.apply(opts), cfg.setBaseURLFromEnv(), cfg.setTokenFromEnv(), cfg.checkScheme())
	if err != nil {
		return nil, fmt.Errorf("spideriq: %w", err)
	}
	return newClient(cfg), nil
}

func newConfig() *config {
	baseURL, _ := apiurl.ParseBase(DefaultBaseURL) // a valid constant
	return &config{
		baseURL:     baseURL,
		header:      http.Header{"Accept": {"application/json"}, "User-Agent": {userAgent}},
		retryPolicy: RetryPolicy{}.withDefaults(),
	}
}

// apply applies every option and joins their errors.
func (c *config) apply(opts []Option) error {
	var errs []error
	for _, opt := range opts {
		if opt != nil {
			errs = append(errs, opt.applyToClient(c))
		}
	}
	return errors.Join(errs...)
}

func (c *config) setBaseURLFromEnv() error {
	rawURL := os.Getenv("SPIDERIQ_API_URL")
	if c.hasBaseURL || rawURL == "" {
		return nil
	}
	if err := WithBaseURL(rawURL).applyToClient(c); err != nil {
		return fmt.Errorf("SPIDERIQ_API_URL: %w", err)
	}
	return nil
}

func (c *config) setTokenFromEnv() error {
	if c.tokenSource != nil {
		return c.setToken("") // takes the token source
	}
	token := os.Getenv("SPIDERIQ_TOKEN")
	if token == "" {
		return errors.New("SPIDERIQ_TOKEN is not set")
	}
	if err := c.setToken(token); err != nil {
		return fmt.Errorf("SPIDERIQ_TOKEN: %w", err)
	}
	return nil
}

// setToken sets the authorization: the token source when there is one, and token
// otherwise.
func (c *config) setToken(token string) error {
	if c.tokenSource != nil {
		if token != "" {
			return errors.New("token: a token is given beside WithTokenSource")
		}
		c.authorization = authorizationOf(c.tokenSource)
		return nil
	}
	token = strings.TrimSpace(token)
	if err := checkToken(token); err != nil {
		return err
	}
	value := bearerPrefix + token
	c.authorization = func(context.Context) (string, error) { return value, nil }
	return nil
}

// checkScheme refuses a base URL over which the token would travel in clear.
func (c *config) checkScheme() error {
	if c.baseURL.Scheme == "https" || c.insecureHTTP || apiurl.IsLoopback(c.baseURL.Hostname()) {
		return nil
	}
	return fmt.Errorf("base URL %q: http would send the token in clear; use https, or see WithInsecureHTTP", c.baseURL)
}

func newClient(cfg *config) *Client {
	cfg.headerWithBody = cfg.header.Clone()
	if cfg.header.Get("Content-Type") == "" {
		cfg.headerWithBody.Set("Content-Type", "application/json")
	}
	client := &Client{config: cfg}
	client.Integrations = &IntegrationsService{client: client}
	client.transport = transport.New(transport.Config{
		Base:    cfg.roundTripper,
		BaseURL: cfg.baseURL,
		Policy:  transport.Policy(cfg.retryPolicy),
		Limiter: cfg.limiter,
		IsFinal: errorbody.IsFinal,
	})
	return client
}

const bearerPrefix = "Bearer "

// An authorizationFunc returns the value of the Authorization header. It is a
// function so that fmt cannot print the token.
type authorizationFunc func(ctx context.Context) (string, error)

// authorizationOf returns a function that asks src for the token each time.
func authorizationOf(src TokenSource) authorizationFunc {
	return func(ctx context.Context) (string, error) {
		token, err := src(ctx)
		if err == nil {
			token = strings.TrimSpace(token)
			err = checkToken(token)
		}
		if err != nil {
			return "", fmt.Errorf("token source: %w", err)
		}
		return bearerPrefix + token, nil
	}
}

// checkToken validates a token without space around it. Its errors do not quote it.
func checkToken(token string) error {
	firstWord, _, hasSpace := strings.Cut(strings.ReplaceAll(token, "\t", " "), " ")
	switch {
	case token == "":
		return errors.New("token: is empty")
	case hasSpace && strings.EqualFold(firstWord, "Bearer"):
		return errors.New(`token: begins with "Bearer ", which the client adds by itself`)
	case strings.ContainsFunc(token, isNotTokenCharacter):
		return errors.New("token: has a space, a control character or one that is not ASCII")
	}
	return nil
}

func isNotTokenCharacter(r rune) bool { return r <= ' ' || r > '~' }

// timeout returns the timeout of one attempt. ofCall is what the options of the call
// set, or 0. The Timeout of the caller's http.Client takes the place of the default, and
// wins over an option where it is shorter.
func (c *config) timeout(ofCall time.Duration) time.Duration {
	timeout := cmp.Or(ofCall, c.attemptTimeout, c.callerTimeout, defaultAttemptTimeout)
	if c.callerTimeout > 0 {
		timeout = min(timeout, c.callerTimeout)
	}
	return timeout
}

// CloseIdleConnections closes the connections that no call uses. Programs that make
// a client for each tenant call it when they drop one. Calls that are under way are
// not disturbed, and the client stays usable. The connections of a transport that
// [WithHTTPClient] gave belong to its owner and are left alone.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.transport != nil {
		c.transport.CloseIdleConnections()
	}
}

// String returns the name of the type and the base URL.
func (c Client) String() string {
	if c.config == nil {
		return "spideriq.Client(not made by NewClient)"
	}
	return "spideriq.Client(" + c.config.baseURL.String() + ")"
}

// Format prints what [Client.String] returns, whatever the verb.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what [Client.String] returns.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }
