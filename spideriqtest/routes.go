package spideriqtest

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// route is the whole API. http.ServeMux does not fit: it answers some paths with
// redirects.
func (s *Server) route(r Request) answer {
	if !slices.Equal(r.Header["Authorization"], []string{"Bearer " + s.token}) {
		return unauthorized()
	}
	path, known := strings.CutPrefix(r.Path, "/api/v1/integrations")
	id, isID := pathID(path)
	switch endpoint := r.Method + " " + path; {
	case !known:
	case endpoint == "GET ":
		return s.list(r)
	case endpoint == "POST ":
		return s.create(r)
	case endpoint == "GET /health":
		return s.health(r)
	case endpoint == "POST /sync-billing":
		return s.syncBilling(r)
	case isID && r.Method == http.MethodPatch:
		return s.update(r, id)
	case isID && r.Method == http.MethodDelete:
		return s.delete(r, id)
	}
	return notDocumented(r.Method + " " + r.Path)
}

// pathID reads "/42". Other ways to write a number are not documented.
func pathID(path string) (id int64, ok bool) {
	digits, ok := strings.CutPrefix(path, "/")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil && strconv.FormatInt(id, 10) == digits
}

// checkQuery returns an answer when r has other query parameters than these, or
// one of them twice.
func checkQuery(r Request, documented ...string) *answer {
	for key, values := range r.Query {
		if !slices.Contains(documented, key) || len(values) != 1 {
			a := notDocumented("the query parameter " + strconv.Quote(key) + ", here or this often")
			return &a
		}
	}
	return nil
}

// checkJSON returns an answer when r does not say that it has JSON.
func checkJSON(r Request) *answer {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		a := notDocumented("a Content-Type other than application/json")
		return &a
	}
	return nil
}
