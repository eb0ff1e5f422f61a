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

// A validator is a transport that validates every request and every response against
// the strict document.
type validator struct {
	base   http.RoundTripper
	router routers.Router

	mu        sync.Mutex
	problems  []error
	exchanges []string // such as "update 200"
}

var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := strictDocument()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// connect returns a client of server and the validator that it sends through.
func connect(
	t *testing.T,
	server *spideriqtest.Server,
	opts ...spideriq.Option,
) (*validator, *spideriq.Client) {
	t.Helper()
	router, err := router()
	require.NoError(t, err)
	base := new(http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	v := &validator{base: base, router: router}
	all := []spideriq.Option{spideriq.WithHTTPClient(&http.Client{Transport: v})}
	return v, server.Client(append(all, opts...)...)
}

var validation = &openapi3filter.Options{
	MultiError:                        true,
	IncludeResponseStatus:             true,
	RejectWhenRequestBodyNotSpecified: true,
	SkipSettingDefaults:               true,
	AuthenticationFunc:                checkBearerToken,
}

func checkBearerToken(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	header := in.RequestValidationInput.Request.Header.Get("Authorization")
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || token == "" || strings.Contains(token, " ") {
		return errors.New("no bearer token")
	}
	return nil
}

// RoundTrip sends the request and validates it together with its response.
func (v *validator) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		sent, err = io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	resp, err := v.base.RoundTrip(withBody(req, sent))
	if err != nil {
		return resp, err
	}
	received, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(received))
	v.validate(withBody(req, sent), resp, received)
	return resp, err
}

// withBody returns a copy of req that has this body, or none if req has none.
func withBody(req *http.Request, body []byte) *http.Request {
	clone := req.Clone(req.Context())
	if req.Body != nil {
		clone.Body = io.NopCloser(bytes.NewReader(body))
	}
	return clone
}

func (v *validator) validate(req *http.Request, resp *http.Response, body []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	route, params, err := v.router.FindRoute(req)
	if err != nil {
		v.problems = append(v.problems, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err))
		return
	}
	name := fmt.Sprintf("%s %d", route.Operation.OperationID, resp.StatusCode)
	v.exchanges = append(v.exchanges, name)
	request := &openapi3filter.RequestValidationInput{
		Request:    req,
		PathParams: params,
		Route:      route,
		Options:    validation,
	}
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request,
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                validation,
	}
	response.SetBodyBytes(body)
	err = errors.Join(
		openapi3filter.ValidateRequest(req.Context(), request),
		checkQuery(req, route),
		checkStatus(resp),
		openapi3filter.ValidateResponse(req.Context(), response),
	)
	if err != nil {
		v.problems = append(v.problems, fmt.Errorf("%s: %w", name, err))
	}
}

// checkQuery finds a query parameter that is not documented. ValidateRequest ignores it.
func checkQuery(req *http.Request, route *routers.Route) error {
	for name := range req.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil {
			return fmt.Errorf("the query parameter %q is not documented", name)
		}
	}
	return nil
}

// checkStatus finds the status with which the fake server answers a request that it
// has no documented response for.
func checkStatus(resp *http.Response) error {
	if resp.StatusCode == http.StatusNotImplemented {
		return errors.New("the fake server has no documented response")
	}
	return nil
}

// report returns the exchanges since the last report, sorted and each once, and the
// problems found in them.
func (v *validator) report() (exchanges []string, problems error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	exchanges, problems = sortedUnique(v.exchanges), errors.Join(v.problems...)
	v.exchanges, v.problems = nil, nil
	return exchanges, problems
}

func sortedUnique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
