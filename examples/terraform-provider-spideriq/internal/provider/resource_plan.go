package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan finishes what the attributes cannot plan on their own.
func (r *integrationResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	switch {
	case req.Plan.Raw.IsNull(): // a delete
	case req.State.Raw.IsNull(): // a create
		var config resourceModel
		resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
		checkCredentials(&resp.Diagnostics, config)
	default:
		r.modifyUpdate(ctx, req, resp)
	}
}

// checkCredentials finds missing credentials in the plan, before anything is created
// or replaced.
func checkCredentials(diags *diag.Diagnostics, config resourceModel) {
	if config.Credentials.IsUnknown() || len(config.Credentials.Elements()) > 0 {
		return
	}
	diags.AddAttributeError(path.Root("credentials"), "Credentials are missing",
		`A new integration needs credentials, such as { api_key = var.key }. One that exists already can be `+
			`imported without them.`)
}

// modifyUpdate keeps the spelling of an amount that has not changed, and plans nothing
// when that was the only difference. Of what the API sets, an update changes
// updated_at and, with is_primary, priority.
func (r *integrationResource) modifyUpdate(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var plan, state resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || isReplaced(plan, state) {
		return
	}
	if plan.SpendLimitAmount.sameAs(state.SpendLimitAmount) {
		plan.SpendLimitAmount = state.SpendLimitAmount
	}
	if plan.settings == state.settings {
		resp.Plan.Raw = req.State.Raw
		return
	}
	plan.UpdatedAt = types.StringUnknown()
	if !plan.IsPrimary.Equal(state.IsPrimary) {
		plan.Priority = types.Int64Unknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func isReplaced(plan, state resourceModel) bool {
	return !plan.ProviderName.Equal(state.ProviderName) || !plan.CredentialsVersion.Equal(state.CredentialsVersion)
}
