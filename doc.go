// Package spideriq is a client for the SpiderIQ Integrations API. SpiderIQ keeps a
// brand's pool of LLM provider keys; each key in the pool is an integration. Each call
// changes only the settings you pass and returns a typed error when it fails.
//
//	client, err := spideriq.NewClientFromEnv() // SPIDERIQ_TOKEN
//	if err != nil {
//		return err
//	}
//	updated, err := client.Integrations.Update(ctx, 42, spideriq.UpdateParams{
//		DailyLimit:  new(20000),
//		MinuteLimit: new(200),
//	})
//
// One [Client] serves a whole program. Its methods take the context first, what is
// required next, and options of the single call last. The package reads its
// environment variables in [NewClientFromEnv] only, prints nothing, and starts no
// goroutine of its own.
//
// # Settings
//
// A nil field of [UpdateParams] leaves its setting alone. Every other value is sent,
// also a zero: new(false), new(0), new(""). Go's new takes a value, so there is no
// helper that makes pointers. Money is an [Amount], an exact decimal.
//
// # Errors
//
// Every error of a call is of exactly one of four kinds:
//
//   - [*ArgumentError]: an argument is invalid; nothing was sent.
//   - [*APIError]: the API reported a failure. It is inside the type of its status, such
//     as [*NotFoundError] or [*RateLimitError].
//   - [*TransportError]: no whole response arrived, or the context ended.
//   - [*InvalidResponseError]: a whole 2xx arrived and is not what the API documents.
//
// Find them with [errors.AsType] or [errors.As]. [MayHaveApplied] reports whether the
// change may be in force although the call failed. No error shows a token, a
// credential or a query.
//
// # Retries
//
// A call makes up to three attempts. The waits between them are random and grow, or
// are as long as the API asks. An update sets absolute values, so it is repeated after
// a failed connection, after an attempt that timed out, after a 429 that states a wait
// in its header, and after the statuses 500, 502, 503, 504 and 520 to 524.
// [IntegrationsService.Create] is repeated only when the request cannot have been
// applied.
//
// If the next wait would outlast the deadline of the context, the call returns at once
// with the error of the latest attempt. After a 429 with a wait of up to MaxRetryAfter,
// the other calls of the client hold back too. A budget keeps retries from multiplying
// the load of an API that is down. [RetryPolicy], [WithMaxAttempts] and
// [WithAttemptTimeout] change the numbers.
//
// # Rotating a key
//
// The credentials of an integration cannot be changed, so a new key is a new
// integration. Replace a key in four calls. The pool has at least one active key at
// every step.
//
//  1. [IntegrationsService.Create] the new key. If it fails and [MayHaveApplied] is
//     true, look for it with [IntegrationsService.All] before creating again.
//  2. [IntegrationsService.Update] the new key with IsPrimary new(true). If that fails,
//     both keys are active and the old one is preferred: repeat.
//  3. Update the old key with IsActive and IsPrimary new(false). If that fails, both
//     keys are active: repeat. Whether the API takes IsPrimary from the old key by
//     itself is not documented.
//  4. [IntegrationsService.Delete] the old key, which cannot be undone. If that fails,
//     the old key is disabled: repeat. A [*NotFoundError] means that it is gone.
//
// # Testing
//
// Package spideriqtest has a server that behaves as the API is documented to, keeps its
// state in memory and fails on demand.
package spideriq
