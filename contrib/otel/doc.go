// Package spideriqotel gives an OpenTelemetry span and metrics for each call of a
// spideriq client and for each attempt of a call.
//
//	telemetry, err := spideriqotel.New()
//	if err != nil {
//		return err
//	}
//	client, err := spideriq.NewClientFromEnv(spideriq.WithHTTPClient(telemetry.HTTPClient()))
//	if err != nil {
//		return err
//	}
//	integrations := telemetry.Integrations(client.Integrations)
//	updated, err := integrations.Update(ctx, 42, params)
//
// An HTTP client sees attempts only: it is not told when a call begins, waits or ends.
// The telemetry is therefore in two places. [Telemetry.HTTPClient] observes the attempts.
// [Telemetry.Integrations] observes the calls; it has the methods of
// spideriq.IntegrationsService. [Telemetry.Start] observes any other call, such as one
// of spideriq.Client.Do. Without the second place every attempt is a span of its own.
//
// # Spans
//
// The span of a call is named after the method, such as "Integrations.Update". Its
// children are the spans of the attempts, named such as "PATCH
// /api/v1/integrations/{id}". The gaps between them are waits. The span of a call has
// these attributes:
//
//   - outcome: "ok", the status of a failed response such as "404", "no_response",
//     "canceled", "deadline_exceeded", "invalid_response", "invalid_argument", or "other"
//     for an error that is not of the client.
//   - attempts: requests that were sent.
//   - wait: seconds between attempts and before the first one: retry delays, pauses after
//     a 429, the rate limiter and the token source.
//   - may_have_applied: true when the change may be in force although the call failed.
//
// The spans of attempts are those of
// go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp. From the second attempt
// of a call on they have the attribute http.request.resend_count.
//
// # Metrics
//
//   - spideriq.calls: calls, by call and outcome.
//   - spideriq.attempts: requests that the calls took, by call and outcome.
//   - spideriq.call.duration: a histogram of seconds, by call and outcome.
//   - spideriq.call.wait: seconds that calls have waited, by call.
//   - http.client.*: the metrics of otelhttp for the attempts.
//
// # What is left out
//
// No span and no metric holds the token, a header, a query or a body. Names and metrics
// hold no id of an integration. The attribute url.full of an attempt has the path with
// the id. Neither trace ids nor baggage are sent to the API.
package spideriqotel
