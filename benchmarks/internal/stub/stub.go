// Package stub answers the calls that are measured, without a network or from a handler, and
// refuses a request that is not the one it should be.
package stub

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
)

const (
	updatePath = "/api/v1/integrations/42"
	listPath   = "/api/v1/integrations"
	pingPath   = "/api/v1/ping" // go-tfe asks for it when a client is made
	updateBody = `{"daily_limit":20000,"minute_limit":200}`
)

// Answer returns the status and the body that a request gets. A request that differs from the
// calls that are measured, in its path, query, token or body, gets a 400.
func Answer(req *http.Request, body []byte) (status int, answer string) {
	if req.Header.Get("Authorization") != "Bearer "+api.Token {
		return refuse("token")
	}
	path := req.URL.Path
	if strings.HasPrefix(path, "/v1/") {
		path = "/api" + path // stripe-go has no prefix before the version
	}
	switch path {
	case updatePath:
		// stripe-go has no PATCH.
		if req.Method != http.MethodPatch && req.Method != http.MethodPost {
			return refuse("method")
		}
		if !isJSON(req.Header.Get("Content-Type")) {
			return refuse("content type")
		}
		// Some end the body with a line break, and ogen writes its members in the same order.
		if string(bytes.TrimSpace(body)) != updateBody {
			return refuse("body")
		}
		return http.StatusOK, UpdateAnswer
	case listPath:
		if req.Method != http.MethodGet || req.URL.RawQuery != "limit=100" || len(body) != 0 {
			return refuse("list")
		}
		return http.StatusOK, ListAnswer
	case pingPath:
		return http.StatusOK, "{}"
	}
	return refuse("path")
}

func refuse(part string) (status int, answer string) {
	return http.StatusBadRequest, `{"success":false,"error":"not the request that is measured: ` + part + `"}`
}

func isJSON(contentType string) bool {
	return strings.HasPrefix(contentType, "application/json") ||
		contentType == "application/vnd.api+json" // go-tfe's
}

// A Transport answers without a network.
type Transport struct{}

// RoundTrip implements [http.RoundTripper].
func (Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := ReadBody(req)
	if err != nil {
		return nil, err
	}
	status, answer := Answer(req, body)
	return Response(req, status, answer), nil
}

// ReadBody reads the body of a request to its end and closes it.
func ReadBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body := make([]byte, 0, 128) // of one size for every contestant
	for {
		n, err := req.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, req.Body.Close()
		}
		if err != nil {
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// Response returns a response to a request, as a transport makes it.
func Response(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		Status:        http.StatusText(status),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(strings.NewReader(body)),
		Request:       req,
	}
}

// ServeHTTP answers as [Transport] does.
func ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the connection has failed
	}
	status, answer := Answer(req, body)
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}
