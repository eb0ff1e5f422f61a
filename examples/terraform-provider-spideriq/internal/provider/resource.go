package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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

// ImportState takes over the integration that the user names. The read that follows
// fills in the rest.
func (r *integrationResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	id, version, err := parseImportID(req.ID)
	if err != nil {
		resp.Diagnostics.AddError("Not the import ID of an integration", describe(err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), newID(id))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("credentials_version"), version)...)
}

// importID names an integration to ImportState: "42" or, with another version of its
// credentials than the first, "42@3".
func importID(id, version int64) string {
	if version == firstVersion {
		return newID(id).ValueString()
	}
	return fmt.Sprintf("%d@%d", id, version)
}

func parseImportID(text string) (id, version int64, err error) {
	before, after, hasVersion := strings.Cut(text, "@")
	id, err = parseID(before)
	if err != nil || !hasVersion {
		return id, firstVersion, err
	}
	version, err = strconv.ParseInt(after, 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("the credentials_version behind the @ is a number, and not %q", after)
	}
	return id, version, nil
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
	id, err := parseID(state.ID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("The state is damaged", describe(err))
		return
	}
	found, err := r.data.listing.find(ctx, id)
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
