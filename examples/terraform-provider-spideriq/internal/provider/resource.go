package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// integrationResource is spideriq_integration: one key of the brand's pool.
type integrationResource struct{ data *providerData }

var (
	_ resource.ResourceWithConfigure   = (*integrationResource)(nil)
	_ resource.ResourceWithImportState = (*integrationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*integrationResource)(nil)
)

func newIntegrationResource() resource.Resource { return &integrationResource{} }

func (r *integrationResource) Metadata(
	_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_integration"
}

func (r *integrationResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.data = dataOf(req.ProviderData, &resp.Diagnostics)
}

// ImportState takes over the integration with the id that the user gives. The read
// that follows fills in the rest.
func (r *integrationResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	id, err := strconv.ParseInt(req.ID, 10, 64)
	if err != nil || id < 1 {
		resp.Diagnostics.AddError("Not the ID of an integration",
			"Import takes the number of an integration, such as 42, and not "+strconv.Quote(req.ID)+".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("credentials_version"), firstVersion)...)
}

// Read takes the integration from the listing that all reads share. It removes the
// integration from the state only when the API lists its integrations and this one is
// not among them. No error of a call does so, a 404 included: that may come from a
// proxy or from a wrong base URL.
func (r *integrationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := r.data.listing.find(ctx, state.ID.ValueInt64())
	if err != nil {
		resp.Diagnostics.AddError("The integrations cannot be listed", describe(err))
		return
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	state.ProviderName = types.StringValue(found.ProviderName)
	state.settings = newSettings(found)
	state.observed = newObserved(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}
