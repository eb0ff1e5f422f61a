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

// sample returns a value that a schema allows. It has every property, and no part of it
// is a zero value in Go. Where the schema allows several types that are not null, the
// value has the first of them, or the second when second is set.
func sample(schema document, second bool) any {
	if value, ok := schema["const"]; ok {
		return value
	}
	for _, value := range list(schema["enum"]) {
		if value != nil && value != 0.0 {
			return value
		}
	}
	types := typesOf(schema)
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
		return sampleObject(schema, second)
	}
	return sampleString(schema)
}

// typesOf returns the types that a schema allows, without null.
func typesOf(schema document) []string {
	all := list(schema["type"])
	if all == nil {
		all = []any{schema["type"]}
	}
	var types []string
	for _, v := range all {
		if name, ok := v.(string); ok && name != "null" {
			types = append(types, name)
		}
	}
	return types
}

func sampleObject(schema document, second bool) map[string]any {
	object := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		object[name] = sample(property.(document), second)
	}
	if additional, ok := schema["additionalProperties"].(map[string]any); ok {
		object["any_name"] = sample(additional, second)
	}
	return object
}

func sampleString(schema document) string {
	switch {
	case schema["format"] == "date-time":
		return "2026-02-26T15:30:00Z"
	case schema["pattern"] != nil:
		return "12.50"
	}
	return "text"
}

// assertFilled fails for every field in v that is its zero value. The fields whose JSON
// name is one of absent must be zero.
func assertFilled(t *testing.T, path string, v reflect.Value, absent []string) {
	t.Helper()
	if !assert.False(t, v.IsZero(), path+" is empty") {
		return
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		return // its fields are not exported
	}
	switch v.Kind() {
	case reflect.Pointer:
		assertFilled(t, path, v.Elem(), absent)
	case reflect.Slice:
		require.Equal(t, 1, v.Len(), path)
		assertFilled(t, path+"[0]", v.Index(0), absent)
	case reflect.Struct:
		for field, value := range v.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if slices.Contains(absent, name) {
				assert.True(t, value.IsZero(), path+"."+field.Name+" is not empty")
			} else {
				assertFilled(t, path+"."+field.Name, value, absent)
			}
		}
	}
}

// cannedResponse is a transport that returns the same response to every request.
type cannedResponse struct {
	status int
	body   []byte
}

func (c cannedResponse) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode:    c.status,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(c.body)),
		ContentLength: int64(len(c.body)),
		Request:       req,
	}, nil
}

// readers make a call of each operation and return its result.
var readers = map[string]func(t *testing.T, s *spideriq.IntegrationsService) (any, error){
	"update": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return s.Update(t.Context(), 7, spideriq.UpdateParams{})
	},
	"create": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return s.Create(t.Context(), spideriq.CreateParams{
			ProviderName: spideriq.ProviderGroq,
			Credentials:  spideriq.Credentials{"api_key": "fake"},
		})
	},
	"list": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return s.List(t.Context(), spideriq.ListParams{})
	},
	"health": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return s.Health(t.Context())
	},
	"syncBilling": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return s.SyncBilling(t.Context(), spideriq.SyncBillingParams{})
	},
	"delete": func(t *testing.T, s *spideriq.IntegrationsService) (any, error) {
		return true, s.Delete(t.Context(), 7)
	},
}

// The response has every documented member. Amounts are numbers or strings.
func TestClientReadsEveryDocumentedField(t *testing.T) {
	t.Parallel()
	d := load(t)
	// The response to an update does not have the members of IntegrationRecord.
	absent := map[string][]string{"update": properties(d.schema("IntegrationRecord"))}
	for _, o := range d.operations() {
		read, ok := readers[o.id]
		require.True(t, ok, "no call of %s", o.id)
		for _, second := range []bool{false, true} {
			t.Run(o.id+"/strings="+strconv.FormatBool(second), func(t *testing.T) {
				t.Parallel()
				client := clientOfSample(t, o, second)
				got, err := read(t, client.Integrations)
				require.NoError(t, err)
				assertFilled(t, o.id, reflect.ValueOf(got), absent[o.id])
			})
		}
	}
}

// clientOfSample returns a client that receives a sample of the operation's response.
func clientOfSample(t *testing.T, o operation, second bool) *spideriq.Client {
	t.Helper()
	status, schema := o.success()
	body, err := json.Marshal(sample(schema, second))
	require.NoError(t, err)
	code, err := strconv.Atoi(status)
	require.NoError(t, err)
	transport := cannedResponse{status: code, body: body}
	client, err := spideriq.NewClient("a:b:c", spideriq.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	return client
}
