package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// installed returns the path of a program of the Debian package prometheus. It fails the
// test where that is not installed.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "this test needs a real %s: apt-get install prometheus", name)
	return path
}

func TestPromtoolAcceptsConfigurationAndRules(t *testing.T) {
	t.Parallel()
	promtool := installed(t, "promtool")
	for _, args := range [][]string{
		{"check", "config", "prometheus.yml"},
		{"check", "rules", "alerts.yml"},
		{"test", "rules", "alerts_test.yml"},
	} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "prometheus"
		output, err := cmd.CombinedOutput()
		assert.NoError(t, err, "promtool %s: %s", strings.Join(args, " "), output)
	}
}

func TestPromtoolAcceptsTheMetrics(t *testing.T) {
	t.Parallel()
	promtool := installed(t, "promtool")
	m := newMetrics()
	m.addProvider("groq")
	m.keys.set([]*spideriq.Integration{{ID: 1, ProviderName: "groq", DailyLimit: new(5)}})
	cmd := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(strings.Join(scraped(t, m, ""), "\n") + "\n")
	output, err := cmd.CombinedOutput()
	assert.NoError(t, err, string(output))
}

// startPrometheus starts a real Prometheus with our configuration, but for the address of
// the guard and shorter intervals. It returns the URL of its API.
func startPrometheus(t *testing.T, guardAddress string) string {
	t.Helper()
	binary := installed(t, "prometheus")
	dir := t.TempDir()
	config, err := os.ReadFile("prometheus/prometheus.yml")
	require.NoError(t, err)
	ours := strings.NewReplacer("127.0.0.1:9464", guardAddress, "15s", "200ms").Replace(string(config))
	require.Contains(t, ours, guardAddress)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(ours), 0o600))
	rules, err := os.ReadFile("prometheus/alerts.yml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "alerts.yml"), rules, 0o600))

	address := freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, binary,
		"--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("Prometheus logged:\n%s", text)
		}
	})
	return "http://" + address + "/api/v1"
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// firing returns the names of the alerts that fire, by the id of their key.
func firing(api string) map[string]string {
	resp, err := http.Get(api + "/alerts")
	if err != nil {
		return nil // it is starting
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return nil
	}
	found := make(map[string]string)
	for _, alert := range answer.Data.Alerts {
		if alert.State == "firing" {
			found[alert.Labels["alertname"]] = alert.Labels["id"]
		}
	}
	return found
}

// The environment is that of the process, so this test is not parallel.
func TestRealPrometheusScrapesTheGuardAndAnAlertFires(t *testing.T) {
	server := spideriqtest.NewServer()
	t.Cleanup(server.Close)
	server.Add(spideriq.Integration{
		ID: 7, ProviderName: spideriq.ProviderGroq, IsActive: true, IsPrimary: true,
		DailyLimit: new(1000), DailyCount: 100,
	})
	t.Setenv("SPIDERIQ_TOKEN", server.Token)
	t.Setenv("SPIDERIQ_API_URL", server.URL)
	j := start(t, func(ctx context.Context, stdout io.Writer) int {
		args := []string{"-interval", "1s", "-log-format", "json", "-metrics", "127.0.0.1:0"}
		return run(ctx, args, stdout, io.Discard)
	})
	address := j.await("serving metrics")["address"].(string)
	j.await("guarding") // the last line: a line that nobody reads would hold up the guard
	api := startPrometheus(t, address)
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()

	scraped := func() bool {
		resp, err := http.Get(api + `/query?query=spideriq_integration_daily_requests`)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return err == nil && strings.Contains(string(body), `"100"`)
	}
	require.Eventually(t, scraped, 30*time.Second, 100*time.Millisecond)
	assert.Empty(t, firing(api))

	busy, _ := server.Get(7)
	busy.DailyCount = 950
	server.Add(busy)
	fires := func() bool { return firing(api)["DailyLimitNear"] == "7" }
	require.Eventually(t, fires, 30*time.Second, 100*time.Millisecond)

	assert.Equal(t, exitDone, j.end())
}
