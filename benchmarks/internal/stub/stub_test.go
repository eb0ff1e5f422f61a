package stub_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
)

const (
	update = "https://api.example/api/v1/integrations/42"
	list   = "https://api.example/api/v1/integrations?limit=100"
	limits = `{"daily_limit":20000,"minute_limit":200}`
)

func status(t *testing.T, method, url, body string, header http.Header) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	resp, err := stub.Transport{}.RoundTrip(req)
	require.NoError(t, err)
	_, err = io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode
}

func TestOnlyTheMeasuredRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	good := func() http.Header {
		return http.Header{"Authorization": {"Bearer " + api.Token}, "Content-Type": {"application/json"}}
	}
	assert.Equal(t, http.StatusOK, status(t, http.MethodPatch, update, limits, good()))
	assert.Equal(t, http.StatusOK, status(t, http.MethodPatch, update, limits+"\n", good()))
	assert.Equal(t, http.StatusOK, status(t, http.MethodGet, list, "", good()))

	refused := http.StatusBadRequest
	assert.Equal(t, refused, status(t, http.MethodPut, update, limits, good()))
	assert.Equal(t, refused, status(t, http.MethodPatch, update, `{"daily_limit":20000}`, good()))
	assert.Equal(t, refused, status(t, http.MethodPatch, update, "", good()))
	assert.Equal(t, refused, status(t, http.MethodPatch, update+"/", limits, good()))
	assert.Equal(t, refused, status(t, http.MethodGet, list+"&offset=0", "", good()))
	assert.Equal(t, refused, status(t, http.MethodGet, update, "", good()))
	form := good()
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, refused, status(t, http.MethodPatch, update, limits, form))
	nobody := good()
	nobody.Set("Authorization", "Bearer other")
	assert.Equal(t, refused, status(t, http.MethodPatch, update, limits, nobody))
}

func TestAnswersAreJSON(t *testing.T) {
	t.Parallel()
	assert.True(t, json.Valid([]byte(stub.UpdateAnswer)))
	assert.True(t, json.Valid([]byte(stub.ListAnswer)))
	assert.Equal(t, api.Rows, strings.Count(stub.ListAnswer, `"id":`))
}
