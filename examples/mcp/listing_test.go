package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestWhoWaitsForAListingOfOthers(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	l := newListing(api.Client().Integrations, time.Hour)
	api.Fail(spideriqtest.Delay(time.Minute))

	first, leave := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := l.get(first)
		failed <- err
	}()
	require.Eventually(t, func() bool { return len(api.Requests()) == 1 }, 10*time.Second, time.Millisecond)

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.get(impatient)
	require.ErrorIs(t, err, context.Canceled, "one who cannot wait is not held")

	second := make(chan snapshot, 1)
	go func() {
		listed, err := l.get(t.Context())
		assert.NoError(t, err)
		second <- listed
	}()
	leave()
	require.ErrorIs(t, <-failed, context.Canceled)
	assert.Len(t, (<-second).rows, 1, "the next in line asks when the first has left")
	assert.Equal(t, 2, listings(api))
}

func TestAListingFromBeforeAChangeIsNotKept(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	l := newListing(api.Client().Integrations, time.Hour)
	_, changes := l.state()
	listed, err := l.ask(t.Context())
	require.NoError(t, err)
	l.forget()
	l.keep(listed, changes)
	_, err = l.get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, listings(api))
}

func TestAListingThatFailsIsNotKept(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	l := newListing(api.Client().Integrations, time.Hour)
	api.Fail(spideriqtest.Status(http.StatusForbidden, "{}"))
	_, err := l.get(t.Context())
	require.Error(t, err)
	listed, err := l.get(t.Context())
	require.NoError(t, err)
	assert.NotNil(t, listed.find(42))
	assert.Nil(t, listed.find(43))
}
