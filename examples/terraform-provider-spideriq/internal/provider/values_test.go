package provider_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/stretchr/testify/require"
)

// values are the attributes of an object by name. An attribute that is missing is
// null. Numbers are int, and nested objects and maps are values.
type values map[string]any

type unknownValue struct{}

// unknown stands for a value that is known after an apply only.
var unknown any = unknownValue{}

// with returns a copy with other attributes in it.
func (v values) with(other values) values {
	merged := make(values)
	for _, from := range []values{v, other} {
		for name, value := range from {
			merged[name] = value
		}
	}
	return merged
}

// toTerraform encodes a value as the type of its attribute.
func toTerraform(t *testing.T, typ tftypes.Type, v any) tftypes.Value {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case unknownValue:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case values:
		return objectToTerraform(t, typ, v)
	case []any:
		list, ok := typ.(tftypes.List)
		require.True(t, ok, "%s is no list", typ)
		elements := make([]tftypes.Value, len(v))
		for i, element := range v {
			elements[i] = toTerraform(t, list.ElementType, element)
		}
		return tftypes.NewValue(typ, elements)
	}
	return tftypes.NewValue(typ, v)
}

func objectToTerraform(t *testing.T, typ tftypes.Type, v values) tftypes.Value {
	t.Helper()
	if v == nil {
		return tftypes.NewValue(typ, nil)
	}
	members := make(map[string]tftypes.Value)
	switch typ := typ.(type) {
	case tftypes.Object:
		for name := range v {
			require.Contains(t, typ.AttributeTypes, name)
		}
		for name, attribute := range typ.AttributeTypes {
			members[name] = toTerraform(t, attribute, v[name])
		}
	case tftypes.Map:
		for name, value := range v {
			members[name] = toTerraform(t, typ.ElementType, value)
		}
	}
	return tftypes.NewValue(typ, members)
}

// fromTerraform is the reverse of toTerraform.
func fromTerraform(t *testing.T, v tftypes.Value) any {
	t.Helper()
	switch {
	case !v.IsKnown():
		return unknown
	case v.IsNull():
		return nil
	case v.Type().Is(tftypes.String):
		return as[string](t, v)
	case v.Type().Is(tftypes.Bool):
		return as[bool](t, v)
	case v.Type().Is(tftypes.Number):
		number := as[big.Float](t, v)
		n, _ := number.Int64()
		return int(n)
	case v.Type().Is(tftypes.List{}):
		list := make([]any, 0)
		for _, element := range as[[]tftypes.Value](t, v) {
			list = append(list, fromTerraform(t, element))
		}
		return list
	}
	members := make(values)
	for name, member := range as[map[string]tftypes.Value](t, v) {
		members[name] = fromTerraform(t, member)
	}
	return members
}

func as[T any](t *testing.T, v tftypes.Value) T {
	t.Helper()
	var to T
	require.NoError(t, v.As(&to))
	return to
}

func hasErrors(diags []*tfprotov6.Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

func requireNoErrors(t *testing.T, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	require.False(t, hasErrors(diags), textOf(diags))
}

// textOf is what the diagnostics show to the user.
func textOf(diags []*tfprotov6.Diagnostic) string {
	var text strings.Builder
	for _, d := range diags {
		text.WriteString(d.Severity.String() + ": ")
		if d.Attribute != nil {
			text.WriteString(d.Attribute.String() + ": ")
		}
		text.WriteString(d.Summary + "\n" + d.Detail + "\n")
	}
	return text.String()
}
