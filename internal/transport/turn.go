package transport

import (
	"context"
	"errors"
)

// errHeld ends a call that would have to wait too long for a pause. Result.HeldFor is
// set then.
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
		// A pause has begun while the limiter waited: wait for both again.
	}
}

// waitPause waits until there is no pause. It returns errHeld at once when the pause
// outlasts the context or holdLeft. A wait that the call's own response asked for is over
// by then, so what is left is a pause that other calls caused.
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
		wait := withJitter(ctx, left) // so that the held calls do not come back at once
		r.holdLeft -= wait
		sleep(ctx, wait)
	}
}
