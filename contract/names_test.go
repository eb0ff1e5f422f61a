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

// tags returns the names that a struct has on the wire.
func tags(t reflect.Type, key string) (names []string) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get(key), ",")
		names = append(names, name)
	}
	return sortedUnique(names)
}

func properties(schema document, except ...string) []string {
	all := maps.Clone(schema["properties"].(map[string]any))
	for _, name := range except {
		delete(all, name)
	}
	return slices.Sorted(maps.Keys(all))
}

// A field on one side only fails here, whichever side it is.
func TestTypesHaveTheDocumentedFieldsAndNoOthers(t *testing.T) {
	t.Parallel()
	d := load(t)
	schema := func(name string) document { return d.closed(d.at(d["components"], "schemas", name), false) }

	assert.Equal(t, properties(d.operation(t, "update").body()), tags(reflect.TypeFor[spideriq.UpdateParams](), "json"))
	assert.Equal(t, properties(d.operation(t, "create").body()), tags(reflect.TypeFor[spideriq.CreateParams](), "json"))
	assert.Equal(t, sortedUnique(append(properties(schema("Integration")), properties(schema("IntegrationRecord"))...)),
		tags(reflect.TypeFor[spideriq.Integration](), "json"))

	assert.Equal(t, d.operation(t, "list").query(), tags(reflect.TypeFor[spideriq.ListParams](), "url"))
	assert.Equal(t, d.operation(t, "syncBilling").query(), tags(reflect.TypeFor[spideriq.SyncBillingParams](), "url"))
	for _, o := range d.operations() {
		if o.id != "list" && o.id != "syncBilling" {
			assert.Empty(t, o.query(), o.id)
		}
	}

	assert.Equal(
		t,
		properties(schema("HealthAnswer"), "success"),
		tags(reflect.TypeFor[spideriq.HealthReport](), "json"),
	)
	assert.Equal(t, properties(schema("HealthSummary")), tags(reflect.TypeFor[spideriq.HealthSummary](), "json"))
	assert.Equal(
		t,
		properties(schema("IntegrationHealth")),
		tags(reflect.TypeFor[spideriq.IntegrationHealth](), "json"),
	)
	assert.Equal(t, properties(schema("Recommendation")), tags(reflect.TypeFor[spideriq.Recommendation](), "json"))
	assert.Equal(t, properties(schema("SyncAnswer"), "success"), tags(reflect.TypeFor[spideriq.BillingSync](), "json"))
	assert.Equal(t, properties(schema("BillingResult")), tags(reflect.TypeFor[spideriq.BillingResult](), "json"))
}

// The words that the client has constants for are those that are documented.
func TestConstantsAreTheDocumentedWords(t *testing.T) {
	t.Parallel()
	d := load(t)
	words := func(schema document) (all []string) {
		for _, word := range schema["enum"].([]any) {
			all = append(all, word.(string))
		}
		return all
	}
	property := func(name string) document {
		return d.at(d["components"], "schemas", "UpdateIntegration", "properties", name)
	}
	assert.Equal(
		t,
		words(property("spend_limit_period")),
		[]string{string(spideriq.SpendLimitPeriodDaily), string(spideriq.SpendLimitPeriodMonthly)},
	)
	assert.Equal(
		t,
		words(property("spend_limit_action")),
		[]string{string(spideriq.SpendLimitActionWarn), string(spideriq.SpendLimitActionBlock)},
	)
	assert.Equal(
		t,
		words(d.at(d["components"], "schemas", "HealthStatus")),
		[]string{
			string(spideriq.HealthStatusHealthy),
			string(spideriq.HealthStatusDegraded),
			string(spideriq.HealthStatusUnhealthy),
		},
	)
	assert.Equal(t, spideriq.DefaultBaseURL, d["servers"].([]any)[0].(map[string]any)["url"])
}
