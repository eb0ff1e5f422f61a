package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/examples/mcp/schema"
)

// validate holds an integration with an amount, as JSON, against a schema of its type.
func validate(t *testing.T, options *jsonschema.ForOptions) error {
	s, err := jsonschema.For[spideriq.Integration](options)
	require.NoError(t, err)
	resolved, err := s.Resolve(nil)
	require.NoError(t, err)
	text, err := json.Marshal(spideriq.Integration{SpendLimitAmount: new(spideriq.Amount("1000.00"))})
	require.NoError(t, err)
	var value any
	require.NoError(t, json.Unmarshal(text, &value))
	return resolved.Validate(value)
}

func TestTypesMakeTheSchemaFitTheJSON(t *testing.T) {
	t.Parallel()
	assert.NoError(t, validate(t, &jsonschema.ForOptions{TypeSchemas: schema.Types}))
	assert.Error(t, validate(t, nil), "reflection alone would do: Types is not needed any more")
}
