package transport

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// authorize returns the value of the Authorization header, or "" when there is none to
// send. A request to another origin than that of the base URL gets none.
func (r *run) authorize(ctx context.Context) (string, error) {
	base, target := r.transport.config.BaseURL, r.request.URL
	if r.request.Authorization == nil || base == nil || base.Scheme != target.Scheme || base.Host != target.Host {
		return "", nil
	}
	value, err := r.request.Authorization(ctx)
	if ended := contextError(ctx); ended != nil {
		return "", ended
	}
	if err != nil {
		return "", fmt.Errorf("authorization: %w", err)
	}
	return value, nil
}

// setAuthorization adds the Authorization header, where there is one to send.
func (s *sending) setAuthorization(header http.Header) {
	if s.authorization[0] != "" {
		header["Authorization"] = s.authorization[:]
	}
}

// recordAuthorization notes a header value that an attempt sends, for redaction.
func (r *run) recordAuthorization(value string) {
	r.authorization = value
	switch {
	case value == "" || slices.Contains(r.result.Authorizations, value):
	case len(r.result.Authorizations) == 0:
		r.firstAuthorization[0] = value
		r.result.Authorizations = r.firstAuthorization[:] // most calls have one
	default:
		r.result.Authorizations = append(r.result.Authorizations, value)
	}
}
