package acceptance_test

import (
	"cmp"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/internal/fakeapi"
)

// samples are values on the wire of fields of that type or, for the rest, kind.
var (
	samples = map[reflect.Type]string{
		reflect.TypeFor[time.Time](): `"2026-02-26T15:30:00Z"`, reflect.TypeFor[spideriq.Amount](): `"1.50"`,
		reflect.TypeFor[map[string]string]():      `{"api_key": "sk..."}`,
		reflect.TypeFor[spideriq.HealthSummary](): `{"total": 7}`,
	}
	sampleKinds = map[reflect.Kind]string{
		reflect.String: `"x"`,
		reflect.Int:    `7`,
		reflect.Int64:  `9007199254740993`,
		reflect.Bool:   `true`,
		reflect.Slice:  `[{"id": 7, "issue": "x"}]`,
	}
)

func TestEveryFieldOfAnAnswerIsRead(t *testing.T) {
	t.Parallel()
	health := func(c *spideriq.Client) *spideriq.HealthReport {
		report, err := c.Integrations.Health(t.Context())
		require.NoError(t, err)
		return report
	}
	sync := func(c *spideriq.Client) *spideriq.BillingSync {
		sync, err := c.Integrations.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
		require.NoError(t, err)
		return sync
	}
	for _, c := range []struct {
		answer string // with the member in the place of %s
		read   func(*spideriq.Client) any
	}{
		{`{"integration": {"id": 1, %s}}`, func(c *spideriq.Client) any {
			i, err := c.Integrations.Update(t.Context(), 42, spideriq.UpdateParams{})
			require.NoError(t, err)
			return *i
		}},
		{`{"integrations": [{"id": 1, %s}]}`, func(c *spideriq.Client) any {
			rows, err := c.Integrations.List(t.Context(), spideriq.ListParams{})
			require.NoError(t, err)
			return *rows[0]
		}},
		{`{%s}`, func(c *spideriq.Client) any { return *health(c) }},
		{`{"summary": {%s}}`, func(c *spideriq.Client) any { return health(c).Summary }},
		{`{"integrations": [{%s}]}`, func(c *spideriq.Client) any { return health(c).Integrations[0] }},
		{`{"recommendations": [{%s}]}`, func(c *spideriq.Client) any { return health(c).Recommendations[0] }},
		{`{%s}`, func(c *spideriq.Client) any { return *sync(c) }},
		{`{"results": [{%s}]}`, func(c *spideriq.Client) any { return sync(c).Results[0] }},
	} {
		read := func(member string) reflect.Value {
			return reflect.ValueOf(c.read(newClient(
				t, fakeapi.New(fakeapi.Respond(200, fmt.Sprintf(c.answer, member))),
			)))
		}
		for f := range read(`"unknown": {"id": 5}, "summary": {}, "synced": 0, "provider_name": ""`).Type().Fields() {
			one := f.Type
			if one.Kind() == reflect.Pointer {
				one = one.Elem()
			}
			sample := cmp.Or(samples[one], sampleKinds[one.Kind()])
			require.NotEmpty(t, sample, f.Name)
			got := read(`"` + snakeCase(f.Name) + `": ` + sample)
			for other := range got.Type().Fields() {
				if other.Name != "ID" || f.Name == "ID" {
					assert.Equal(
						t, other.Name != f.Name, got.FieldByIndex(other.Index).IsZero(), "%s.%s by %s",
						got.Type(), other.Name, f.Name,
					)
				}
			}
		}
	}
}
