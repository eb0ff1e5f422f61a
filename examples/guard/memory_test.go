package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

// A memory is a pool behind a RoundTripper, without sockets, so that time can be
// fake around it.
type memory struct {
	mu       sync.Mutex
	began    time.Time
	keys     []*spideriq.Integration
	requests []string // "1m0s PATCH 2 {…}"
	onePrime bool     // the API makes the other keys of a provider secondary; it does not say whether
	fewRows  bool     // the health report counts keys that it does not list
	fault    func(*http.Request) (*http.Response, error)
}

// newMemory starts with the keys of two providers, 1 and 9 primary.
func newMemory() *memory {
	keys := []*spideriq.Integration{
		{ID: 1, ProviderName: "openrouter", KeyLabel: "Production", IsPrimary: true, Priority: 10},
		{ID: 2, ProviderName: "openrouter", KeyLabel: "Reserve"},
		{ID: 3, ProviderName: "openrouter", KeyLabel: "Last resort"},
		{ID: 9, ProviderName: "groq", KeyLabel: "Batch", IsPrimary: true, Priority: 10},
	}
	for _, key := range keys {
		key.IsActive = true
		key.HealthStatus = spideriq.HealthStatusHealthy
	}
	return &memory{began: time.Now(), keys: keys}
}

// reserve is a healthy key that is not primary.
func reserve(id int64, provider string) *spideriq.Integration {
	healthy := spideriq.HealthStatusHealthy
	return &spideriq.Integration{ID: id, ProviderName: provider, IsActive: true, HealthStatus: healthy}
}

// set changes the health of a key.
func (m *memory) set(id int64, status spideriq.HealthStatus) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.find(id).HealthStatus = status
}

func (m *memory) get(id int64) spideriq.Integration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.find(id)
}

func (m *memory) find(id int64) *spideriq.Integration {
	for _, key := range m.keys {
		if key.ID == id {
			return key
		}
	}
	return nil
}

// failing makes requests whose line contains part fail with err, after they have
// been applied when applied is true.
func (m *memory) failing(part string, applied bool, answer func() (*http.Response, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(m.requests[len(m.requests)-1], part) {
			return nil, nil
		}
		if applied {
			m.serve(r)
		}
		return answer()
	}
}

func (m *memory) heal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = nil
}

func status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		w := httptest.NewRecorder()
		if len(header) > 0 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
		return w.Result(), nil
	}
}

func lost() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	below := strings.TrimPrefix(r.URL.RequestURI(), "/api/v1/integrations")
	line := fmt.Sprint(time.Since(m.began), " ", r.Method, " ", below)
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		line += " " + string(body)
	}
	m.requests = append(m.requests, line)
	if m.fault != nil {
		if resp, err := m.fault(r); resp != nil || err != nil {
			if resp != nil {
				resp.Request = r
			}
			return resp, err
		}
	}
	resp := m.serve(r)
	resp.Request = r
	return resp, nil
}

func (m *memory) serve(r *http.Request) *http.Response {
	answer := map[string]any{"success": true}
	path := strings.TrimPrefix(r.URL.Path, "/api/v1/integrations")
	switch {
	case r.Method == http.MethodPatch:
		id, _ := strconv.ParseInt(path[1:], 10, 64)
		key := m.find(id)
		if err := json.NewDecoder(r.Body).Decode(key); err != nil {
			return httptest.NewRecorder().Result()
		}
		if m.onePrime && key.IsPrimary {
			for _, other := range m.keys {
				other.IsPrimary = other == key || other.IsPrimary && other.ProviderName != key.ProviderName
			}
		}
		answer["integration"] = key
	case path == "/health":
		unhealthy, rows := 0, []map[string]any{}
		for _, key := range m.keys {
			if key.HealthStatus == spideriq.HealthStatusUnhealthy {
				unhealthy++
			}
			rows = append(rows, map[string]any{
				"id": key.ID, "provider_name": key.ProviderName, "key_label": key.KeyLabel,
				"health_status": key.HealthStatus, "last_error": "Incorrect API key provided: sk-fake",
			})
		}
		if m.fewRows {
			rows = rows[:0]
		}
		answer["summary"], answer["integrations"] = map[string]any{"unhealthy": unhealthy}, rows
	default:
		answer["integrations"] = m.keys
	}
	w := httptest.NewRecorder()
	_ = json.NewEncoder(w).Encode(answer)
	return w.Result()
}

// taken returns the requests since the last call that contain part.
func (m *memory) taken(part string) (found []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, line := range m.requests {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	m.requests = nil
	return found
}

const token = "client_fake:key_fake:secret_fake"

// A watch is a guard at work on a memory, in fake time.
type watch struct {
	*memory
	metrics *metrics
	log     *bytes.Buffer
	stop    func() (code int)
}

// logged returns what the guard has logged since the last call, without the times.
func (w watch) logged() string {
	synctest.Wait()
	defer w.log.Reset()
	return w.log.String()
}

var usual = settings{interval: 30 * time.Second, cooldown: 10 * time.Minute, maxBackoff: 5 * time.Minute}

// guarding runs a test in fake time, with a guard that looks at 0s, 30s, 1m0s and
// so on. The test starts at 1s.
func guarding(t *testing.T, s settings, prepare func(*memory), test func(t *testing.T, w watch)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := watch{memory: newMemory(), metrics: newMetrics(), log: new(bytes.Buffer)}
		if prepare != nil {
			prepare(w.memory)
		}
		client, err := spideriq.NewClient(token, spideriq.WithHTTPClient(&http.Client{Transport: w}),
			spideriq.WithMaxAttempts(1)) // the guard's own patience is what counts here
		require.NoError(t, err)
		noTime := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		logger := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{ReplaceAttr: noTime}))
		ctx, interrupt := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		go func() { ended <- newGuard(client.Integrations, s, logger, w.metrics).watch(ctx) }()
		w.stop = sync.OnceValue(func() int {
			interrupt()
			return <-ended
		})
		time.Sleep(time.Second)
		test(t, w)
		w.stop()
	})
}
