package spideriqotel

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Settings of the default transport. They are those of the client's own.
const (
	idlePerHost = 1024
	pingAfter   = 3 * time.Second
	pingTimeout = 2 * time.Second
)

func newBase() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	base := standard.Clone()
	base.MaxIdleConns = 0 // no limit over all hosts, because there is one host
	base.MaxIdleConnsPerHost = idlePerHost
	if base.HTTP2 == nil {
		base.HTTP2 = new(http.HTTP2Config)
	}
	base.HTTP2.SendPingTimeout = pingAfter
	base.HTTP2.PingTimeout = pingTimeout
	return base
}

// A callRecord collects what the attempts of one call tell about it.
type callRecord struct {
	began time.Time

	mu         sync.Mutex
	attempts   int
	inAttempts time.Duration
}

type callKey struct{}

// begin counts an attempt and returns its number, from 1 on.
func (r *callRecord) begin() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts++
	return r.attempts
}

func (r *callRecord) add(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inAttempts += d
}

func (r *callRecord) read() (attempts int, inAttempts time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.attempts, r.inAttempts
}

// newTransport returns the layers of an attempt, from the client down: outer, otelhttp,
// inner, base. otelhttp records the URL of the request that it sees, so outer takes the
// query away and inner puts it back. otelhttp records no header, so the token needs no
// care.
func newTransport(c config) http.RoundTripper {
	nothing := propagation.NewCompositeTextMapPropagator()
	return &outer{
		base: c.base,
		next: otelhttp.NewTransport(inner{next: c.base},
			otelhttp.WithTracerProvider(c.traces),
			otelhttp.WithMeterProvider(c.metrics),
			otelhttp.WithPropagators(nothing),
			otelhttp.WithSpanNameFormatter(spanName)),
	}
}

func spanName(_ string, req *http.Request) string {
	return req.Method + " " + template(req.URL.Path)
}

// template puts {id} in the place of numbers, so that the spans of all integrations have
// one name.
func template(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if segment != "" && strings.Trim(segment, "0123456789") == "" {
			segments[i] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}

// An attempt is what outer tells inner about a request.
type attempt struct {
	number   int // in the call; 0 when the call is not known
	rawQuery string
}

type attemptKey struct{}

// outer counts the attempts of the call that the context belongs to, measures them, and
// hides their query.
type outer struct {
	base http.RoundTripper
	next http.RoundTripper
}

func (o *outer) RoundTrip(req *http.Request) (*http.Response, error) {
	current := attempt{rawQuery: req.URL.RawQuery}
	end := func() {}
	if record, ok := req.Context().Value(callKey{}).(*callRecord); ok {
		current.number = record.begin()
		began := time.Now()
		end = sync.OnceFunc(func() { record.add(time.Since(began)) })
	}
	hidden := req.Clone(context.WithValue(req.Context(), attemptKey{}, current))
	hidden.URL.RawQuery = ""
	resp, err := o.next.RoundTrip(hidden)
	if err != nil || resp == nil || resp.Body == nil {
		end()
		return resp, err
	}
	resp.Body = &measuredBody{ReadCloser: resp.Body, end: end}
	return resp, nil
}

// CloseIdleConnections closes the idle connections of the base transport.
func (o *outer) CloseIdleConnections() {
	if base, ok := o.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// A measuredBody ends the measurement of its attempt when it is closed.
type measuredBody struct {
	io.ReadCloser
	end func()
}

func (b *measuredBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// inner puts the query back, and tells the span which attempt it is.
type inner struct{ next http.RoundTripper }

func (i inner) RoundTrip(req *http.Request) (*http.Response, error) {
	current, _ := req.Context().Value(attemptKey{}).(attempt)
	if current.number > 1 {
		resent := attribute.Int("http.request.resend_count", current.number-1)
		trace.SpanFromContext(req.Context()).SetAttributes(resent)
	}
	whole := req.Clone(req.Context())
	whole.URL.RawQuery = current.rawQuery
	return i.next.RoundTrip(whole)
}
