package spideriq

import (
	"context"
	"log/slog"

	"github.com/spideriq/spideriq-go/internal/transport"
)

// An attemptLogger returns a function that logs each attempt of a call, or nil when
// nothing would be logged. WithLogger makes it, so that a program without a logger does
// not link the handlers of log/slog.
type attemptLogger func(ctx context.Context, call apiCall) func(transport.Attempt)

// attemptLog returns the function that logs the attempts of a call; nil without a logger.
func (c *config) attemptLog(ctx context.Context, call apiCall) func(transport.Attempt) {
	if c.attemptLogger == nil {
		return nil
	}
	return c.attemptLogger(ctx, call)
}

func newAttemptLogger(logger *slog.Logger) attemptLogger {
	return func(ctx context.Context, call apiCall) func(transport.Attempt) {
		if !logger.Enabled(ctx, slog.LevelWarn) && !logger.Enabled(ctx, slog.LevelDebug) {
			return nil
		}
		return func(a transport.Attempt) { logAttempt(ctx, logger, call, a) }
	}
}

// logAttempt writes one line. It shows no header, no body and no query.
func logAttempt(ctx context.Context, logger *slog.Logger, call apiCall, a transport.Attempt) {
	level, message := slog.LevelDebug, "spideriq: attempt"
	if a.Wait > 0 {
		level, message = slog.LevelWarn, "spideriq: attempt failed, another follows"
	}
	cause := ""
	if a.Err != nil {
		cause = redactedErrorOf(a.Err, call.redactor(a.Authorization)).Error()
	}
	logger.LogAttrs(ctx, level, message,
		slog.String("method", call.method), slog.String("path", call.path), slog.Int("attempt", a.Number),
		slog.Int("status", a.StatusCode), slog.String("error", cause),
		slog.Duration("took", a.Duration), slog.Duration("wait", a.Wait))
}
