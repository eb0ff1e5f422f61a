package transport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// endOfContext is how long contextError waits for a context to end whose deadline has
// passed.
const endOfContext = 100 * time.Millisecond

// contextError returns how the context of a call ended, with the cause where that is
// another error. It is nil while the context lasts. A deadline may be noticed before the
// context's own timer has struck. Then contextError waits for the timer, which sets the
// cause, but not for long.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		deadline, ok := ctx.Deadline()
		if !ok || time.Until(deadline) > 0 {
			return nil
		}
		timer := time.NewTimer(endOfContext)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		if err = ctx.Err(); err == nil {
			return context.DeadlineExceeded
		}
	}
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// fits reports whether the context lasts for a wait of d and an attempt after it.
func fits(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	if !ok {
		return true
	}
	left := time.Until(deadline)
	return left > attemptTime && left-attemptTime > d
}
