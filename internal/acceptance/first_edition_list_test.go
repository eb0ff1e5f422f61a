// The tests of the first edition that the second one contradicts. They are deleted with it.

//go:build !second

package acceptance_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// A pageWalk is what All is given, what it is answered, and what comes of it.
type pageWalk struct {
	params  spideriq.ListParams
	answers []fakeapi.Reply
	ids     []int // first and last
	queries []string
}

var pageWalks = map[string]pageWalk{
	"one short page": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3}, []string{"limit=100"},
	},
	"none": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(0)}, []int{1, 0}, []string{"limit=100"},
	},
	"full page, then none": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(100)}, []int{1, 100},
		[]string{"limit=100", "limit=100&offset=100"},
	},
	"three pages": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(250)}, []int{1, 250},
		[]string{"limit=100", "limit=100&offset=100", "limit=100&offset=200"},
	},
	"caller's limit": {
		spideriq.ListParams{Limit: 2, ProviderName: "x"}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3},
		[]string{"limit=2&provider_name=x", "limit=2&offset=2&provider_name=x"},
	},
	"caller's offset": {
		spideriq.ListParams{Limit: 2, Offset: 4}, []fakeapi.Reply{pagesOf(7)}, []int{5, 7},
		[]string{"limit=2&offset=4", "limit=2&offset=6"},
	},
	"limit above 100": {
		spideriq.ListParams{Limit: 500}, []fakeapi.Reply{pagesOf(101)}, []int{1, 101},
		[]string{"limit=100", "limit=100&offset=100"},
	},
	"offset ignored": {
		spideriq.ListParams{Limit: 3},
		[]fakeapi.Reply{pageOf(1, 3), pageOf(1, 3), fakeapi.Respond(508, `{}`)}, []int{1, 3},
		[]string{"limit=3", "limit=3&offset=3"},
	},
	"offset and limit, too": {
		spideriq.ListParams{Limit: 3},
		[]fakeapi.Reply{pageOf(1, 9), pageOf(1, 9), fakeapi.Respond(508, `{}`)}, []int{1, 9},
		[]string{"limit=3", "limit=3&offset=9"},
	},
	"rows moved to the next": {
		spideriq.ListParams{Limit: 3}, []fakeapi.Reply{pageOf(1, 3), pageOf(2, 4), pageOf(4, 5)},
		[]int{1, 5}, []string{"limit=3", "limit=3&offset=3", "limit=3&offset=6"},
	},
}

func TestAllWalksThePages(t *testing.T) {
	t.Parallel()
	for name, c := range pageWalks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := fakeapi.New(c.answers...)
			all := newClient(t, api).Integrations.All(t.Context(), c.params)
			assert.Empty(t, api.Requests(), "asked before the loop")
			for range 2 { // a sequence can be walked again
				var ids, want []int
				for row, err := range all {
					require.NoError(t, err)
					ids = append(ids, int(row.ID))
				}
				for id := c.ids[0]; id <= c.ids[1]; id++ {
					want = append(want, id)
				}
				assert.Equal(t, want, ids)
				var queries []string
				for _, sent := range api.Requests() {
					u, err := url.Parse(sent.URL)
					require.NoError(t, err)
					queries = append(queries, u.RawQuery)
				}
				assert.Equal(t, c.queries, queries)
				api.Restart(c.answers...)
			}
		})
	}
}

func TestAllStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	for stop, pages := range map[int]int{1: 1, 2: 1, 3: 2} {
		api := fakeapi.New(pagesOf(10))
		var ids []int64
		for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
			require.NoError(t, err)
			if ids = append(ids, row.ID); len(ids) == stop {
				break
			}
		}
		assert.Len(t, ids, stop)
		assert.Len(t, api.Requests(), pages)
	}
}

func TestAllYieldsItsErrorOnce(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(pageOf(1, 2), fakeapi.Respond(403, refusalBody))
	rows, errs := 0, 0
	for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		if err == nil {
			rows++
			continue
		}
		errs++
		assert.Nil(t, row)
		assert.ErrorAs(t, err, new(*spideriq.ForbiddenError))
	}
	assert.Equal(t, []int{2, 1, 2}, []int{rows, errs, len(api.Requests())})
	for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: -1}) {
		assert.Nil(t, row)
		assertPlain(t, err)
	}
	assert.Len(t, api.Requests(), 2)
}
