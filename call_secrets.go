package spideriq

import (
	"slices"
	"strings"

	"github.com/spideriq/spideriq-go/internal/safetext"
)

// shortestTokenPart is the length from which a part of a token between colons is a
// secret of its own.
const shortestTokenPart = 8

// redactor returns a redactor of the secrets of the call: those in its body, and the
// tokens in its Authorization headers, whole and in parts.
func (call apiCall) redactor(authorizations ...string) *safetext.Redactor {
	secrets := slices.Clone(call.secrets)
	for _, authorization := range authorizations {
		token := strings.TrimPrefix(authorization, bearerPrefix)
		secrets = append(secrets, authorization, token)
		for part := range strings.SplitSeq(token, ":") {
			if len(part) >= shortestTokenPart {
				secrets = append(secrets, part)
			}
		}
	}
	return safetext.NewRedactor(secrets...)
}
