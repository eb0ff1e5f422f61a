// Package schema describes the library's types to programs that build a JSON
// schema by reflection.
package schema

import (
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/spideriq/spideriq-go"
)

// Types are the types whose JSON is not what their Go type suggests:
// [spideriq.Amount] is a string in Go and a number in JSON. Pass it as TypeSchemas
// of [jsonschema.ForOptions]. Without it the schema of an integration announces
// strings, and an MCP server whose results are validated reports an update as
// failed after the update was made.
var Types = map[reflect.Type]*jsonschema.Schema{reflect.TypeFor[spideriq.Amount](): {Type: "number"}}
