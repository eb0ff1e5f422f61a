package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestAmountsCompareByValueAndKeepTheirDigits(t *testing.T) {
	t.Parallel()
	for written, sent := range map[string]string{
		"500": "", "500.0": "", "500.00": "", "500.000": "", "5e2": "", "5.0E+2": "",
		"1000": "1000", "1000.000": "1000.000", "1e3": "1e3", "500.01": "500.01", "0": "0", "0.00": "0.00",
		"12345678901234567890.12345678901234567890": "12345678901234567890.12345678901234567890",
	} {
		t.Run(written, func(t *testing.T) {
			t.Parallel()
			server := startPool(t) // 42 has 500.00
			got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, "integrations: [{id: 42, spend_limit_amount: "+written+"}]")
			assert.Equal(t, 0, got.code)
			assert.Empty(t, got.stderr)
			if sent == "" {
				assert.Equal(t, "no changes\n", got.stdout)
				assert.Empty(t, updates(server))
				return
			}
			assert.Equal(t, []string{`PATCH /42 {"spend_limit_amount":` + sent + `}`}, updates(server))
		})
	}
}

func TestFalseZeroAndEmptyAreSettings(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	yaml := `integrations:
  - id: 42
    provider_name: openrouter
    key_label: ""
    is_active: false
    is_primary: FALSE
    daily_limit: 0
    minute_limit: 0
    spend_limit_amount: 0
`
	got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, yaml)
	assert.Equal(t, 0, got.code)
	assert.Contains(t, got.stdout, `    key_label           "Production OpenRouter" -> ""`)
	assert.Equal(t, []string{`PATCH /42 {"key_label":"","is_active":false,"is_primary":false,"daily_limit":0,"minute_limit":0,"spend_limit_amount":0}`}, updates(server))
	assert.Equal(t, "no changes\n", reconcileOn(t, t.Context(), server.Client(), settings{}, yaml).stdout)
}

func TestWhatIsNotSetDiffersFromEverything(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	yaml := `integrations:
  - provider_name: mistral
    key_label: ""
    daily_limit: 0
    spend_limit_amount: 0
    spend_limit_period: daily
    spend_limit_action: warn
`
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, yaml)
	assert.Equal(t, `integration 45, mistral, ""
    daily_limit         not set -> 0
    spend_limit_amount  not set -> 0
    spend_limit_period  not set -> daily
    spend_limit_action  not set -> warn

to change: 1, as wanted: 0, not in the file: 3
`, got.stdout)
}

func TestFileWithoutChanges(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	for _, yaml := range []string{"integrations: []", "integrations: [{id: 42}]", "integrations: [{provider_name: groq, key_label: Batch jobs}]"} {
		assert.Equal(t, outcome{0, "no changes\n", ""}, reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, yaml))
	}
	assert.Empty(t, updates(server))
}

func TestPoolOfManyPages(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	for id := int64(1001); id <= 1250; id++ {
		server.Add(spideriq.Integration{ID: id, ProviderName: spideriq.ProviderGroq, KeyLabel: "Batch jobs 2"})
	}
	got := reconcileOn(t, t.Context(), server.Client(), settings{}, "integrations: [{id: 1250, is_active: true}]")
	assert.Contains(t, got.stdout, "to change: 1, as wanted: 0, not in the file: 253\n")
}

// Three updates, the second of which meets a fault.
const three = "integrations:\n  - {id: 42, daily_limit: 1}\n  - {id: 43, daily_limit: 1}\n  - {id: 44, daily_limit: 1}\n"

func TestApplyAfterAFailedUpdate(t *testing.T) {
	t.Parallel()
	none, cut := spideriqtest.Fault{}, spideriqtest.Cut()
	busy := spideriqtest.Status(502, "")
	for name, c := range map[string]struct {
		faults  []spideriqtest.Fault // of the list, then of the updates
		summary string
		says    string
	}{
		"refused":         {[]spideriqtest.Fault{none, none, spideriqtest.Status(400, `{"success": false, "error": "too small"}`)}, "applied: 2, failed: 1, unknown: 0, not tried: 0", "too small"},
		"gone":            {[]spideriqtest.Fault{none, none, spideriqtest.Status(404, `{}`)}, "applied: 2, failed: 1, unknown: 0, not tried: 0", "404"},
		"server error":    {[]spideriqtest.Fault{none, none, spideriqtest.Status(501, `{}`)}, "applied: 2, failed: 1, unknown: 0, not tried: 0", "501"},
		"gateway":         {[]spideriqtest.Fault{none, none, busy, busy, busy}, "applied: 2, failed: 0, unknown: 1, not tried: 0", "may have been applied"},
		"login page":      {[]spideriqtest.Fault{none, none, spideriqtest.HTMLPage(200)}, "applied: 2, failed: 0, unknown: 1, not tried: 0", "invalid response"},
		"not what it was": {[]spideriqtest.Fault{none, none, spideriqtest.Status(200, `{"integration": {"id": 43, "daily_limit": 5}}`)}, "applied: 2, failed: 0, unknown: 1, not tried: 0", "its answer does not show it"},
		"lost answers":    {[]spideriqtest.Fault{none, none, cut, cut, cut}, "applied: 1, failed: 0, unknown: 1, not tried: 1", "may have been applied"},
		"expired token":   {[]spideriqtest.Fault{none, none, spideriqtest.Status(401, `{}`)}, "applied: 1, failed: 1, unknown: 0, not tried: 1", "401"},
		"forbidden":       {[]spideriqtest.Fault{none, none, spideriqtest.Status(403, `{}`)}, "applied: 1, failed: 1, unknown: 0, not tried: 1", "403"},
		"plan used up":    {[]spideriqtest.Fault{none, none, spideriqtest.RateLimited(0)}, "applied: 1, failed: 1, unknown: 0, not tried: 1", "429"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startPool(t)
			server.Fail(c.faults...)
			got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, three)
			assert.Equal(t, 1, got.code)
			assert.True(t, strings.HasSuffix(got.stdout, "\n"+c.summary+"\n"), got.stdout)
			assert.True(t, strings.HasPrefix(got.stderr, "pool.yaml:3: integration 43: "), got.stderr)
			assert.Contains(t, got.stderr, c.says)
			assert.Equal(t, strings.Contains(c.summary, "unknown: 1"), strings.Contains(got.stderr, "plan shows what is left"))
		})
	}
}

func TestAFaultThatPassesIsNoFailure(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	server.Fail(spideriqtest.Status(503, ""), spideriqtest.Fault{}, spideriqtest.Cut(), spideriqtest.CutBody())
	got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, three)
	assert.Equal(t, 0, got.code)
	assert.Empty(t, got.stderr)
}

func TestPoolThatCannotBeRead(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	server.Fail(spideriqtest.Status(403, `{"detail": "read only"}`))
	got := reconcileOn(t, t.Context(), server.Client(), settings{apply: true}, three)
	assert.Equal(t, outcome{1, "", "reconcile: spideriq: GET /integrations: 403 Forbidden: read only\n"}, got)
}

// interrupter is a Ctrl-C while an update is on its way.
type interrupter struct {
	interrupt context.CancelFunc
	next      http.RoundTripper
}

func (i interrupter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch {
		time.AfterFunc(0, i.interrupt)
		<-r.Context().Done()
	}
	return i.next.RoundTrip(r)
}

func TestInterruptedApplySaysWhatIsUnknown(t *testing.T) {
	t.Parallel()
	server := startPool(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	base := new(http.Transport)
	defer base.CloseIdleConnections()
	client := server.Client(spideriq.WithHTTPClient(&http.Client{Transport: interrupter{interrupt, base}}))
	got := reconcileOn(t, ctx, client, settings{apply: true}, three)
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.stdout, "applied: 0, failed: 0, unknown: 1, not tried: 2\n")
	assert.Contains(t, got.stderr, "pool.yaml:2: integration 42: spideriq: PATCH /integrations/42: context canceled")
}
