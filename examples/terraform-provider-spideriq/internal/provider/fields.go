package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A field is an attribute that the resource and the data source have in common.
type field struct {
	name        string
	kind        attr.Type // of those that resourceAttribute and dataSourceAttribute know
	description string
}

// settingFields are what an update can change.
var settingFields = []field{
	{"key_label", types.StringType, "A friendly name."},
	{"is_active", types.BoolType, "Whether the key is in the selection pool. The API creates every key active: " +
		"`false` at creation takes a second call, and the key is active until then."},
	{"is_primary", types.BoolType, "Whether this is the primary key of its provider. The API sets `priority` " +
		"to 10 or 0 with it."},
	{"daily_limit", types.Int64Type, "The most requests a day."},
	{"minute_limit", types.Int64Type, "The most requests a minute."},
	{"spend_limit_amount", amountType{}, "The spend limit in US dollars, compared by value: `\"12.50\"` and `12.5` " +
		"are no difference. Takes effect on the next billing sync."},
	{"spend_limit_period", types.StringType, "What the spend limit counts over: `daily` or `monthly`."},
	{"spend_limit_action", types.StringType, "What happens at the spend limit: `warn` or `block`."},
}

// observedFields are what only the API sets.
var observedFields = []field{
	{"provider_label", types.StringType, "The name of the provider for people."},
	{"priority", types.Int64Type, "The rank of the key among those of its provider."},
	{"health_status", types.StringType, "`healthy`, `degraded` (1 or 2 failures in a row; still selected) or " +
		"`unhealthy` (3 or more; skipped)."},
	{"consecutive_failures", types.Int64Type, "Failures in a row."},
	{"daily_count", types.Int64Type, "Requests of today."},
	{"minute_count", types.Int64Type, "Requests of this minute."},
	{"last_used_at", types.StringType, "When the key was last used, as RFC 3339."},
	{"spend_limit_exceeded", types.BoolType, "Whether the spend limit is exceeded."},
	{"cached_balance", amountType{}, "The provider's balance at the last billing sync."},
	{"cached_usage_today", amountType{}, "The usage of the day at the last billing sync."},
	{"cached_usage_month", amountType{}, "The usage of the month at the last billing sync."},
	{"cached_currency", types.StringType, "The currency of the cached amounts."},
	{"billing_synced_at", types.StringType, "When the last billing sync was, as RFC 3339."},
	{"key_preview", types.MapType{ElemType: types.StringType}, "The credentials as the API shows them: masked."},
	{"created_at", types.StringType, "When the integration was created, as RFC 3339."},
	{"updated_at", types.StringType, "When the integration was last changed, as RFC 3339."},
}

// resourceAttribute returns the attribute of the resource. Where the configuration
// does not set it, it keeps its value when the resource is updated.
func (f field) resourceAttribute(optional bool) resource.Attribute {
	switch f.kind {
	case types.Int64Type:
		return resource.Int64Attribute{
			MarkdownDescription: f.description, Optional: optional, Computed: true,
			Validators:    []validator.Int64{wholeNumber{bits: strconv.IntSize}},
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		}
	case types.BoolType:
		return resource.BoolAttribute{
			MarkdownDescription: f.description, Optional: optional, Computed: true,
			PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
		}
	case amountType{}:
		return resource.StringAttribute{
			MarkdownDescription: f.description, Optional: optional, Computed: true, CustomType: amountType{},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		}
	case types.StringType:
		return resource.StringAttribute{
			MarkdownDescription: f.description, Optional: optional, Computed: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		}
	}
	return resource.MapAttribute{
		MarkdownDescription: f.description, Optional: optional, Computed: true, ElementType: types.StringType,
		PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
	}
}

// dataSourceAttribute returns the attribute of a row of a data source.
func (f field) dataSourceAttribute() datasource.Attribute {
	switch f.kind {
	case types.Int64Type:
		return datasource.Int64Attribute{MarkdownDescription: f.description, Computed: true}
	case types.BoolType:
		return datasource.BoolAttribute{MarkdownDescription: f.description, Computed: true}
	case amountType{}:
		return datasource.StringAttribute{
			MarkdownDescription: f.description, Computed: true, CustomType: amountType{},
		}
	case types.StringType:
		return datasource.StringAttribute{MarkdownDescription: f.description, Computed: true}
	}
	return datasource.MapAttribute{
		MarkdownDescription: f.description, Computed: true, ElementType: types.StringType,
	}
}

// wholeNumber refuses a number that does not fit into an int of so many bits. The
// client takes limits as int.
type wholeNumber struct{ bits int }

func (v wholeNumber) Description(context.Context) string {
	return fmt.Sprintf("a whole number of %d bits", v.bits)
}

func (v wholeNumber) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v wholeNumber) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := strconv.ParseInt(req.ConfigValue.String(), 10, v.bits); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Number too large",
			req.ConfigValue.String()+" is not "+v.Description(ctx)+".")
	}
}
