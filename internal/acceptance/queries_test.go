package acceptance_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

type (
	endless struct{ Next *endless }
	ring    struct{ Half struct{ Other *ring } }
)

func TestQueryTakesTextsNumbersTimesListsAndStructs(t *testing.T) {
	t.Parallel()
	type inner struct {
		On bool `url:"on"`
	}
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	require.NoError(t, newClient(t, api).Do(t.Context(), "GET", "/pools", nil, nil, spideriq.WithQuery(&struct {
		Text   *string    `url:"text"`
		Number float64    `url:"number"`
		Small  int8       `url:"small"`
		At     time.Time  `url:"at"`
		Sizes  *[]float32 `url:"sizes,comma"`
		Deep   *inner     `url:"deep"`
		Own    inner      `url:"own"`
		inner
		Left map[string]string `url:"-"`
		_    chan int
	}{
		Text:   new("a"),
		Number: 1.5,
		Small:  -1,
		At:     time.Date(2026, 2, 26, 15, 30, 0, 0, time.UTC),
		Sizes:  &[]float32{1, 2},
		Deep:   &inner{true},
	})))
	u, err := url.Parse(api.Requests()[0].URL)
	require.NoError(t, err)
	assert.Equal(t,
		url.Values{"text": {"a"}, "number": {"1.5"}, "small": {"-1"}, "at": {"2026-02-26T15:30:00Z"}, "sizes": {"1,2"},
			"deep[on]": {"true"}, "own[on]": {"false"}, "on": {"false"}}, u.Query())
}

type nest[T any] struct{ In T }

func TestQueryMayBeEightStructsDeep(t *testing.T) {
	t.Parallel()
	type four[T any] = nest[nest[nest[nest[T]]]]
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody)))
	assert.NoError(t, client.Do(t.Context(), "GET", "/jobs", nil, nil, spideriq.WithQuery(four[four[int]]{})))
	assertArgumentError(
		t, client.Do(t.Context(), "GET", "/jobs", nil, nil, spideriq.WithQuery(nest[four[four[int]]]{})),
	)
}
