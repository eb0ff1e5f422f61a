package spideriq

import (
	"context"
	"strings"

	"github.com/spideriq/spideriq-go/internal/safetext"
)

// usedSecrets collects what a call must not show: the tokens of its attempts and the
// secrets in its body.
type usedSecrets struct {
	authorizations []string
	fromBody       []string
}

// recording returns authorize with its results recorded.
func (u *usedSecrets) recording(authorize authorizationFunc) authorizationFunc {
	return func(ctx context.Context) (string, error) {
		value, err := authorize(ctx)
		if err == nil {
			u.authorizations = append(u.authorizations, value)
		}
		return value, err
	}
}

// shortestTokenPart is the length from which a part of a token between colons is a
// secret of its own.
const shortestTokenPart = 8

// redactor removes the secrets, and also the parts of tokens that have colons.
func (u *usedSecrets) redactor() *safetext.Redactor {
	secrets := append([]string(nil), u.fromBody...)
	for _, authorization := range u.authorizations {
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
