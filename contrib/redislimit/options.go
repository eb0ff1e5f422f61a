package redislimit

import (
	"errors"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ParseURL returns the options of a Redis client that suits a [Limiter]: it honours the
// deadline of a context and tries once, because the limiter itself decides what to do
// when Redis is away. rawURL is like redis://user:password@host:6379/0; rediss:// uses
// TLS, and unix:// a socket. An error never shows rawURL, which may hold a password.
func ParseURL(rawURL string) (*redis.Options, error) {
	options, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, errors.New("redislimit: the URL of Redis must be like redis://user:password@host:6379/0")
	}
	options.ContextTimeoutEnabled = true
	options.DialerRetries = 1
	options.MaxRetries = -1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options, nil
}
