package contract

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// closed returns a schema without references and without allOf. Its objects allow the
// listed properties only. They require all of them when complete is set.
func (d document) closed(schema any, complete bool) document {
	s := maps.Clone(d.at(schema))
	for _, key := range []string{"anyOf", "allOf"} {
		if parts, ok := s[key].([]any); ok {
			s[key] = d.closedList(parts, complete)
		}
	}
	if parts, ok := s["allOf"].([]any); ok {
		d.merge(s, parts)
	}
	if items, ok := s["items"]; ok {
		s["items"] = d.closed(items, complete)
	}
	if properties, ok := s["properties"].(map[string]any); ok {
		d.closeProperties(s, properties, complete)
	}
	return s
}

func (d document) closedList(schemas []any, complete bool) []any {
	result := make([]any, len(schemas))
	for i, schema := range schemas {
		result[i] = d.closed(schema, complete)
	}
	return result
}

// merge replaces the allOf of s by one object with the properties of all its parts.
func (d document) merge(s document, parts []any) {
	delete(s, "allOf")
	properties := map[string]any{}
	var required []any
	for _, part := range parts {
		maps.Copy(properties, d.at(part, "properties"))
		for _, name := range list(d.at(part)["required"]) {
			if !slices.Contains(required, name) {
				required = append(required, name)
			}
		}
	}
	s["type"], s["properties"], s["required"] = "object", properties, required
}

// closeProperties closes each property of the object s, and s itself unless the
// document states which other properties it may have.
func (d document) closeProperties(s document, properties map[string]any, complete bool) {
	closed := make(map[string]any)
	for name, property := range properties {
		closed[name] = d.closed(property, complete)
	}
	s["properties"] = closed
	if _, stated := s["additionalProperties"]; !stated {
		s["additionalProperties"] = false
	}
	if complete {
		s["required"] = slices.Sorted(maps.Keys(closed))
	}
}

// strictDocument returns openapi.yaml with closed schemas: requests and responses may
// contain documented properties only, and a response of success must contain all of
// them. Its server URL has no host, so that it matches every host.
var strictDocument = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := fileAsJSON()
	if err != nil {
		return nil, err
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	d["servers"] = []any{document{"url": "/api/v1"}}
	for _, o := range d.operations() {
		o.close()
	}
	text, err = json.Marshal(d)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

// close closes the schemas of the request and of the responses of an operation.
func (o operation) close() {
	if request := o.doc.at(o.node["requestBody"], "content", "application/json"); request != nil {
		request["schema"] = o.requestBody()
	}
	responses := o.doc.at(o.node["responses"])
	for status, part := range responses {
		response := maps.Clone(o.doc.at(part)) // operations share the part
		if schema := o.doc.at(response, "content", "application/json", "schema"); schema != nil {
			closed := o.doc.closed(schema, status[0] == '2')
			response["content"] = document{"application/json": document{"schema": closed}}
		}
		responses[status] = response
	}
}
