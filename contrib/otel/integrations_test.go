package spideriqotel_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	spideriqotel "github.com/spideriq/spideriq-go/contrib/otel"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestEveryMethodOfTheServiceIsThere(t *testing.T) {
	t.Parallel()
	wrapped := reflect.TypeFor[*spideriqotel.Integrations]()
	for method := range reflect.TypeFor[*spideriq.IntegrationsService]().Methods() {
		own, ok := wrapped.MethodByName(method.Name)
		if !assert.True(t, ok, method.Name) {
			continue
		}
		for i := 1; i < method.Type.NumIn(); i++ { // 0 is the receiver
			assert.Equal(t, method.Type.In(i), own.Type.In(i), method.Name)
		}
		for i := range method.Type.NumOut() {
			assert.Equal(t, method.Type.Out(i), own.Type.Out(i), method.Name)
		}
	}
}

func TestEveryMethodPassesOnAndIsASpan(t *testing.T) {
	t.Parallel()
	create := spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq,
		Credentials:  spideriq.Credentials{"api_key": "gsk_fake"},
	}
	type service = spideriqotel.Integrations
	tagged := spideriq.WithHeader("X-Tag", "passed on")
	for name, call := range map[string]func(context.Context, *service) (any, error){
		"Update": func(ctx context.Context, i *service) (any, error) { return i.Update(ctx, 42, limit, tagged) },
		"List": func(ctx context.Context, i *service) (any, error) {
			page, err := i.List(ctx, spideriq.ListParams{}, tagged)
			return page, err
		},
		"Create": func(ctx context.Context, i *service) (any, error) { return i.Create(ctx, create, tagged) },
		"Delete": func(ctx context.Context, i *service) (any, error) { return true, i.Delete(ctx, 42, tagged) },
		"Health": func(ctx context.Context, i *service) (any, error) { return i.Health(ctx, tagged) },
		"SyncBilling": func(ctx context.Context, i *service) (any, error) {
			return i.SyncBilling(ctx, spideriq.SyncBillingParams{}, tagged)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			result, err := call(t.Context(), l.integrations)
			require.NoError(t, err)
			assert.NotEmpty(t, result)
			span, attempts := l.recorded(t)
			assert.Equal(t, "Integrations."+name, span.Name)
			assert.Equal(t, "ok", value(span, "outcome"))
			assert.Len(t, attempts, 1)
			assert.Equal(t, "passed on", l.api.Requests()[0].Header.Get("X-Tag"))

			l.api.Fail(spideriqtest.Status(403, `{}`))
			l.spans.Reset()
			_, err = call(t.Context(), l.integrations)
			require.Error(t, err)
			span, _ = l.recorded(t)
			assert.Equal(t, "403", value(span, "outcome"))
		})
	}
}

func TestAllIsOneSpanForAllPagesAndEndsBeforeTheLoop(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range 3 {
		l.api.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq})
	}
	rows := 0
	tagged := spideriq.WithHeader("X-Tag", "passed on")
	for integration, err := range l.integrations.All(t.Context(), spideriq.ListParams{Limit: 2}, tagged) {
		require.NoError(t, err)
		assert.NotNil(t, integration)
		rows++
		call, attempts := l.recorded(t)
		assert.Equal(t, "Integrations.All", call.Name)
		assert.Equal(t, "ok", value(call, "outcome"))
		assert.EqualValues(t, len(attempts), value(call, "attempts"))
		assert.GreaterOrEqual(t, len(attempts), 2)
	}
	assert.Equal(t, 4, rows)
	assert.Equal(t, "passed on", l.api.Requests()[0].Header.Get("X-Tag"))
}

func TestAllWithoutRowsIsASpanToo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range l.integrations.All(t.Context(), spideriq.ListParams{ProviderName: spideriq.ProviderCohere}) {
		t.Error("there is no such key")
	}
	call, _ := l.recorded(t)
	assert.Equal(t, "ok", value(call, "outcome"))
}

func TestLoopThatIsLeftEndsTheSpan(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range l.integrations.All(t.Context(), spideriq.ListParams{}) {
		break
	}
	call, _ := l.recorded(t)
	assert.Equal(t, "ok", value(call, "outcome"))
}

func TestFailedAllHasTheErrorAsItsOutcome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.api.Fail(spideriqtest.Status(401, `{}`))
	for _, err := range l.integrations.All(t.Context(), spideriq.ListParams{}) {
		require.Error(t, err)
	}
	call, _ := l.recorded(t)
	assert.Equal(t, "401", value(call, "outcome"))
}

func TestNilContextAndServiceAreErrorsOfTheClient(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var none context.Context
	_, err := l.integrations.Update(none, 42, limit)
	assert.ErrorAs(t, err, new(*spideriq.ArgumentError))
	_, err = l.telemetry.Integrations(nil).Update(t.Context(), 42, limit)
	assert.ErrorAs(t, err, new(*spideriq.ArgumentError))
}
