package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spideriq/spideriq-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample returns a value that a schema allows, with every property, and nothing in
// it that is the zero value in Go. Of several types it takes the first, or the
// second when there is a choice of two that are not null.
func sample(schema document, second bool) any {
	if only, ok := schema["const"]; ok {
		return only
	}
	for _, word := range list(schema["enum"]) {
		if word != nil && word != 0.0 {
			return word
		}
	}
	var types []any
	for _, kind := range append(slices.Clip(list(schema["type"])), schema["type"]) {
		if _, ok := kind.(string); ok && kind != "null" {
			types = append(types, kind)
		}
	}
	if second && len(types) > 1 {
		types = types[1:]
	}
	switch types[0] {
	case "boolean":
		return true
	case "integer":
		return 7
	case "number":
		return json.Number("12.50")
	case "array":
		return []any{sample(schema["items"].(document), second)}
	case "object":
		object := map[string]any{}
		named, _ := schema["properties"].(map[string]any)
		for name, property := range named {
			object[name] = sample(property.(document), second)
		}
		if more, ok := schema["additionalProperties"].(map[string]any); ok {
			object["any_name"] = sample(more, second)
		}
		return object
	}
	switch {
	case schema["format"] == "date-time":
		return "2026-02-26T15:30:00Z"
	case schema["pattern"] != nil:
		return "12.50"
	}
	return "text"
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}

// filled reports every field in v that is its zero value, and every field tagged
// as one of absent that is not.
func filled(t *testing.T, path string, v reflect.Value, absent []string) {
	t.Helper()
	if !assert.False(t, v.IsZero(), path+" is empty") || v.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		filled(t, path, v.Elem(), absent)
	case reflect.Slice:
		require.Equal(t, 1, v.Len(), path)
		filled(t, path+"[0]", v.Index(0), absent)
	case reflect.Struct:
		for field, value := range v.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); slices.Contains(absent, name) {
				assert.True(t, value.IsZero(), path+"."+field.Name+" is not empty")
				continue
			}
			filled(t, path+"."+field.Name, value, absent)
		}
	}
}

// canned answers everything alike.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: req}, nil
}

// An answer that has everything that is documented leaves no field of what the
// client returns empty; also when decimals come as strings.
func TestClientReadsEveryDocumentedField(t *testing.T) {
	t.Parallel()
	d := load(t)
	record := properties(d.at(d["components"], "schemas", "IntegrationRecord"))
	for operation, c := range map[string]struct {
		call   func(s *spideriq.IntegrationsService) (any, error)
		absent []string
	}{
		"update": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.Update(t.Context(), 7, spideriq.UpdateParams{})
		}, record},
		"create": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.Create(t.Context(), spideriq.CreateParams{ProviderName: "groq", Credentials: spideriq.Credentials{"api_key": "fake"}})
		}, nil},
		"list": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.List(t.Context(), spideriq.ListParams{})
		}, nil},
		"health": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.Health(t.Context())
		}, nil},
		"syncBilling": {func(s *spideriq.IntegrationsService) (any, error) {
			return s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
		}, nil},
		"delete": {func(s *spideriq.IntegrationsService) (any, error) {
			return true, s.Delete(t.Context(), 7)
		}, nil},
	} {
		for _, second := range []bool{false, true} {
			t.Run(operation+"/strings="+strconv.FormatBool(second), func(t *testing.T) {
				t.Parallel()
				status, schema := d.operation(t, operation).success()
				body, err := json.Marshal(sample(schema, second))
				require.NoError(t, err)
				code, err := strconv.Atoi(status)
				require.NoError(t, err)
				client, err := spideriq.NewClient(
					"a:b:c",
					spideriq.WithHTTPClient(&http.Client{Transport: canned{code, body}}),
				)
				require.NoError(t, err)
				got, err := c.call(client.Integrations)
				require.NoError(t, err)
				filled(t, operation, reflect.ValueOf(got), c.absent)
			})
		}
	}
}
