package acceptance_test

import (
	"context"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestSharedOptionsServeClientsAndCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := fakeapi.New(fakeapi.Respond(503, refusalBody))
		client := newClient(t, api, spideriq.WithMaxAttempts(2), spideriq.WithHeader("X-Team", "billing"))
		attempts, _ := outcomeOf(update(t.Context(), client))
		assert.Equal(t, 2, attempts)
		attempts, _ = outcomeOf(update(t.Context(), client, spideriq.WithMaxAttempts(4)))
		assert.Equal(t, 4, attempts, "the call's wins")
		attempts, _ = outcomeOf(update(t.Context(), client, spideriq.WithMaxAttempts(1)))
		assert.Equal(t, 1, attempts)
		for _, sent := range api.Requests() {
			assert.Equal(t, []string{"billing"}, sent.Header.Values("X-Team"))
		}

		api.Restart(fakeapi.Respond(200, successBody))
		require.NoError(t, update(t.Context(), client, spideriq.WithHeader("x-team", "rotation")))
		require.NoError(t, update(t.Context(), client))
		assert.Equal(t, []string{"rotation"}, api.Requests()[0].Header.Values("X-Team"), "the call's wins")
		assert.Equal(t, []string{"billing"}, api.Requests()[1].Header.Values("X-Team"), "for that call only")
	})
}

func TestAttemptTimeoutOfACallWins(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		client []spideriq.Option
		call   []spideriq.RequestOption
		want   time.Duration
	}{
		"client's": {[]spideriq.Option{spideriq.WithAttemptTimeout(5 * time.Second)}, nil, 5 * time.Second},
		"call's": {
			nil, []spideriq.RequestOption{spideriq.WithAttemptTimeout(5 * time.Minute)}, 5 * time.Minute,
		},
		"shorter of the call": {
			[]spideriq.Option{spideriq.WithAttemptTimeout(time.Hour)},
			[]spideriq.RequestOption{spideriq.WithAttemptTimeout(time.Second)}, time.Second,
		},
		"longer of the call": {
			[]spideriq.Option{spideriq.WithAttemptTimeout(time.Second)},
			[]spideriq.RequestOption{spideriq.WithAttemptTimeout(time.Hour)}, time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, fakeapi.New(fakeapi.Hang), append(tt.client, oneAttempt)...)
				began := time.Now()
				err := syncBilling(t.Context(), client, tt.call...)
				assert.Equal(t, tt.want, time.Since(began))
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
			})
		})
	}
}

func TestTimeoutOfTheCallersClientIsTheDefaultAndTheMost(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		callers, option, want time.Duration
	}{
		"neither":           {0, 0, 30 * time.Second},
		"client's, longer":  {10 * time.Minute, 0, 10 * time.Minute},
		"client's, shorter": {time.Second, 0, time.Second},
		"option, shorter":   {10 * time.Minute, time.Minute, time.Minute},
		"option, longer":    {time.Second, time.Minute, time.Second},
		"option only":       {0, time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				callers := &http.Client{Transport: fakeapi.New(fakeapi.Hang), Timeout: tt.callers}
				client, err := spideriq.NewClient(fakeToken, spideriq.WithHTTPClient(callers), oneAttempt)
				require.NoError(t, err)
				began := time.Now()
				err = update(t.Context(), client, spideriq.WithAttemptTimeout(tt.option))
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.Equal(t, tt.want, time.Since(began))
			})
		})
	}
}

func TestWrongSharedOptionsAreRefusedWhereverTheyAreGiven(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	client := newClient(t, api)
	for name, option := range map[string]spideriq.SharedOption{
		"no attempts":       spideriq.WithMaxAttempts(0),
		"negative attempts": spideriq.WithMaxAttempts(-1),
		"negative timeout":  spideriq.WithAttemptTimeout(-1),
		"own header":        spideriq.WithHeader("Authorization", "x"),
		"header's name":     spideriq.WithHeader("a b", "x"),
		"header's value":    spideriq.WithHeader("X-A", "b\r\nX-C: d"),
	} {
		made, err := spideriq.NewClient(fakeToken, option)
		assert.Nil(t, made, name)
		assertPlain(t, err)
		assertArgumentError(t, update(t.Context(), client, option))
	}
	assert.Empty(t, api.Requests())
}
