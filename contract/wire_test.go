package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
	"github.com/stretchr/testify/require"
)

// A wire is a transport that holds every request and every answer against the
// strict document.
type wire struct {
	base   http.RoundTripper
	router routers.Router

	mu       sync.Mutex
	problems []error
	seen     []string // "update 200"
}

var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := strict()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// connect returns a wire to the server and a client that uses it.
func connect(t *testing.T, server *spideriqtest.Server, opts ...spideriq.Option) (*wire, *spideriq.Client) {
	t.Helper()
	router, err := router()
	require.NoError(t, err)
	base := new(http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	w := &wire{base: base, router: router}
	return w, server.Client(append([]spideriq.Option{spideriq.WithHTTPClient(&http.Client{Transport: w})}, opts...)...)
}

var options = &openapi3filter.Options{
	MultiError: true, IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true,
	AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
		token, ok := strings.CutPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || strings.Contains(token, " ") {
			return errors.New("no bearer token")
		}
		return nil
	},
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	withBody := func() *http.Request {
		again := req.Clone(req.Context())
		if req.Body != nil {
			again.Body = io.NopCloser(bytes.NewReader(sent))
		}
		return again
	}
	resp, err := w.base.RoundTrip(withBody())
	if err != nil {
		return resp, err
	}
	got, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(got))
	w.check(withBody(), resp, got)
	return resp, err
}

func (w *wire) check(req *http.Request, resp *http.Response, got []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	route, params, err := w.router.FindRoute(req)
	if err != nil {
		w.problems = append(w.problems, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err))
		return
	}
	name := fmt.Sprintf("%s %d", route.Operation.OperationID, resp.StatusCode)
	w.seen = append(w.seen, name)
	note := func(err error) {
		if err != nil {
			w.problems = append(w.problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	request := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	note(openapi3filter.ValidateRequest(req.Context(), request))
	for parameter := range req.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", parameter) == nil {
			note(fmt.Errorf("the query parameter %q is not documented", parameter))
		}
	}
	if resp.StatusCode == http.StatusNotImplemented {
		note(errors.New("the fake knows this as not documented"))
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request,
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                options,
	}
	note(openapi3filter.ValidateResponse(req.Context(), answer.SetBodyBytes(got)))
}

// report returns what was seen and what was wrong with it, and forgets both.
func (w *wire) report() (seen []string, problem error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.Sort(w.seen)
	seen, problem = slices.Compact(w.seen), errors.Join(w.problems...)
	w.seen, w.problems = nil, nil
	return seen, problem
}
