package transport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxTimerLag is how long contextError waits for the timer of a context whose deadline
// has passed.
const maxTimerLag = 100 * time.Millisecond

// contextError returns the error of a context that has ended, together with its cause
// where that is another error. It is nil while the context lasts. The deadline may have
// passed a moment before the context's own timer fires. contextError then waits for the
// timer, which sets the cause, at most maxTimerLag.
func contextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		deadline, ok := ctx.Deadline()
		if !ok || time.Until(deadline) > 0 {
			return nil
		}
		timer := time.NewTimer(maxTimerLag)
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
