package acceptance_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// pagesOf answers List from n rows with the ids 1 to n, as pages by offset.
func pagesOf(n int) fakeapi.Reply {
	return func(req *http.Request) (*http.Response, error) {
		q := req.URL.Query()
		limit, _ := strconv.Atoi(q.Get("limit"))
		offset, _ := strconv.Atoi(q.Get("offset"))
		return pageOf(offset+1, min(offset+limit, n))(req)
	}
}

// pageOf answers with the ids from first to last.
func pageOf(first, last int) fakeapi.Reply {
	var rows []string
	for id := first; id <= last; id++ {
		rows = append(rows, fmt.Sprintf(`{"id": %d}`, id))
	}
	return fakeapi.Respond(200, `{"success": true, "integrations": [`+strings.Join(rows, ",")+`]}`)
}

func TestListIsTheDocumentedCall(t *testing.T) {
	t.Parallel()
	query := "?health_status=degraded&is_active=false&limit=20&offset=40&provider_name=groq"
	want := documentedRequest{"GET", "/integrations" + query, ""}
	got := callDocumented(t, "list-200", want, func(s *spideriq.IntegrationsService) ([]*spideriq.Integration, error) {
		return s.List(t.Context(), spideriq.ListParams{
			ProviderName: "groq",
			HealthStatus: spideriq.HealthStatusDegraded,
			IsActive:     new(false),
			Limit:        20,
			Offset:       40,
		})
	})
	assert.Equal(t, []*spideriq.Integration{documentedRow()}, got)
}

func TestListOfNothingIsNotNil(t *testing.T) {
	t.Parallel()
	rows, err := newClient(t, fakeapi.New(fakeapi.Respond(200, successBody))).Integrations.List(
		t.Context(), spideriq.ListParams{},
	)
	require.NoError(t, err)
	assert.Equal(t, []*spideriq.Integration{}, rows)
}

func TestRowWithoutAnIDIsNamed(t *testing.T) {
	t.Parallel()
	body := `{"success": true, "integrations": [{"id": 1}, {"id": 0}]}`
	err := list(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(200, body))))
	assert.ErrorContains(t, err, "integrations: row 2: id is missing")
}
