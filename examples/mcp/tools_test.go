package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
)

var (
	readTools  = []string{"get_integration", "integration_health", "list_integrations", "sync_billing"}
	writeTools = []string{"disable", "set_primary", "update_integration"}
)

// announced returns the tools by name.
func (p *process) announced() map[string]*mcp.Tool {
	tools := make(map[string]*mcp.Tool)
	for tool, err := range p.Tools(p.t.Context(), nil) {
		require.NoError(p.t, err)
		tools[tool.Name] = tool
	}
	return tools
}

func TestWriteToolsNeedTheFlag(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	off := start(t, api)
	assert.Equal(t, readTools, slices.Sorted(maps.Keys(off.announced())))
	assert.Contains(t, off.InitializeResult().Instructions, "without -allow-writes")
	for _, tool := range writeTools {
		_, err := off.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: map[string]any{"id": 42}})
		assert.Error(t, err, tool)
	}
	assert.Empty(t, api.Requests())

	on := start(t, api, "-allow-writes")
	all := slices.Sorted(slices.Values(slices.Concat(readTools, writeTools)))
	assert.Equal(t, all, slices.Sorted(maps.Keys(on.announced())))
	assert.NotContains(t, on.InitializeResult().Instructions, "-allow-writes")
}

func TestAnnotationsSayWhatAToolDoes(t *testing.T) {
	t.Parallel()
	type hints struct{ readOnly, idempotent, destructive, openWorld bool }
	want := map[string]hints{
		"list_integrations":  {readOnly: true, idempotent: true},
		"get_integration":    {readOnly: true, idempotent: true},
		"integration_health": {readOnly: true, idempotent: true},
		"sync_billing":       {idempotent: true, openWorld: true},
		"update_integration": {idempotent: true, destructive: true},
		"set_primary":        {idempotent: true, destructive: true},
		"disable":            {idempotent: true, destructive: true},
	}
	got := make(map[string]hints)
	for name, tool := range start(t, startAPI(t), "-allow-writes").announced() {
		a := tool.Annotations
		got[name] = hints{a.ReadOnlyHint, a.IdempotentHint, *a.DestructiveHint, *a.OpenWorldHint}
		assert.NotEmpty(t, tool.Title)
		assert.NotEmpty(t, tool.Description)
	}
	assert.Equal(t, want, got)
}

// schemaOf decodes a schema as a client receives it.
func schemaOf(t *testing.T, announced any) *jsonschema.Schema {
	text, err := json.Marshal(announced)
	require.NoError(t, err)
	var s jsonschema.Schema
	require.NoError(t, json.Unmarshal(text, &s))
	return &s
}

// The answers of the API hold every field in some rows and as few as possible in
// others. Both must fit, as must what comes after a change.
func TestEveryResultFitsTheSchemaThatIsAnnounced(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42), spideriq.Integration{ID: 43, ProviderName: "groq"})
	p := start(t, api, "-allow-writes")
	tools := p.announced()
	called := make(map[string]bool)
	for _, c := range []struct{ tool, arguments string }{
		{"list_integrations", `{"include_key_preview": true}`},
		{"list_integrations", `{"provider_name": "none"}`},
		{"get_integration", `{"id": 42, "include_key_preview": true}`},
		{"get_integration", `{"id": 43}`},
		{"integration_health", `{}`},
		{"integration_health", `{"only_problems": true}`},
		{"sync_billing", `{}`},
		{"sync_billing", `{"provider_name": "none"}`},
		{"update_integration", `{
			"id": 42, "key_label": "", "is_active": true, "is_primary": false, "daily_limit": 0, "minute_limit": 1,
			"spend_limit_amount": 0.10, "spend_limit_period": "daily", "spend_limit_action": "warn"}`},
		{"update_integration", `{"id": 43, "key_label": "x"}`},
		{"set_primary", `{"id": 43}`},
		{"disable", `{"id": 43}`},
	} {
		called[c.tool] = true
		result := p.call(c.tool, c.arguments)
		require.False(t, result.IsError, textOf(t, result))
		announced := schemaOf(t, tools[c.tool].OutputSchema)
		assert.Equal(t, "object", announced.Type)
		schema, err := announced.Resolve(nil)
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(result.StructuredContent), "%s %s", c.tool, c.arguments)
		structured, err := json.Marshal(result.StructuredContent)
		require.NoError(t, err)
		assert.JSONEq(t, textOf(t, result), string(structured))
	}
	assert.Len(t, called, len(tools), "a tool was not called")
}

func TestEveryArgumentIsDescribedAndHasOneType(t *testing.T) {
	t.Parallel()
	for name, tool := range start(t, startAPI(t), "-allow-writes").announced() {
		input := schemaOf(t, tool.InputSchema)
		assert.NotNil(t, input.AdditionalProperties, "%s takes arguments that it does not announce", name)
		for argument, property := range input.Properties {
			assert.NotEmpty(t, property.Description, "%s %s", name, argument)
			assert.NotEmpty(t, property.Type, "%s %s", name, argument)
		}
	}
}

// Whatever could be a secret has no place in arguments and results: the preview is
// masked by the API.
func TestNoToolTakesOrReturnsCredentials(t *testing.T) {
	t.Parallel()
	api := startAPI(t, full(42))
	p := start(t, api, "-allow-writes")
	for name, tool := range p.announced() {
		for _, announced := range []any{tool.InputSchema, tool.OutputSchema} {
			text, err := json.Marshal(announced)
			require.NoError(t, err)
			for _, word := range []string{"credential", "api_key", "token", "secret"} {
				assert.NotContains(t, string(text), word, name)
			}
		}
	}
	text := p.fails("update_integration", `{"id": 42, "credentials": {"api_key": "sk-very-secret"}}`)
	assert.Contains(t, text, "nothing was sent")
	assert.NotContains(t, text, "sk-very-secret")
	assert.Empty(t, requests(api, http.MethodPatch))
}

func TestKeyPreviewsAreShownOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	p := start(t, startAPI(t, full(42)))
	for _, c := range []struct{ tool, without, with string }{
		{"list_integrations", `{}`, `{"include_key_preview": true}`},
		{"get_integration", `{"id": 42}`, `{"id": 42, "include_key_preview": true}`},
	} {
		assert.NotContains(t, textOf(t, p.call(c.tool, c.without)), "sk-o")
		assert.Contains(t, textOf(t, p.call(c.tool, c.with)), `"key_preview":{"api_key":"sk-o...123"}`)
		assert.NotContains(t, textOf(t, p.call(c.tool, c.without)), "sk-o", "the shared listing was changed")
	}
}
