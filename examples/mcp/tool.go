package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/spideriq/spideriq-go/examples/mcp/schema"
)

// A toolFunc does the work of one tool. Its error becomes a tool error.
type toolFunc[In, Out any] func(ctx context.Context, arguments In) (*Out, error)

// addTool adds a tool to server. The schemas follow from In and Out, and
// descriptions has a line for each argument.
//
// It does what [mcp.AddTool] does, except that numbers keep their digits:
// mcp.AddTool decodes arguments and results into float64 and encodes them again,
// which changes an id above 2^53 into another id, and an amount of 18 digits into
// another amount. Here the schema is only held against the values.
func addTool[In, Out any](
	server *mcp.Server, tool *mcp.Tool, descriptions map[string]string, run toolFunc[In, Out],
) error {
	input, err := inputSchema[In](descriptions)
	if err != nil {
		return fmt.Errorf("tool %s: arguments: %w", tool.Name, err)
	}
	resolved, err := input.Resolve(nil)
	if err != nil {
		return fmt.Errorf("tool %s: arguments: %w", tool.Name, err)
	}
	output, err := jsonschema.For[Out](&jsonschema.ForOptions{TypeSchemas: schema.Types})
	if err != nil {
		return fmt.Errorf("tool %s: result: %w", tool.Name, err)
	}
	tool.InputSchema, tool.OutputSchema = input, output
	server.AddTool(tool, handler(resolved, run))
	return nil
}

// inputSchema returns the schema of a tool's arguments. None of them may be null:
// null could be meant to clear a setting, and would leave it alone.
func inputSchema[In any](descriptions map[string]string) (*jsonschema.Schema, error) {
	input, err := jsonschema.For[In](&jsonschema.ForOptions{TypeSchemas: schema.Types})
	if err != nil {
		return nil, err
	}
	for name, property := range input.Properties {
		property.Description = descriptions[name]
		if len(property.Types) == 2 && property.Types[0] == "null" {
			property.Type, property.Types = property.Types[1], nil
		}
	}
	if id := input.Properties["id"]; id != nil {
		id.Minimum = jsonschema.Ptr(1.0)
	}
	return input, nil
}

// handler returns the handler of a tool. Whatever goes wrong is a tool error, which
// the agent gets to read, and not a protocol error, which it may not.
func handler[In, Out any](input *jsonschema.Resolved, run toolFunc[In, Out]) mcp.ToolHandler {
	return func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		arguments, err := decode[In](request.Params.Arguments, input)
		if err != nil {
			return toolError(explain(fmt.Errorf("%w: %w", errArguments, err))), nil
		}
		result, err := run(ctx, arguments)
		if err != nil {
			return toolError(explain(err)), nil
		}
		return toolResult(result), nil
	}
}

// decode checks the arguments of a call against the schema and decodes them.
func decode[In any](raw json.RawMessage, input *jsonschema.Resolved) (In, error) {
	var arguments In
	if len(raw) == 0 || string(raw) == "null" {
		raw = json.RawMessage("{}")
	}
	var values map[string]any
	if err := json.Unmarshal(raw, &values); err != nil {
		return arguments, err
	}
	for name, value := range values {
		if value == nil {
			return arguments, fmt.Errorf("%s is null: leave it out instead", name)
		}
	}
	if err := input.Validate(values); err != nil {
		return arguments, err
	}
	return arguments, json.Unmarshal(raw, &arguments)
}

// toolResult returns result as JSON, once for programs and once as text. A result
// that cannot be encoded does not make the call look as if it had done nothing.
func toolResult(result any) *mcp.CallToolResult {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return toolError([]string{"The call succeeded, but its result cannot be shown: " + err.Error(), "Retry: no."})
	}
	object := bytes.TrimSpace(text.Bytes())
	return &mcp.CallToolResult{
		Content:           []mcp.Content{&mcp.TextContent{Text: string(object)}},
		StructuredContent: json.RawMessage(object),
	}
}

// toolError returns a tool error. It has no structured content, because clients
// hold that against the schema of the result.
func toolError(lines []string) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Content: []mcp.Content{&mcp.TextContent{Text: strings.Join(lines, "\n")}},
		IsError: true,
	}
}
