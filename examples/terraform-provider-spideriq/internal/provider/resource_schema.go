package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// firstVersion is the credentials_version of a key that was imported, and the default
// of one that is created.
const firstVersion = 1

func (r *integrationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "The number of the integration.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"provider_name": schema.StringAttribute{
			MarkdownDescription: "The LLM provider, such as `openrouter`. The API cannot change it, so another " +
				"value replaces the integration.",
			Required:      true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"credentials": schema.MapAttribute{
			MarkdownDescription: "The secrets of the key: `api_key` for every provider, and `account_id` as well " +
				"for `cloudflare`. Needed to create an integration, and not for one that was imported. Write-only: " +
				"it is in no plan and in no state, and another value alone changes nothing; see " +
				"`credentials_version`. Give it from an ephemeral variable or resource, because a saved plan holds " +
				"the values of ordinary variables.",
			ElementType: types.StringType,
			Optional:    true,
			Sensitive:   true,
			WriteOnly:   true,
		},
		"credentials_version": schema.Int64Attribute{
			MarkdownDescription: "The version of `credentials`, a number of your own, 1 unless set. An imported " +
				"integration has version 1 unless the import says another. The API cannot change credentials, so " +
				"another version replaces the integration. The new one has the settings of the configuration and " +
				"no others.",
			Optional:      true,
			Computed:      true,
			Default:       int64default.StaticInt64(firstVersion),
			PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()},
		},
	}
	for _, f := range settingFields {
		attributes[f.name] = f.resourceAttribute(true)
	}
	for _, f := range observedFields {
		attributes[f.name] = f.resourceAttribute(false)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One key of an LLM provider in the brand's key pool (an integration).\n\n" +
			"A setting that the configuration leaves out is left alone. That includes one that was set before: " +
			"whether the API can clear a setting is not documented.",
		Attributes: attributes,
	}
}
