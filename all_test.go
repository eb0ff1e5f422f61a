package spideriq_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// pool answers List from n rows with the ids 1 to n, as pages by offset.
func pool(n int) reply {
	return func(req *http.Request) (*http.Response, error) {
		q := req.URL.Query()
		limit, _ := strconv.Atoi(q.Get("limit"))
		offset, _ := strconv.Atoi(q.Get("offset"))
		return page(offset+1, min(offset+limit, n))(req)
	}
}

// page has the ids from first to last.
func page(first, last int) reply {
	var rows []string
	for id := first; id <= last; id++ {
		rows = append(rows, fmt.Sprintf(`{"id": %d}`, id))
	}
	return answer(200, `{"success": true, "integrations": [`+strings.Join(rows, ",")+`]}`)
}

func TestAllWalksThePages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params  spideriq.ListParams
		answers []reply
		ids     []int // first and last
		queries []string
	}{
		"one short page":         {spideriq.ListParams{}, []reply{pool(3)}, []int{1, 3}, []string{"limit=100"}},
		"none":                   {spideriq.ListParams{}, []reply{pool(0)}, []int{1, 0}, []string{"limit=100"}},
		"full page, then none":   {spideriq.ListParams{}, []reply{pool(100)}, []int{1, 100}, []string{"limit=100", "limit=100&offset=100"}},
		"three pages":            {spideriq.ListParams{}, []reply{pool(250)}, []int{1, 250}, []string{"limit=100", "limit=100&offset=100", "limit=100&offset=200"}},
		"caller's limit":         {spideriq.ListParams{Limit: 2, ProviderName: "x"}, []reply{pool(3)}, []int{1, 3}, []string{"limit=2&provider_name=x", "limit=2&offset=2&provider_name=x"}},
		"caller's offset":        {spideriq.ListParams{Limit: 2, Offset: 4}, []reply{pool(7)}, []int{5, 7}, []string{"limit=2&offset=4", "limit=2&offset=6"}},
		"limit above 100":        {spideriq.ListParams{Limit: 500}, []reply{pool(101)}, []int{1, 101}, []string{"limit=100", "limit=100&offset=100"}},
		"offset ignored":         {spideriq.ListParams{Limit: 3}, []reply{page(1, 3), page(1, 3), answer(508, `{}`)}, []int{1, 3}, []string{"limit=3", "limit=3&offset=3"}},
		"offset and limit, too":  {spideriq.ListParams{Limit: 3}, []reply{page(1, 9), page(1, 9), answer(508, `{}`)}, []int{1, 9}, []string{"limit=3", "limit=3&offset=9"}},
		"rows moved to the next": {spideriq.ListParams{Limit: 3}, []reply{page(1, 3), page(2, 4), page(4, 5)}, []int{1, 5}, []string{"limit=3", "limit=3&offset=3", "limit=3&offset=6"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := replying(c.answers...)
			all := api.client(t).Integrations.All(t.Context(), c.params)
			assert.Empty(t, api.requests(), "asked before the loop")
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
				for _, sent := range api.requests() {
					u, err := url.Parse(sent.URL)
					require.NoError(t, err)
					queries = append(queries, u.RawQuery)
				}
				assert.Equal(t, c.queries, queries)
				api.restart(c.answers...)
			}
		})
	}
}

func TestAllStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	for stop, pages := range map[int]int{1: 1, 2: 1, 3: 2} {
		api := replying(pool(10))
		var ids []int64
		for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
			require.NoError(t, err)
			if ids = append(ids, row.ID); len(ids) == stop {
				break
			}
		}
		assert.Len(t, ids, stop)
		assert.Len(t, api.requests(), pages)
	}
}

func TestAllYieldsItsErrorOnce(t *testing.T) {
	t.Parallel()
	api := replying(page(1, 2), answer(403, no))
	rows, errs := 0, 0
	for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: 2}) {
		if err == nil {
			rows++
			continue
		}
		errs++
		assert.Nil(t, row)
		assert.ErrorAs(t, err, new(*spideriq.ForbiddenError))
	}
	assert.Equal(t, []int{2, 1, 2}, []int{rows, errs, len(api.requests())})
	for row, err := range api.client(t).Integrations.All(t.Context(), spideriq.ListParams{Limit: -1}) {
		assert.Nil(t, row)
		assertPlain(t, err)
	}
	assert.Len(t, api.requests(), 2)
}
