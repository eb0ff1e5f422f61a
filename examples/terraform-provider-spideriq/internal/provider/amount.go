package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spideriq/spideriq-go"
)

// amountType is the type of an attribute that holds an amount of money: a string
// whose values are compared as numbers, so that "12.50" and 12.5 are no difference.
type amountType struct{ basetypes.StringType }

// amountValue is a value of amountType.
type amountValue struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = amountType{}
	_ basetypes.StringValuableWithSemanticEquals = amountValue{}
	_ xattr.ValidateableAttribute                = amountValue{}
)

func (t amountType) String() string { return "provider.amountType" }

func (t amountType) Equal(other attr.Type) bool {
	_, ok := other.(amountType)
	return ok
}

func (t amountType) ValueType(context.Context) attr.Value { return amountValue{} }

func (t amountType) ValueFromString(
	_ context.Context, in basetypes.StringValue,
) (basetypes.StringValuable, diag.Diagnostics) {
	return amountValue{in}, nil
}

func (t amountType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("an amount of type %T", value)
	}
	return amountValue{text}, nil
}

func (v amountValue) Type(context.Context) attr.Type { return amountType{} }

// Equal reports whether both are the same text, as the framework wants it.
func (v amountValue) Equal(other attr.Value) bool {
	o, ok := other.(amountValue)
	return ok && v.StringValue.Equal(o.StringValue)
}

// StringSemanticEquals reports whether both are the same number.
func (v amountValue) StringSemanticEquals(
	ctx context.Context, other basetypes.StringValuable,
) (bool, diag.Diagnostics) {
	text, diags := other.ToStringValue(ctx)
	return v.sameAs(amountValue{text}), diags
}

func (v amountValue) sameAs(other amountValue) bool {
	if v.IsNull() || v.IsUnknown() || other.IsNull() || other.IsUnknown() {
		return v.Equal(other)
	}
	return spideriq.Amount(v.ValueString()).Cmp(spideriq.Amount(other.ValueString())) == 0
}

// ValidateAttribute refuses a text that is no amount when the configuration is read.
func (v amountValue) ValidateAttribute(
	_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse,
) {
	if v.IsNull() || v.IsUnknown() {
		return
	}
	if _, err := spideriq.ParseAmount(v.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not an amount",
			fmt.Sprintf("An amount is a decimal number in US dollars, such as 1250.50: %v.", err))
	}
}

func newAmount(a *spideriq.Amount) amountValue {
	if a == nil {
		return amountValue{types.StringNull()}
	}
	return amountValue{types.StringValue(a.String())}
}

// pointer returns the amount, or nil when it is null or unknown.
func (v amountValue) pointer() *spideriq.Amount {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return new(spideriq.Amount(v.ValueString()))
}
