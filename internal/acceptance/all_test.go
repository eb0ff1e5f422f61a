package acceptance_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
	"github.com/spideriq/spideriq-go/spideriqtest"
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
		spideriq.ListParams{}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3},
		[]string{"limit=100", "limit=100&offset=3"},
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
		[]string{"limit=100", "limit=100&offset=100", "limit=100&offset=200", "limit=100&offset=250"},
	},
	"caller's limit": {
		spideriq.ListParams{Limit: 2, ProviderName: "x"}, []fakeapi.Reply{pagesOf(3)}, []int{1, 3},
		[]string{
			"limit=2&provider_name=x", "limit=2&offset=2&provider_name=x", "limit=2&offset=3&provider_name=x",
		},
	},
	"caller's offset": {
		spideriq.ListParams{Limit: 2, Offset: 4}, []fakeapi.Reply{pagesOf(7)}, []int{5, 7},
		[]string{"limit=2&offset=4", "limit=2&offset=6", "limit=2&offset=7"},
	},
	"limit above 100": {
		spideriq.ListParams{Limit: 500}, []fakeapi.Reply{pagesOf(101)}, []int{1, 101},
		[]string{"limit=100", "limit=100&offset=100", "limit=100&offset=101"},
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
		[]int{1, 5}, []string{"limit=3", "limit=3&offset=3", "limit=3&offset=6", "limit=3&offset=8"},
	},
	"server hands out 50 of the 100 asked for": {
		spideriq.ListParams{}, []fakeapi.Reply{pagesOfAtMost(120, 50)}, []int{1, 120},
		[]string{"limit=100", "limit=100&offset=50", "limit=100&offset=100", "limit=100&offset=120"},
	},
}

// pagesOfAtMost is pagesOf by a server that hands out fewer rows than it is asked for.
func pagesOfAtMost(n, most int) fakeapi.Reply {
	return func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		return pageOf(offset+1, min(offset+most, n))(req)
	}
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
				assert.Equal(t, c.queries, queriesOf(t, api))
				api.Restart(c.answers...)
			}
		})
	}
}

func queriesOf(t *testing.T, api *fakeapi.API) []string {
	t.Helper()
	var queries []string
	for _, sent := range api.Requests() {
		u, err := url.Parse(sent.URL)
		require.NoError(t, err)
		queries = append(queries, u.RawQuery)
	}
	return queries
}

func TestAllReadsEveryPageBeforeItYieldsTheFirstRow(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(pagesOf(10))
	var ids []int64
	for row, err := range newClient(t, api).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		require.NoError(t, err)
		assert.Len(t, api.Requests(), 6, "five pages and an empty one")
		ids = append(ids, row.ID)
		if len(ids) == 3 {
			break
		}
	}
	assert.Equal(t, []int64{1, 2, 3}, ids)
}

func TestAllYieldsItsErrorOnceAndNoRows(t *testing.T) {
	t.Parallel()
	api := fakeapi.New(pageOf(1, 2), fakeapi.Respond(403, refusalBody))
	client := newClient(t, api)
	yields := 0
	for row, err := range client.Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		yields++
		assert.Nil(t, row)
		assert.ErrorAs(t, err, new(*spideriq.ForbiddenError))
	}
	assert.Equal(t, 1, yields)
	assert.Len(t, api.Requests(), 2)

	for row, err := range client.Integrations.All(t.Context(), spideriq.ListParams{Limit: -1}) {
		assert.Nil(t, row)
		assertArgumentError(t, err)
	}
	assert.Len(t, api.Requests(), 2)
}

func TestLoopOverAllMayChangeAndDeleteWhatItIsGiven(t *testing.T) {
	t.Parallel()
	const keys = 250
	for name, change := range map[string]func(context.Context, *spideriq.Client, int64) error{
		"disable": func(ctx context.Context, c *spideriq.Client, id int64) error {
			_, err := c.Integrations.Update(ctx, id, spideriq.UpdateParams{IsActive: new(false)})
			return err
		},
		"delete": func(ctx context.Context, c *spideriq.Client, id int64) error {
			return c.Integrations.Delete(ctx, id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := spideriqtest.NewServer()
			defer server.Close()
			for range keys {
				server.Add(spideriq.Integration{ProviderName: spideriq.ProviderGroq, IsActive: true})
			}
			client := server.Client()
			active := spideriq.ListParams{ProviderName: spideriq.ProviderGroq, IsActive: new(true)}
			changed := 0
			for row, err := range client.Integrations.All(t.Context(), active) {
				require.NoError(t, err)
				require.NoError(t, change(t.Context(), client, row.ID))
				changed++
			}
			assert.Equal(t, keys, changed)
			left, err := client.Integrations.List(t.Context(), active)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}
