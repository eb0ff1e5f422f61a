package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

type object = map[string]any

// derive returns what the generators need of an OpenAPI 3.1 document: the operations list and
// update, their answers of status 200, and the schemas that these name, in the words of
// OpenAPI 3.0.
func derive(text []byte) ([]byte, error) {
	var source object
	if err := yaml.Unmarshal(text, &source); err != nil {
		return nil, err
	}
	d := deriver{source: source, schemas: object{}}
	list, err := d.operation("/integrations", "get")
	if err != nil {
		return nil, err
	}
	update, err := d.operation("/integrations/{id}", "patch")
	if err != nil {
		return nil, err
	}
	components := at(source, "components")
	derived := object{
		"openapi":  "3.0.3",
		"info":     object{"title": at(source, "info")["title"], "version": at(source, "info")["version"]},
		"servers":  source["servers"],
		"security": source["security"],
		"paths": object{
			"/integrations": object{"get": list},
			"/integrations/{id}": object{
				"parameters": at(source, "paths", "/integrations/{id}")["parameters"],
				"patch":      update,
			},
		},
		"components": object{"securitySchemes": components["securitySchemes"], "schemas": d.schemas},
	}
	return json.MarshalIndent(derived, "", "  ")
}

// A deriver collects the schemas that it comes across.
type deriver struct {
	source, schemas object
}

func (d *deriver) operation(path, method string) (object, error) {
	source := at(d.source, "paths", path, method)
	if source == nil {
		return nil, fmt.Errorf("the document has no %s %s", method, path)
	}
	answer := d.resolve(at(source, "responses", "200"))
	schema := at(answer, "content", "application/json", "schema")
	derived := object{
		"operationId": source["operationId"],
		"responses": object{"200": object{
			"description": answer["description"],
			"content":     object{"application/json": object{"schema": d.schema(schema)}},
		}},
	}
	if parameters, ok := source["parameters"].([]any); ok {
		derived["parameters"] = d.parameters(parameters)
	}
	if body := at(source, "requestBody", "content", "application/json"); body != nil {
		derived["requestBody"] = object{
			"required": true,
			"content":  object{"application/json": object{"schema": d.schema(at(body, "schema"))}},
		}
	}
	return derived, nil
}

func (d *deriver) parameters(source []any) []any {
	var derived []any
	for _, p := range source {
		parameter := maps.Clone(p.(object))
		parameter["schema"] = d.schema(at(parameter, "schema"))
		derived = append(derived, parameter)
	}
	return derived
}

// schema returns a schema in the words of OpenAPI 3.0. A reference adds what it names to the
// schemas of the document, unless a value of it may be null: that one takes its place.
func (d *deriver) schema(source object) object {
	if ref, ok := source["$ref"].(string); ok {
		return d.reference(ref)
	}
	// The first of a union is the documented answer. The second is a refusal, which comes with
	// an HTTP status of 200 as well.
	if union, ok := source["anyOf"].([]any); ok {
		return d.schema(union[0].(object))
	}
	if parts, ok := source["allOf"].([]any); ok {
		return d.schema(d.merge(parts))
	}
	derived := object{}
	for _, word := range []string{"type", "format", "enum", "required", "maximum"} {
		if value, ok := source[word]; ok {
			derived[word] = value
		}
	}
	describeType(derived)
	if value, ok := source["const"]; ok {
		derived["type"], derived["enum"] = "boolean", []any{value}
	}
	if properties, ok := source["properties"].(object); ok {
		derived["properties"] = d.properties(properties)
	}
	if values, ok := source["additionalProperties"].(object); ok {
		derived["additionalProperties"] = d.schema(values)
	}
	if items, ok := source["items"].(object); ok {
		derived["items"] = d.schema(items)
	}
	return derived
}

func (d *deriver) properties(source object) object {
	derived := object{}
	for name, property := range source {
		derived[name] = d.schema(property.(object))
	}
	return derived
}

func (d *deriver) reference(ref string) object {
	name := ref[strings.LastIndex(ref, "/")+1:]
	derived := d.schema(d.resolve(object{"$ref": ref}))
	if derived["type"] != "object" && derived["enum"] == nil {
		return derived
	}
	d.schemas[name] = derived
	return object{"$ref": "#/components/schemas/" + name}
}

// merge returns one schema for the parts of an allOf.
func (d *deriver) merge(parts []any) object {
	properties, required := object{}, []any{}
	for _, p := range parts {
		part := d.resolve(p.(object))
		maps.Copy(properties, at(part, "properties"))
		names, _ := part["required"].([]any)
		required = append(required, names...)
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// resolve follows a reference, if it is one.
func (d *deriver) resolve(source object) object {
	ref, ok := source["$ref"].(string)
	if !ok {
		return source
	}
	return at(d.source, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

// describeType writes a list of types as one type that may be null. A number that may be a
// text is a number, and one of eight bytes: the generators would take four.
func describeType(schema object) {
	if types, ok := schema["type"].([]any); ok {
		schema["type"] = types[0]
		if slices.Contains(types, any("null")) {
			schema["nullable"] = true
		}
	}
	if schema["type"] == "number" {
		schema["format"] = "double"
	}
	if values, ok := schema["enum"].([]any); ok {
		schema["enum"] = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
	}
}

// at returns the object at the end of a path of names, or nil.
func at(o object, path ...string) object {
	for _, name := range path {
		o, _ = o[name].(object)
	}
	return o
}
