package acceptance_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

func TestContentTypeOfTheClientIsSent(t *testing.T) {
	t.Parallel()
	const patch = "application/merge-patch+json"
	api := fakeapi.New(fakeapi.Respond(200, successBody))
	require.NoError(t, update(t.Context(), newClient(t, api, spideriq.WithHeader("Content-Type", patch))))
	assert.Equal(t, []string{patch}, api.Requests()[0].Header.Values("Content-Type"))
}

func TestTransportThatHoldsANilPointerIsRefused(t *testing.T) {
	t.Parallel()
	_, err := spideriq.NewClient(fakeToken, withTransport((*http.Transport)(nil)))
	assert.ErrorContains(t, err, "WithHTTPClient")
}

// A body of 2 MiB. Each value by itself would take seconds and gigabytes.
func TestDoDecodesALongListOfAnythingAtOnce(t *testing.T) {
	list := "[" + strings.Repeat("1,", 1<<20) + "1]"
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, list)))
	var out, standard []any
	ours := allocatedBytes(func() { require.NoError(t, client.Do(t.Context(), "GET", "/x", nil, &out)) })
	theirs := allocatedBytes(func() { require.NoError(t, json.Unmarshal([]byte(list), &standard)) })
	assert.Len(t, out, len(standard))
	assert.Less(t, ours, 3*theirs)
}

func allocatedBytes(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestDoRefusesEveryFormOfBuffersAndText(t *testing.T) {
	t.Parallel()
	var text, raw any = `{"a":1}`, []byte(`{"a":1}`)
	buffer := bytes.NewBufferString(`{"a":1}`)
	for name, body := range map[string]any{
		"buffer by value": *bytes.NewBufferString(`{"a":1}`), "pointer to pointer": &buffer,
		"builder": new(strings.Builder), "text in an any": &text, "bytes in an any": &raw,
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		err := newClient(t, api).Do(t.Context(), "PUT", "/x", body, nil)
		requireAs[*spideriq.ArgumentError](t, err)
		assert.Empty(t, api.Requests(), name)
	}
}

func TestDoRefusesAnOutThatHoldsNoJSON(t *testing.T) {
	t.Parallel()
	for name, out := range map[string]any{
		"bytes": new([]byte), "channel": new(chan int), "function": new(func()), "complex": new(complex128),
	} {
		api := fakeapi.New(fakeapi.Respond(200, successBody))
		err := newClient(t, api).Do(t.Context(), "PUT", "/x", map[string]int{}, out)
		requireAs[*spideriq.ArgumentError](t, err)
		assert.Empty(t, api.Requests(), name)
	}
}

// A transport may fetch a token with the context of the request. That request is
// answered, so nothing is unknown about the refused write.
func TestRefusedWriteBehindATransportThatFetchesHasNotBeenApplied(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer server.Close()
	transport := fakeapi.Reply(func(req *http.Request) (*http.Response, error) {
		fetch, err := http.NewRequestWithContext(req.Context(), http.MethodGet, server.URL+"/token", nil)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultTransport.RoundTrip(fetch)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
		return http.DefaultTransport.RoundTrip(req)
	})
	err := update(t.Context(), newClient(t, transport, spideriq.WithBaseURL(server.URL)))
	requireAs[*spideriq.BadRequestError](t, err)
	assert.False(t, spideriq.MayHaveApplied(err), "%v", err)
}

func TestAttemptThatTimesOutBeforeItBeginsIsNotSent(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer server.Close()
	client, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL(server.URL), oneAttempt)
	require.NoError(t, err)
	err = update(t.Context(), client, spideriq.WithAttemptTimeout(time.Nanosecond))
	require.Error(t, err)
	assert.Zero(t, requests.Load())
	assert.False(t, spideriq.MayHaveApplied(err), "%v", err)
}

// Redaction looks at 64 KiB of a header, however large it is.
func TestLargeHeaderOfAnErrorIsKeptInPart(t *testing.T) {
	t.Parallel()
	headers := []string{"X-A: first"}
	for range 100 {
		headers = append(headers, "X-B"+strings.Repeat("b", len(headers))+": "+strings.Repeat("%41", 1<<10))
	}
	err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, refusalBody, headers...))))
	e := requireAs[*spideriq.BadRequestError](t, err)
	assert.Equal(t, "first", e.Header.Get("X-A"))
	size := 0
	for name, values := range e.Header {
		size += len(name) + len(strings.Join(values, ""))
	}
	assert.LessOrEqual(t, size, 64<<10)
	assert.Greater(t, size, 32<<10)
}

func TestLongBaseURLIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := spideriq.NewClient(fakeToken, spideriq.WithBaseURL("https://h.example/%"+strings.Repeat("25", 1<<20)))
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 400)
}

// A Location that would have to be cut is left out: half a secret cannot be recognised.
func TestLocationThatIsTooLongIsNotShownInPart(t *testing.T) {
	t.Parallel()
	location := "Location: https://login.example/" + strings.Repeat(fakeToken, 2000)
	err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(302, "", location))))
	assert.ErrorContains(t, err, "redirects to login.example, and redirects are not followed")
	assertNoSecret(t, err.Error())
}

const largestHeader = 64 << 10 // what an error keeps

func TestErrorKeepsAHeaderOf64KiB(t *testing.T) {
	t.Parallel()
	for surplus, kept := range map[int]bool{0: true, 1: false} {
		value := strings.Repeat("x", largestHeader-len("A-Long")+surplus)
		err := update(t.Context(), newClient(t, fakeapi.New(fakeapi.Respond(400, "", "A-Long: "+value))))
		assert.Equal(t, kept, requireAs[*spideriq.APIError](t, err).Header.Get("A-Long") != "", surplus)
	}
}

func TestLocationOf64KiBIsShownInPart(t *testing.T) {
	t.Parallel()
	for surplus, shown := range map[int]bool{0: true, 1: false} {
		const origin = "https://login.example/"
		location := origin + strings.Repeat("x", largestHeader-len(origin)+surplus)
		answer := fakeapi.Respond(302, "", "Location: "+location)
		err := update(t.Context(), newClient(t, fakeapi.New(answer)))
		assert.Equal(t, shown, strings.Contains(err.Error(), "login.example/xxx"), surplus)
	}
}
