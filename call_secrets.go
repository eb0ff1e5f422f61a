package spideriq

import (
	"context"
	"slices"
	"strings"

	"github.com/spideriq/spideriq-go/internal/safetext"
)

// usedSecrets knows what a call must not show: the tokens of its attempts and the
// secrets in its body.
type usedSecrets struct {
	authorize authorizationFunc
	latest    string   // Authorization header of the latest attempt
	earlier   []string // those of earlier attempts, where they differ
	fromBody  []string
}

// authorization returns the Authorization header of the next attempt and records it.
func (u *usedSecrets) authorization(ctx context.Context) (string, error) {
	value, err := u.authorize(ctx)
	if err != nil {
		return "", err
	}
	if u.latest != "" && u.latest != value {
		u.earlier = append(u.earlier, u.latest)
	}
	u.latest = value
	return value, nil
}

// shortestTokenPart is the length from which a part of a token between colons is a
// secret of its own.
const shortestTokenPart = 8

// redactor removes the secrets, and also the parts of tokens that have colons.
func (u *usedSecrets) redactor() *safetext.Redactor {
	secrets := slices.Clone(u.fromBody)
	for _, authorization := range append(u.earlier, u.latest) {
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
