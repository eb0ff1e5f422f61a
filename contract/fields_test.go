package contract

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spideriq/spideriq-go"
	"github.com/stretchr/testify/assert"
)

// tagNames returns the sorted names in the tags of the struct v.
func tagNames(v any, key string) []string {
	var names []string
	for field := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get(key), ",")
		names = append(names, name)
	}
	return sortedUnique(names)
}

func jsonNames(v any) []string { return tagNames(v, "json") }

// properties returns the sorted names of the properties of a schema.
func properties(schema document, except ...string) []string {
	all := maps.Clone(schema["properties"].(map[string]any))
	for _, name := range except {
		delete(all, name)
	}
	return slices.Sorted(maps.Keys(all))
}

func TestTypesHaveTheDocumentedFieldsAndNoOthers(t *testing.T) {
	t.Parallel()
	d := load(t)
	integration := append(properties(d.schema("Integration")), properties(d.schema("IntegrationRecord"))...)
	assert.Equal(t, sortedUnique(integration), jsonNames(spideriq.Integration{}))
	assert.Equal(t, properties(d.operation(t, "update").requestBody()), jsonNames(spideriq.UpdateParams{}))
	assert.Equal(t, properties(d.operation(t, "create").requestBody()), jsonNames(spideriq.CreateParams{}))

	assert.Equal(t, properties(d.schema("HealthResponse"), "success"), jsonNames(spideriq.HealthReport{}))
	assert.Equal(t, properties(d.schema("HealthSummary")), jsonNames(spideriq.HealthSummary{}))
	assert.Equal(t, properties(d.schema("IntegrationHealth")), jsonNames(spideriq.IntegrationHealth{}))
	assert.Equal(t, properties(d.schema("Recommendation")), jsonNames(spideriq.Recommendation{}))
	assert.Equal(t, properties(d.schema("SyncResponse"), "success"), jsonNames(spideriq.BillingSync{}))
	assert.Equal(t, properties(d.schema("BillingResult")), jsonNames(spideriq.BillingResult{}))
}

func TestQueryParametersAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	params := map[string]any{
		"list":        spideriq.ListParams{},
		"syncBilling": spideriq.SyncBillingParams{},
	}
	for _, o := range load(t).operations() {
		if v, ok := params[o.id]; ok {
			assert.Equal(t, o.queryNames(), tagNames(v, "url"), o.id)
		} else {
			assert.Empty(t, o.queryNames(), o.id)
		}
	}
}

func TestConstantsAreTheDocumentedValues(t *testing.T) {
	t.Parallel()
	d := load(t)
	enum := func(schema document) []string {
		var values []string
		for _, value := range list(schema["enum"]) {
			values = append(values, value.(string))
		}
		return values
	}
	update := d.at(d, "components", "schemas", "UpdateIntegration", "properties")
	assert.Equal(t, enum(d.at(update["spend_limit_period"])), []string{
		string(spideriq.SpendLimitPeriodDaily),
		string(spideriq.SpendLimitPeriodMonthly),
	})
	assert.Equal(t, enum(d.at(update["spend_limit_action"])), []string{
		string(spideriq.SpendLimitActionWarn),
		string(spideriq.SpendLimitActionBlock),
	})
	assert.Equal(t, enum(d.schema("HealthStatus")), []string{
		string(spideriq.HealthStatusHealthy),
		string(spideriq.HealthStatusDegraded),
		string(spideriq.HealthStatusUnhealthy),
	})
	assert.Equal(t, d.at(list(d["servers"])[0])["url"], spideriq.DefaultBaseURL)
}
