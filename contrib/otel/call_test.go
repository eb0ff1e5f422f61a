package spideriqotel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestRepeatedCallIsOneSpanWithAChildForEachAttempt(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.HTMLPage(503), spideriqtest.Cut())
	_, err := l.integrations.Update(t.Context(), 42, limit)
	require.NoError(t, err)

	call, attempts := l.recorded(t)
	assert.Equal(t, "Integrations.Update", call.Name)
	assert.Equal(t, codes.Unset, call.Status.Code)
	assert.Equal(t, "ok", value(call, "outcome"))
	assert.EqualValues(t, 3, value(call, "attempts"))
	assert.Nil(t, value(call, "may_have_applied"))
	require.Len(t, attempts, 3)
	for i, want := range []struct{ status, resent any }{{int64(503), nil}, {nil, int64(1)}, {int64(200), int64(2)}} {
		assert.Equal(t, "PATCH /api/v1/integrations/{id}", attempts[i].Name)
		assert.Equal(t, want.status, value(attempts[i], "http.response.status_code"))
		assert.Equal(t, want.resent, value(attempts[i], "http.request.resend_count"))
	}
	assert.Equal(t, codes.Error, attempts[0].Status.Code)
	assert.Equal(t, codes.Error, attempts[1].Status.Code)
	assert.Equal(t, codes.Unset, attempts[2].Status.Code)
}

func TestFailedCallHasAnErrorStatusAndAnOutcome(t *testing.T) {
	t.Parallel()
	repeat := func(f spideriqtest.Fault) []spideriqtest.Fault { return slices.Repeat([]spideriqtest.Fault{f}, 3) }
	for name, c := range map[string]struct {
		id       int64
		faults   []spideriqtest.Fault
		outcome  string
		attempts int
		maybe    bool
	}{
		"not found":         {7, nil, "404", 1, false},
		"down":              {42, repeat(spideriqtest.HTMLPage(502)), "502", 3, true},
		"no response":       {42, repeat(spideriqtest.Cut()), "no_response", 3, true},
		"half a response":   {42, repeat(spideriqtest.CutBody()), "no_response", 3, true},
		"unreadable":        {42, repeat(spideriqtest.Status(200, `{}`))[:1], "invalid_response", 1, true},
		"invalid argument":  {0, nil, "invalid_argument", 0, false},
		"rate limit, final": {42, repeat(spideriqtest.RateLimited(0))[:1], "429", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.api.Fail(c.faults...)
			_, err := l.integrations.Update(t.Context(), c.id, limit)
			require.Error(t, err)

			call, attempts := l.recorded(t)
			assert.Equal(t, codes.Error, call.Status.Code)
			assert.Equal(t, err.Error(), call.Status.Description)
			assert.Equal(t, c.outcome, value(call, "outcome"))
			assert.EqualValues(t, c.attempts, value(call, "attempts"))
			assert.Equal(t, c.maybe, value(call, "may_have_applied"))
			assert.Len(t, attempts, c.attempts)
			labels := "{call=Integrations.Update,outcome=" + c.outcome + "} "
			metrics := l.metrics(t)
			assert.Contains(t, metrics, "spideriq.calls"+labels+"1")
			assert.Contains(t, metrics, fmt.Sprintf("spideriq.attempts%s%d", labels, c.attempts))
			assert.Contains(t, metrics, "spideriq.call.duration"+labels+"1")
		})
	}
}

func TestCallsThatTheCallerEndsAreCountedApart(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.integrations.Update(ctx, 42, limit)
	require.Error(t, err)
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = l.integrations.Update(late, 42, limit)
	require.Error(t, err)
	metrics := l.metrics(t)
	assert.Contains(t, metrics, "spideriq.calls{call=Integrations.Update,outcome=canceled} 1")
	assert.Contains(t, metrics, "spideriq.calls{call=Integrations.Update,outcome=deadline_exceeded} 1")
}

func TestMetricsCountCallsAndAttemptsByOutcome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.HTMLPage(503), spideriqtest.HTMLPage(503))
	for _, id := range []int64{42, 42, 7} {
		_, err := l.integrations.Update(t.Context(), id, limit)
		assert.Equal(t, id == 7, err != nil)
	}
	var own, ofHTTP []string
	for _, line := range l.metrics(t) {
		switch {
		case strings.HasPrefix(line, "spideriq.call.wait"): // a number of milliseconds
		case strings.HasPrefix(line, "spideriq."):
			own = append(own, line)
		default:
			ofHTTP = append(ofHTTP, line)
		}
	}
	assert.Equal(t, []string{
		"spideriq.attempts{call=Integrations.Update,outcome=404} 1",
		"spideriq.attempts{call=Integrations.Update,outcome=ok} 4",
		"spideriq.call.duration{call=Integrations.Update,outcome=404} 1",
		"spideriq.call.duration{call=Integrations.Update,outcome=ok} 2",
		"spideriq.calls{call=Integrations.Update,outcome=404} 1",
		"spideriq.calls{call=Integrations.Update,outcome=ok} 2",
	}, own)
	for status, count := range map[int]int{200: 2, 404: 1, 503: 2} {
		assert.True(t, slices.ContainsFunc(ofHTTP, func(line string) bool {
			return strings.HasPrefix(line, "http.client.request.duration{") &&
				strings.Contains(line, "http.request.method=PATCH") &&
				strings.Contains(line, fmt.Sprintf("status_code=%d", status)) &&
				strings.HasSuffix(line, fmt.Sprintf("} %d", count))
		}), "%d: %q", status, ofHTTP)
	}
}

func TestBucketsOfDurationsFitSeconds(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, err := l.integrations.Update(t.Context(), 42, limit)
	require.NoError(t, err)
	var all metricdata.ResourceMetrics
	require.NoError(t, l.reader.Collect(t.Context(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name == "spideriq.call.duration" {
				bounds := m.Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds
				assert.Subset(t, bounds, []float64{0.005, 0.1, 1, 60})
				return
			}
		}
	}
	t.Error("there is no histogram")
}

// slow answers after a second, half of it in the body.
type slow struct{ next http.RoundTripper }

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(time.Second / 2)
	resp, err := s.next.RoundTrip(req)
	if err == nil {
		resp.Body = slowBody{resp.Body}
	}
	return resp, err
}

type slowBody struct{ io.ReadCloser }

func (b slowBody) Close() error {
	time.Sleep(time.Second / 2)
	return b.ReadCloser.Close()
}

func TestWaitIsWhatTheAttemptsLeaveOfTheCall(t *testing.T) {
	t.Parallel()
	api := newAPI(t)
	synctest.Test(t, func(t *testing.T) {
		l := newLabOn(t, api, slow{api.Transport()})
		api.Fail(spideriqtest.RateLimited(30 * time.Second))
		began := time.Now()
		_, err := l.integrations.Update(t.Context(), 42, limit)
		require.NoError(t, err)
		call, _ := l.recorded(t)
		assert.EqualValues(t, 2, value(call, "attempts"))
		assert.InDelta(t, (time.Since(began) - 2*time.Second).Seconds(), value(call, "wait"), 0.001)
		assert.GreaterOrEqual(t, value(call, "wait"), 30.0)
		measured := fmt.Sprint("spideriq.call.wait{call=Integrations.Update} ", value(call, "wait"))
		assert.Contains(t, l.metrics(t), measured)
	})
}

func TestStartObservesAnyCall(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx, end := l.telemetry.Start(t.Context(), "Raw")
	err := l.client.Do(ctx, http.MethodGet, "/integrations/health", nil, nil)
	require.NoError(t, err)
	end(err)
	end(errors.New("only the first call counts"))
	call, attempts := l.recorded(t)
	assert.Equal(t, "Raw", call.Name)
	assert.Equal(t, "ok", value(call, "outcome"))
	assert.Len(t, attempts, 1)
	assert.Contains(t, l.metrics(t), "spideriq.calls{call=Raw,outcome=ok} 1")
}

func TestErrorOfAnotherKindHasAnOutcome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, end := l.telemetry.Start(t.Context(), "Raw")
	end(errors.New("the caller's own"))
	_, end = l.telemetry.Start(t.Context(), "Wrapped")
	notFound := &spideriq.NotFoundError{APIError: &spideriq.APIError{StatusCode: http.StatusNotFound}}
	end(fmt.Errorf("wrapped: %w", notFound))
	assert.Contains(t, l.metrics(t), "spideriq.calls{call=Raw,outcome=other} 1")
	assert.Contains(t, l.metrics(t), "spideriq.calls{call=Wrapped,outcome=404} 1")
}

func TestAttemptsWithoutACallAreSpansOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, err := l.client.Integrations.Update(t.Context(), 42, limit)
	require.NoError(t, err)
	spans := l.spans.GetSpans()
	require.Len(t, spans, 1)
	assert.Equal(t, "PATCH /api/v1/integrations/{id}", spans[0].Name)
	assert.Nil(t, value(spans[0], "http.request.resend_count"))
}
