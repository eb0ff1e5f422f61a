package spideriqtest

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// route checks what every request must have and returns what its endpoint answers.
func (s *Server) route(r Request, rawQuery string) (answer, error) {
	if !slices.Equal(r.Header["Authorization"], []string{"Bearer " + s.config.token}) {
		return answer{}, unauthorized()
	}
	if _, err := url.ParseQuery(rawQuery); err != nil {
		return answer{}, notDocumented("a query that cannot be decoded")
	}
	path, found := strings.CutPrefix(r.Path, "/api/v1/integrations")
	if !found {
		return answer{}, notDocumented(r.Method + " " + r.Path)
	}
	return s.endpoint(r, path)
}

// endpoint returns what the endpoint at path, which is relative to
// /api/v1/integrations, answers. http.ServeMux does not fit: it answers some paths
// with redirects.
func (s *Server) endpoint(r Request, path string) (answer, error) {
	switch r.Method + " " + path {
	case "GET ":
		return s.list(r)
	case "POST ":
		return s.create(r)
	case "GET /health":
		return s.health(r)
	case "POST /sync-billing":
		return s.syncBilling(r)
	}
	id, isID := pathID(path)
	switch {
	case isID && r.Method == http.MethodPatch:
		return s.update(r, id)
	case isID && r.Method == http.MethodDelete:
		return s.delete(r, id)
	}
	return answer{}, notDocumented(r.Method + " " + r.Path)
}

// pathID reads "/42".
func pathID(path string) (id int64, ok bool) {
	digits, found := strings.CutPrefix(path, "/")
	if !found {
		return 0, false
	}
	return parseInteger(digits)
}

// parseInteger reads a decimal number. It reads no other form of one, such as "+42"
// or "042", because none is documented.
func parseInteger(text string) (n int64, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		return 0, false
	}
	return n, true
}

// checkQuery returns an error when r has a query parameter that is not documented,
// or one of them twice.
func checkQuery(r Request, documented ...string) error {
	for key, values := range r.Query {
		if !slices.Contains(documented, key) || len(values) != 1 {
			return notDocumented("the query parameter " + strconv.Quote(key) + ", here or this often")
		}
	}
	return nil
}

// checkJSON returns an error when the Content-Type of r is not JSON.
func checkJSON(r Request) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return notDocumented("a Content-Type other than application/json")
	}
	return nil
}
