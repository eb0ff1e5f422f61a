package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spideriq/spideriq-go"
)

// apply sends the updates in the order of the file.
func apply(ctx context.Context, pool *spideriq.IntegrationsService, updates []update, file string, out screen) int {
	var applied, failed, unknown int
	for _, u := range updates {
		out.update(u)
		after, err := pool.Update(ctx, u.integration.ID, u.params)
		switch {
		case err == nil && len(differences(u.params, after).changes) > 0:
			err = errors.New("the API accepted the update, but its answer does not show it")
			unknown++
		case err == nil:
			applied++
			fmt.Fprintln(out.stdout, "    applied")
			continue
		case mayHaveApplied(err):
			unknown++
		default:
			failed++
		}
		fmt.Fprintf(out.stderr, "%s:%d: integration %d: %v\n", file, u.line, u.integration.ID, err)
		if concernsAll(err) {
			break
		}
	}
	fmt.Fprintf(out.stdout, "\napplied: %d, failed: %d, unknown: %d, not tried: %d\n",
		applied, failed, unknown, len(updates)-applied-failed-unknown)
	if unknown > 0 {
		fmt.Fprintln(out.stderr, "reconcile: the outcome of an update is unknown: plan shows what is left")
	}
	if applied < len(updates) {
		return exitFailed
	}
	return exitOK
}

// mayHaveApplied says whether the change may be in force although the call failed.
func mayHaveApplied(err error) bool {
	if e, ok := errors.AsType[*spideriq.TransportError](err); ok {
		return e.MayHaveApplied
	}
	if e, ok := errors.AsType[*spideriq.APIError](err); ok {
		return e.MayHaveApplied
	}
	_, ok := errors.AsType[*spideriq.InvalidResponseError](err)
	return ok
}

// concernsAll says whether the next update would fail in the same way: there is no
// connection, no more time, no right, or no request left.
func concernsAll(err error) bool {
	return is[*spideriq.TransportError](err) || is[*spideriq.UnauthorizedError](err) ||
		is[*spideriq.ForbiddenError](err) || is[*spideriq.RateLimitError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
