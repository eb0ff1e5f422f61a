package transport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errHeld ends a call that a pause holds for too long. Result.HeldFor is set then.
var errHeld = errors.New("held by a pause")

// waitTurn returns nil when the call may make its next attempt: the context is not done,
// there is no pause after a 429, and the limiter lets it through.
func (r *run) waitTurn(ctx context.Context) error {
	limiter := r.transport.config.Limiter
	for {
		if err := r.waitPause(ctx); err != nil {
			return err
		}
		if limiter == nil {
			return nil
		}
		err := limiter.Wait(ctx)
		if ended := contextError(ctx); ended != nil {
			return ended
		}
		if err != nil {
			return err
		}
		if r.transport.pause.left() <= 0 {
			return nil
		}
		// A pause has begun while the limiter waited, and the turn has passed with it.
	}
}

// waitPause waits until there is no pause. It returns errHeld at once when the pause
// outlasts the context, or what is left of the time that pauses of other calls may
// hold this one. The waits that the call's own responses ask for are over before.
func (r *run) waitPause(ctx context.Context) error {
	for {
		if ended := contextError(ctx); ended != nil {
			return ended
		}
		left := r.transport.pause.left()
		if left <= 0 {
			return nil
		}
		if left > r.holdLeft || !fits(ctx, left) {
			r.result.HeldFor = left
			return errHeld
		}
		wait := min(withJitter(ctx, left), r.holdLeft)
		r.holdLeft -= wait
		sleep(ctx, wait)
	}
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// authorize returns the value of the Authorization header, or "" when there is none to
// send. A request to another origin than the base URL's gets none.
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
