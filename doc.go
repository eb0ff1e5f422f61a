// Package spideriq is a client for the SpiderIQ Integrations API. SpiderIQ keeps a
// brand's pool of LLM provider keys; each key in the pool is an integration. A
// program that uses this package changes an integration exactly as it asked, or
// learns exactly why not.
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
// required next, and options of the single call last. The package reads nothing
// from the environment but in [NewClientFromEnv], prints nothing, and starts no
// goroutine that outlives a call.
//
// # Settings
//
// A nil field of [UpdateParams] leaves its setting alone. Everything else is sent,
// also what Go takes for zero: new(false), new(0), new(""). Go's new takes a value,
// so there is no helper to make pointers. Money is an [Amount], an exact decimal,
// and never a float.
//
// # Errors
//
// An error is one of three things, apart from mistakes in the arguments, which are
// plain errors made before anything is sent:
//
//   - the API answered, and said no: [APIError], inside the type of its status,
//     such as [*NotFoundError] or [*RateLimitError];
//   - no whole answer came: [TransportError];
//   - a whole answer came with a 2xx status and makes no sense: [InvalidResponseError].
//
// Find them with [errors.AsType] or [errors.As]. MayHaveApplied, on the first two, says
// that the change may have been made although the call failed. No error shows a
// token, a credential, a host or a query.
//
// # Retries
//
// A call is tried up to three times, with growing random waits between, or the wait
// that the API asks for. An update sets absolute values, so it is repeated after a
// failed connection, an attempt that ran out of time, and the statuses 500, 502,
// 503, 504, and 429 with a wait; [IntegrationsService.Create] only when the request
// cannot have been applied. A call never waits for what its context does not
// last: it returns at once with what the API said. After a 429 the other calls of
// the client hold back too, and a budget keeps retries from multiplying an outage.
// [RetryPolicy] and [WithMaxAttempts] change the numbers.
//
// # Rotating a key
//
// The credentials of an integration cannot be changed, so a new key is a new
// integration. Four calls replace one key by another, and at no time is there none:
//
//  1. [IntegrationsService.Create] the new key. If it fails with MayHaveApplied,
//     look for it with [IntegrationsService.All] before creating again.
//  2. [IntegrationsService.Update] it with IsPrimary new(true). If that fails, the
//     old key is still in use: repeat, or delete the new one.
//  3. Update the old key with IsActive new(false). If that fails, both are in use:
//     repeat.
//  4. [IntegrationsService.Delete] the old key, which cannot be undone. If that
//     fails, it is disabled and does no harm: repeat. A [*NotFoundError] means that
//     it is gone.
//
// # Testing
//
// Package spideriqtest has a server that behaves as the API is documented to, keeps
// its state in memory and fails on demand.
package spideriq

// Version is the version of this library, as it stands in the User-Agent header.
const Version = "0.1.0"
