package spideriq

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spideriq/spideriq-go/internal/apiurl"
	"github.com/spideriq/spideriq-go/internal/transport"
)

// A RequestOption changes one call. A nil RequestOption is ignored. An invalid one
// ends the call with an [*ArgumentError] before a request is sent.
type RequestOption interface{ applyToCall(*callConfig) error }

// callConfig holds what the options of one call set.
type callConfig struct {
	header         http.Header // added to the client's; nil for none
	query          url.Values  // nil for none
	maxAttempts    int         // 0 for the client's
	attemptTimeout time.Duration
	responseInfos  []*ResponseInfo
}

// requestOptionFunc adapts a function to [RequestOption].
type requestOptionFunc func(*callConfig) error

func (f requestOptionFunc) applyToCall(c *callConfig) error { return f(c) }

// sharedOption is a [SharedOption] made of the two things that it does.
type sharedOption struct {
	toClient func(*config) error
	toCall   func(*callConfig) error
}

func (o sharedOption) applyToClient(c *config) error   { return o.toClient(c) }
func (o sharedOption) applyToCall(c *callConfig) error { return o.toCall(c) }

// WithAttemptTimeout bounds one attempt, from the search for a connection to the
// last byte of the response. Without it, and with 0, a call takes the client's. The
// client's default is the Timeout of the client given to [WithHTTPClient], or else 30
// seconds. That Timeout also wins where it is shorter than d.
//
// A call may take several attempts and the waits between them: bound it with its
// context. An attempt that times out matches [os.ErrDeadlineExceeded], not
// [context.DeadlineExceeded]. A negative d is refused.
func WithAttemptTimeout(d time.Duration) SharedOption {
	var invalid error
	if d < 0 {
		invalid = errors.New("WithAttemptTimeout: the duration is negative")
	}
	return sharedOption{
		toClient: func(c *config) error { c.attemptTimeout = d; return invalid },
		toCall:   func(c *callConfig) error { c.attemptTimeout = d; return invalid },
	}
}

// WithMaxAttempts bounds the tries of a call, the first included. It wins over
// MaxAttempts of the [RetryPolicy]. 1 never retries. Less than 1 is refused.
func WithMaxAttempts(n int) SharedOption {
	var invalid error
	if n < 1 {
		invalid = fmt.Errorf("WithMaxAttempts: %d is less than 1", n)
	}
	return sharedOption{
		toClient: func(c *config) error { c.maxAttempts = n; return invalid },
		toCall:   func(c *callConfig) error { c.maxAttempts = n; return invalid },
	}
}

// WithHeader adds a header to every attempt. It replaces a header of the same name
// that the client sends by itself, and the call's replaces the client's. Headers
// that frame the request, choose its host or encoding, or carry the token are refused.
func WithHeader(key, value string) SharedOption {
	key = textproto.CanonicalMIMEHeaderKey(key)
	invalid := checkHeader(key, value)
	return sharedOption{
		toClient: func(c *config) error { c.header.Set(key, value); return invalid },
		toCall: func(c *callConfig) error {
			if c.header == nil {
				c.header = make(http.Header)
			}
			c.header.Set(key, value)
			return invalid
		},
	}
}

// reservedHeaders are set by the client or by net/http only.
var reservedHeaders = []string{
	"Authorization", "Proxy-Authorization", "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Te",
	"Connection", "Keep-Alive", "Upgrade", "Expect", "Accept-Encoding",
}

func checkHeader(key, value string) error {
	switch {
	case slices.Contains(reservedHeaders, key):
		return fmt.Errorf("WithHeader: %s is set by the client", key)
	case !isHeaderName(key):
		return fmt.Errorf("WithHeader: %.64q is not a header name", key)
	case !isHeaderValue(value):
		return fmt.Errorf("WithHeader: the value of %.64s has control characters", key)
	}
	return nil
}

// isHeaderName reports whether s is a token of RFC 9110.
func isHeaderName(s string) bool {
	invalid := func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}
	return s != "" && !strings.ContainsFunc(s, invalid)
}

// isHeaderValue reports whether s has no control characters but tabs.
func isHeaderValue(s string) bool {
	isControl := func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }
	return !strings.ContainsFunc(s, isControl)
}

// WithQuery adds params to the query of the call. params is [url.Values], or a
// struct, or a pointer to one, with `url` tags that github.com/google/go-querystring
// encodes. WithQuery reads params before it returns. A nil pointer adds nothing. Of two
// options that set the same parameter the later one wins.
//
// The call is refused, and the error names the field, when a field has no exact form in
// a query: a map, an array, bytes, a nil pointer without omitempty, a type with a text
// form of its own, a list with an element that contains the delimiter, an unknown
// option in a tag. It is also refused when structs are more than 8 deep, and when the
// query has a parameter "format", with which the API answers in YAML.
func WithQuery(params any) RequestOption {
	values, err := apiurl.EncodeQuery(params)
	return requestOptionFunc(func(c *callConfig) error {
		if err != nil {
			return err
		}
		if c.query == nil {
			c.query = make(url.Values)
		}
		maps.Copy(c.query, values)
		return nil
	})
}

// WithResponseInfo fills info when the call ends, also when it fails. info is zeroed
// when the call begins, so that it never holds the response of an earlier call. A
// nil info is ignored. One info must not serve two calls at a time.
func WithResponseInfo(info *ResponseInfo) RequestOption { return responseInfoOption{info} }

type responseInfoOption struct{ info *ResponseInfo }

func (o responseInfoOption) applyToCall(c *callConfig) error {
	if o.info != nil {
		c.responseInfos = append(c.responseInfos, o.info)
	}
	return nil
}

// zeroResponseInfos empties what the options of a call are going to fill.
func zeroResponseInfos(opts []RequestOption) {
	for _, opt := range opts {
		if o, ok := opt.(responseInfoOption); ok && o.info != nil {
			*o.info = ResponseInfo{}
		}
	}
}

// ResponseInfo describes the latest response of a call. Without any response only
// Attempts is set. Printing it and encoding it as JSON shows neither header nor body.
type ResponseInfo struct {
	StatusCode int
	Header     http.Header `json:"-"`
	Body       []byte      `json:"-"` // decompressed; nil when it was over 4 MiB, corrupt or broke off
	Attempts   int         // requests that were sent
	RateLimit  *RateLimit  // nil when the headers are absent or unreadable
}

// RateLimit holds the X-RateLimit headers of a response.
type RateLimit struct {
	Limit     int       // requests a minute
	Remaining int       // how many of them are left
	Reset     time.Time // when Limit is available again
}

// String returns the status and the sizes.
func (i ResponseInfo) String() string {
	return fmt.Sprintf("spideriq.ResponseInfo(status %d, %d bytes, %d attempts)", i.StatusCode, len(i.Body), i.Attempts)
}

// Format prints what [ResponseInfo.String] returns, whatever the verb.
func (i ResponseInfo) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// fill copies the response of a call. Nothing is shared with it.
func (i *ResponseInfo) fill(result transport.Result) {
	i.Attempts = result.Attempts
	response := result.Response
	if response == nil {
		return
	}
	i.StatusCode = response.StatusCode
	i.Header = response.Header.Clone()
	i.Body = slices.Clone(response.Body)
	i.RateLimit = readRateLimit(response.Header)
}

// readRateLimit returns nil unless all three headers are present and consist of
// digits, and the reset lies before the year 10000, which no text form of a time can
// express.
func readRateLimit(header http.Header) *RateLimit {
	limit, limitErr := strconv.ParseUint(header.Get("X-RateLimit-Limit"), 10, 31)
	remaining, remainingErr := strconv.ParseUint(header.Get("X-RateLimit-Remaining"), 10, 31)
	seconds, resetErr := strconv.ParseUint(header.Get("X-RateLimit-Reset"), 10, 40)
	reset := time.Unix(int64(seconds), 0)
	if errors.Join(limitErr, remainingErr, resetErr) != nil || reset.Year() > 9999 {
		return nil
	}
	return &RateLimit{Limit: int(limit), Remaining: int(remaining), Reset: reset}
}
