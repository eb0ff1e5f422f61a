// Package contract checks the client and the fake server against openapi.yaml, which
// describes the documented API. It has tests only.
package contract

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const file = "openapi.yaml"

// A document is openapi.yaml or a part of it.
type document map[string]any

// fileAsJSON returns openapi.yaml in JSON.
var fileAsJSON = sync.OnceValues(func() ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return json.Marshal(doc)
})

func load(t *testing.T) document {
	t.Helper()
	text, err := fileAsJSON()
	require.NoError(t, err)
	var d document
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestDocumentAndItsExamplesAreValid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	assert.Equal(t, "3.1.0", doc.OpenAPI)
	assert.NoError(t, doc.Validate(t.Context(), openapi3.EnableExamplesValidation()))
}

// at returns the object at a path of names below part. It resolves every reference on
// the way, the last one included. The result is nil when there is no such object.
func (d document) at(part any, names ...string) document {
	found := asDocument(part)
	if ref, ok := found["$ref"].(string); ok {
		path := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		return d.at(d.at(d, path...), names...)
	}
	if len(names) == 0 {
		return found
	}
	return d.at(found[names[0]], names[1:]...)
}

func asDocument(v any) document {
	switch v := v.(type) {
	case document:
		return v
	case map[string]any:
		return v
	}
	return nil
}

// schema returns a named schema in its closed form.
func (d document) schema(name string) document {
	return d.closed(d.at(d, "components", "schemas", name), false)
}

// An operation is one method of one path.
type operation struct {
	id   string
	doc  document
	node document
}

func (d document) operations() []operation {
	var all []operation
	for _, item := range d.at(d["paths"]) {
		for method, part := range d.at(item) {
			if method == "parameters" {
				continue
			}
			node := d.at(part)
			all = append(all, operation{id: node["operationId"].(string), doc: d, node: node})
		}
	}
	return all
}

func (d document) operation(t *testing.T, id string) operation {
	t.Helper()
	all := d.operations()
	i := slices.IndexFunc(all, func(o operation) bool { return o.id == id })
	require.GreaterOrEqual(t, i, 0, id)
	return all[i]
}

// requestBody returns the schema of the request body.
func (o operation) requestBody() document {
	return o.doc.closed(o.doc.at(o.node["requestBody"], "content", "application/json", "schema"), false)
}

// success returns the status and the schema of the response to a call that succeeds.
// The schema requires every documented property.
func (o operation) success() (status string, schema document) {
	for status, response := range o.doc.at(o.node["responses"]) {
		if status[0] != '2' {
			continue
		}
		// The second alternative is {"success": false}.
		alternatives := o.doc.at(response, "content", "application/json", "schema")["anyOf"].([]any)
		return status, o.doc.closed(alternatives[0], true)
	}
	return "", nil
}

// queryNames returns the sorted names of the query parameters.
func (o operation) queryNames() []string {
	var names []string
	for _, part := range list(o.node["parameters"]) {
		parameter := o.doc.at(part)
		if parameter["in"] == "query" {
			names = append(names, parameter["name"].(string))
		}
	}
	slices.Sort(names)
	return names
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}
