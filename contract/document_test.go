// Package contract holds the client and the fake server against what is documented
// of the API, in openapi.yaml. It has tests only.
package contract

import (
	"context"
	"encoding/json"
	"maps"
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

// A document is openapi.yaml, or a part of it.
type document map[string]any

// plain is the file as JSON.
var plain = sync.OnceValues(func() ([]byte, error) {
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

func load(t *testing.T) (d document) {
	t.Helper()
	text, err := plain()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestDocumentIsValidAndSoAreItsExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	assert.Equal(t, "3.1.0", doc.OpenAPI)
	assert.NoError(t, doc.Validate(t.Context(), openapi3.EnableExamplesValidation()))
}

// at follows names from object to object, and references wherever one is met.
func (d document) at(part any, names ...string) document {
	found, ok := part.(document)
	if !ok {
		found, _ = part.(map[string]any)
	}
	if ref, ok := found["$ref"].(string); ok {
		return d.at(d.at(d, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), names...)
	}
	if len(names) == 0 {
		return found
	}
	return d.at(found[names[0]], names[1:]...)
}

// An operation is one method of one path.
type operation struct {
	id, method, path string
	doc              document
	node             document
}

func (d document) operations() (all []operation) {
	for path, item := range d.at(d["paths"]) {
		for method, node := range d.at(item) {
			if method != "parameters" {
				node := d.at(node)
				all = append(all, operation{node["operationId"].(string), strings.ToUpper(method), path, d, node})
			}
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

// body returns the schema of what is sent.
func (o operation) body() document {
	return o.doc.closed(o.doc.at(o.node["requestBody"], "content", "application/json", "schema"), false)
}

// success returns the status and the schema of the answer to a call that succeeds.
func (o operation) success() (status string, schema document) {
	for status, response := range o.doc.at(o.node["responses"]) {
		if status[0] == '2' {
			either := o.doc.at(response, "content", "application/json", "schema")["anyOf"].([]any)
			return status, o.doc.closed(either[0], true) // the other one tells of a failure
		}
	}
	return "", nil
}

// query returns the names of the parameters in the query.
func (o operation) query() (names []string) {
	parameters, _ := o.node["parameters"].([]any)
	for _, p := range parameters {
		if p := o.doc.at(p); p["in"] == "query" {
			names = append(names, p["name"].(string))
		}
	}
	slices.Sort(names)
	return names
}

// closed returns a schema without references and allOf, in which an object has no
// other properties than the listed ones; when it is complete, it has all of them.
func (d document) closed(schema any, complete bool) document {
	s := maps.Clone(d.at(schema))
	for _, key := range []string{"anyOf", "allOf"} {
		if list, ok := s[key].([]any); ok {
			each := make([]any, len(list))
			for i := range list {
				each[i] = d.closed(list[i], complete)
			}
			s[key] = each
		}
	}
	if parts, ok := s["allOf"].([]any); ok {
		delete(s, "allOf")
		s["type"] = "object"
		properties, required := map[string]any{}, []any{}
		for _, part := range parts {
			maps.Copy(properties, d.at(part, "properties"))
			more, _ := d.at(part)["required"].([]any)
			required = append(required, more...)
		}
		s["properties"], s["required"] = properties, unique(required)
	}
	if items, ok := s["items"]; ok {
		s["items"] = d.closed(items, complete)
	}
	if properties, ok := s["properties"].(map[string]any); ok {
		each := make(map[string]any)
		for name, property := range properties {
			each[name] = d.closed(property, complete)
		}
		s["properties"] = each
		if _, open := s["additionalProperties"]; !open {
			s["additionalProperties"] = false
		}
		if complete {
			s["required"] = slices.Sorted(maps.Keys(each))
		}
	}
	return s
}

func unique(values []any) (once []any) {
	for _, v := range values {
		if !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return once
}

// strict is the document for requests and answers that may hold nothing but what is
// documented, and answers of success that hold all of it, whatever the host.
var strict = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := plain()
	if err != nil {
		return nil, err
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	d["servers"] = []any{document{"url": "/api/v1"}}
	for _, o := range d.operations() {
		if sent := d.at(o.node["requestBody"], "content", "application/json"); sent != nil {
			sent["schema"] = o.body()
		}
		responses := d.at(o.node["responses"])
		for status, response := range responses {
			own := maps.Clone(d.at(response))
			if schema := d.at(own, "content", "application/json", "schema"); schema != nil {
				own["content"] = document{"application/json": document{"schema": d.closed(schema, status[0] == '2')}}
			}
			responses[status] = own
		}
	}
	if text, err = json.Marshal(d); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})
