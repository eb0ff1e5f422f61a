package lineup_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/lineup"
	"github.com/spideriq/spideriq-go/benchmarks/internal/stub"
)

const (
	base          = "https://api.example/api/v1"
	withoutPrefix = "https://api.example/v1" // stripe-go's paths
)

// everyone runs a test for the floor and for each contestant.
func everyone(t *testing.T, test func(*testing.T, lineup.Contestant)) {
	t.Parallel()
	for _, c := range append([]lineup.Contestant{lineup.Floor}, lineup.All()...) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// A recorder keeps the requests that it lets pass, but for those that ask for a version.
type recorder struct {
	next     http.RoundTripper
	requests []*http.Request
	bodies   []string
}

// RoundTrip implements [http.RoundTripper].
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	kept := req.Clone(req.Context())
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		kept.Body = io.NopCloser(strings.NewReader(string(body)))
		req.Body = io.NopCloser(strings.NewReader(string(body)))
		if req.URL.Path != "/api/v1/ping" {
			r.bodies = append(r.bodies, string(body))
		}
	}
	if req.URL.Path != "/api/v1/ping" {
		r.requests = append(r.requests, kept)
	}
	return r.next.RoundTrip(req)
}

func TestEachSendsTheSameUpdate(t *testing.T) {
	everyone(t, func(t *testing.T, c lineup.Contestant) {
		sent := &recorder{next: stub.Transport{}}
		client, err := c.New(api.Config{BaseURL: base, Transport: sent})
		require.NoError(t, err)
		_, err = client.Update(t.Context())
		require.NoError(t, err)

		require.Len(t, sent.requests, 1)
		req := sent.requests[0]
		assert.Equal(t, "Bearer "+api.Token, req.Header.Get("Authorization"))
		assert.JSONEq(t, `{"daily_limit":20000,"minute_limit":200}`, sent.bodies[0])
		method, url, contentType := http.MethodPatch, base+"/integrations/42", "application/json"
		switch c.Name {
		case "stripe-go":
			method, url = http.MethodPost, withoutPrefix+"/integrations/42"
		case "go-tfe":
			contentType = "application/vnd.api+json"
		}
		assert.Equal(t, method+" "+url, req.Method+" "+req.URL.String())
		assert.Equal(t, contentType, strings.Split(req.Header.Get("Content-Type"), ";")[0])
		if c.Name != "stripe-go" { // which sends its bodies in chunks
			assert.EqualValues(t, len(sent.bodies[0]), req.ContentLength)
		}
	})
}

func TestEachAsksForTheSamePage(t *testing.T) {
	everyone(t, func(t *testing.T, c lineup.Contestant) {
		sent := &recorder{next: stub.Transport{}}
		client, err := c.New(api.Config{BaseURL: base, Transport: sent})
		require.NoError(t, err)
		_, err = client.List(t.Context())
		require.NoError(t, err)

		require.Len(t, sent.requests, 1)
		req := sent.requests[0]
		assert.Equal(t, http.MethodGet, req.Method)
		url := base
		if c.Name == "stripe-go" {
			url = withoutPrefix
		}
		assert.Equal(t, url+"/integrations?limit=100", req.URL.String())
		assert.Equal(t, "Bearer "+api.Token, req.Header.Get("Authorization"))
	})
}

func TestEachReadsTheWholeAnswer(t *testing.T) {
	everyone(t, func(t *testing.T, c lineup.Contestant) {
		client, err := c.New(api.Config{BaseURL: base, Transport: stub.Transport{}})
		require.NoError(t, err)
		updated, err := client.Update(t.Context())
		require.NoError(t, err)
		assertReads(t, sent(t, stub.UpdateAnswer)["integration"], asJSON(t, updated))

		rows, err := client.List(t.Context())
		require.NoError(t, err)
		wanted := sent(t, stub.ListAnswer)["integrations"].([]any)
		got := asJSON(t, rows).([]any)
		require.Len(t, got, len(wanted))
		for i := range wanted {
			assertReads(t, wanted[i], got[i])
		}
	})
}

// assertReads asserts that each member of what was sent was read. Times and numbers need not
// be spelled as they were.
func assertReads(t *testing.T, wanted, got any) {
	t.Helper()
	read := got.(map[string]any)
	for name, value := range wanted.(map[string]any) {
		assert.Equal(t, plain(value), plain(read[name]), name)
	}
}

func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		number, _ := v.Float64()
		return number
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at.Unix()
		}
	}
	return value
}

func sent(t *testing.T, answer string) map[string]any {
	t.Helper()
	return decode(t, []byte(answer)).(map[string]any)
}

func asJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return decode(t, text)
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var value any
	require.NoError(t, decoder.Decode(&value))
	return value
}

func TestEachCallsAServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(stub.ServeHTTP))
	t.Cleanup(server.Close)
	everyone(t, func(t *testing.T, c lineup.Contestant) {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		t.Cleanup(pool.CloseIdleConnections)
		for _, transport := range []http.RoundTripper{pool, nil} {
			client, err := c.New(api.Config{BaseURL: server.URL + "/api/v1", Transport: transport})
			require.NoError(t, err)
			_, err = client.Update(t.Context())
			require.NoError(t, err)
			_, err = client.List(t.Context())
			require.NoError(t, err)
		}
	})
}

// A constant answers every request with one status and body.
type constant struct {
	status int
	body   string
}

// RoundTrip implements [http.RoundTripper].
func (c constant) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, err := stub.ReadBody(req); err != nil {
		return nil, err
	}
	return stub.Response(req, c.status, c.body), nil
}

func TestEachFailsWithTheServer(t *testing.T) {
	everyone(t, func(t *testing.T, c lineup.Contestant) {
		for name, answer := range map[string]constant{
			"a refusal":         {http.StatusNotFound, `{"success":false,"error":"Integration not found"}`},
			"a cut answer":      {http.StatusOK, stub.UpdateAnswer[:200]},
			"another answer":    {http.StatusOK, strings.Replace(stub.UpdateAnswer, "20000", "1", 1)},
			"an answer of HTML": {http.StatusOK, "<html></html>"},
		} {
			client, err := c.New(api.Config{BaseURL: base, Transport: answer})
			require.NoError(t, err, name)
			_, err = client.Update(t.Context())
			assert.Error(t, err, name)
		}
	})
}

func TestEachContestantHasItsOwnName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{lineup.Floor.Name: true}
	for _, c := range lineup.All() {
		assert.False(t, seen[c.Name], c.Name)
		seen[c.Name] = true
	}
}
