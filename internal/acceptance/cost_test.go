package acceptance_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// costOf returns the time and the bytes that f takes. The bytes are those of the whole
// process, so tests that use it are not parallel.
func costOf(f func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

// expensiveBodies are error bodies that cost seconds or gigabytes when they are looked at
// more than once.
func expensiveBodies() map[string]string {
	repeat := func(text string, size int) string { return strings.Repeat(text, size/len(text)) }
	members := func(member string) string { return "{" + repeat(member+",", 4<<20-100) + `"x":1}` }
	return map[string]string{
		"script never closed":     repeat("<script>", 64<<10),
		"style never closed":      repeat("<style>", 64<<10),
		"comment never closed":    repeat("<!--", 64<<10),
		"tag never closed":        repeat("<a ", 64<<10),
		"scripts of 4 MiB":        repeat("<script>", 4<<20-100),
		"members, escaped names":  members(`"\u0065rror":{}`),
		"messages, escaped names": members(`"\u006dessage":""`),
		"codes, escaped names":    members(`"\u0063ode":null`),
		"validation rows":         `{"detail":[` + repeat(`{"loc":["a"],"msg":"w"},`, 4<<20-100) + `{}]}`,
		"deep objects":            repeat(`{"error":`, 4<<20-100),
		"deep arrays":             repeat(`[`, 4<<20-100),
		"Python dict":             `{"error":{"message":"{'message': '` + repeat(`\\'`, 4<<20-200) + `"}}`,
		"one long text":           `{"error":"` + repeat("é", 4<<20-100) + `"}`,
		"escapes":                 `{"error":"` + repeat(`\u00e9`, 4<<20-100) + `"}`,
	}
}

// The right value is 20 ms and 4 MiB beyond what reading the body takes. Time is bounded
// generously, for busy machines: what is quadratic takes many seconds.
func TestNoErrorBodyCostsMuch(t *testing.T) {
	for name, body := range expensiveBodies() {
		for _, status := range []int{400, 502} {
			_, reading := costOfError(t, status, strings.Repeat("x", len(body)))
			took, bytes := costOfError(t, status, body)
			assert.Less(t, took, time.Second, name)
			assert.Less(t, bytes, reading+4<<20, name)
		}
	}
}

// costOfError returns what an update costs that is answered with that body.
func costOfError(t *testing.T, status int, body string) (time.Duration, uint64) {
	t.Helper()
	client := newClient(t, fakeapi.New(fakeapi.Respond(status, body)), oneAttempt)
	var err error
	took, bytes := costOf(func() { err = update(t.Context(), client) })
	requireAs[*spideriq.APIError](t, err)
	assert.Less(t, len(err.Error()), 2048)
	return took, bytes
}

// Redacting and cutting an error body costs no more when the secrets are long.
func TestNoErrorBodyCostsMuchWithLongSecrets(t *testing.T) {
	key := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n", 60)
	params := spideriq.CreateParams{
		ProviderName: spideriq.ProviderGroq,
		Credentials:  spideriq.Credentials{"api_key": key, "account_id": key[10:]},
	}
	body := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC8 ", 64<<10/54)
	client := newClient(t, fakeapi.New(fakeapi.Respond(400, body)), oneAttempt)
	took, bytes := costOf(func() { _, _ = client.Integrations.Create(t.Context(), params) })
	assert.Less(t, took, time.Second)
	assert.Less(t, bytes, uint64(16<<20))
}

func TestHostileListsTakeLittleMemory(t *testing.T) {
	for endpoint, member := range map[string]string{
		"List":        `"integrations":`,
		"Health":      `"integrations":`,
		"SyncBilling": `"results":`,
	} {
		for _, c := range []struct{ head, repeated, tail string }{
			{"{" + member + "[", "0,", "0]}"},
			{"{" + member + "[", "{},", "{}]}"},
			{"{" + member + "[", `{"id":1},`, `{"id":1}]}`},
			{"{", member + "[],", member + "[]}"},
			{"{", member + `[{"id":1}],`, member + "[]}"},
		} {
			t.Run(endpoint+" of "+c.repeated, func(t *testing.T) {
				body := c.head + strings.Repeat(c.repeated, (4<<20-100)/len(c.repeated)) + c.tail
				client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
				var err error
				_, bytes := costOf(func() { err = endpoints[endpoint](t.Context(), client) })
				assert.False(t, asType[*spideriq.TransportError](err), "it has been read: %v", err)
				assert.Less(t, bytes>>20, uint64(64+5*4), "MiB: 64, and what reading the body takes")
			})
		}
	}
}

// Results that are kept do not keep the bodies that they came in. It measures the whole
// process, so it is not parallel.
func TestKeptResultsDoNotKeepTheirBodies(t *testing.T) {
	filler := strings.Repeat(`"unknown member": "`+strings.Repeat("x", 1000)+`",`, 2<<10)
	body := `{"integration": {` + filler + `"id": 42, "key_label": "kept", "provider_name": "groq", ` +
		`"key_preview": {"api_key": "sk...1"}, "spend_limit_amount": "12.50"}}`
	client := newClient(t, fakeapi.New(fakeapi.Respond(200, body)))
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var kept []*spideriq.Integration
	for range 15 {
		updated, err := client.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
		require.NoError(t, err)
		kept = append(kept, updated)
	}
	after := heap()
	assert.Less(t, after, before+4<<20, "15 bodies have 30 MiB")
	runtime.KeepAlive(kept)
}

// An emptyReader returns nothing and no error for ever. It spins, so that fake time would
// stand still: this is the one test that takes real time.
type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { runtime.Gosched(); return 0, nil }
func (emptyReader) Close() error             { return nil }

func TestBodyThatNeverReturnsAnythingEndsWithTheAttempt(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 502} {
		empty := func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, ContentLength: -1, Body: emptyReader{}, Request: req}, nil
		}
		client := newClient(t, fakeapi.New(empty), oneAttempt, spideriq.WithAttemptTimeout(50*time.Millisecond))
		done := make(chan error, 1)
		go func() { done <- update(context.WithoutCancel(t.Context()), client) }()
		select {
		case err := <-done:
			requireAs[*spideriq.TransportError](t, err)
		case <-time.After(10 * time.Second):
			t.Fatal("the body is read past the timeout of the attempt")
		}
	}
}
