package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spideriq/spideriq-go"
)

// Create adds the key to the pool. The API creates every key active, so an inactive
// one takes a second call.
func (r *integrationResource) Create(
	ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse,
) {
	var config, plan resourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...) // the plan has no credentials
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var credentials map[string]string
	resp.Diagnostics.Append(config.Credentials.ElementsAs(ctx, &credentials, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.data.integrations.Create(ctx, createParams(plan, credentials))
	r.data.listing.forget()
	if err != nil {
		r.reportCreate(ctx, &resp.Diagnostics, plan, err)
		return
	}
	state, latest := plan.after(created), created
	if plan.IsActive.Equal(types.BoolValue(false)) {
		latest = r.disable(ctx, created.ID, state, resp)
		if latest == nil {
			return
		}
		state.UpdatedAt = newTime(&latest.UpdatedAt)
	}
	checkAnswer(&resp.Diagnostics, plan.updateParams(), latest)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// createParams are the settings of a create. It has no is_active.
func createParams(plan resourceModel, credentials map[string]string) spideriq.CreateParams {
	wanted := plan.updateParams()
	return spideriq.CreateParams{
		ProviderName:     plan.ProviderName.ValueString(),
		Credentials:      credentials,
		KeyLabel:         wanted.KeyLabel,
		IsPrimary:        wanted.IsPrimary,
		DailyLimit:       wanted.DailyLimit,
		MinuteLimit:      wanted.MinuteLimit,
		SpendLimitAmount: wanted.SpendLimitAmount,
		SpendLimitPeriod: wanted.SpendLimitPeriod,
		SpendLimitAction: wanted.SpendLimitAction,
	}
}

// disable takes a key that was just created out of the selection pool. The key is
// recorded in the state, as active, before that: when the call fails, the state knows
// the key. It returns nil when the call has failed.
func (r *integrationResource) disable(
	ctx context.Context, id int64, created resourceModel, resp *resource.CreateResponse,
) *spideriq.Integration {
	created.IsActive = types.BoolValue(true)
	resp.Diagnostics.Append(resp.State.Set(ctx, created)...)
	if resp.Diagnostics.HasError() {
		return nil
	}
	disabled, err := r.data.integrations.Update(ctx, id, spideriq.UpdateParams{IsActive: new(false)})
	r.data.listing.forget()
	if err != nil {
		resp.Diagnostics.AddError("The integration was created and is still active", fmt.Sprintf(
			"Integration %d exists and is in the state. Disabling it failed, so the key may be in use:\n\n%s\n\n"+
				"The next apply deletes it and creates another. To keep it and only disable it, run "+
				"\"tofu untaint\" with the address of this resource first.", id, describe(err)))
		return nil
	}
	return disabled
}

// after returns the model as it is after a call that i answers. What was planned stays
// as planned, as the protocol demands, and what was unknown is what the API answered.
// The next plan shows where the API has something else.
func (m resourceModel) after(i *spideriq.Integration) resourceModel {
	m.ID = choose(m.ID, newID(i.ID))
	m.settings = m.settings.or(newSettings(i))
	m.observed = m.observed.or(newObserved(i))
	return m
}

// reportCreate reports a create that failed. One of unknown outcome is never repeated:
// the API knows no idempotency key, so that would make a second key. The report names
// the integrations that may be the new one.
func (r *integrationResource) reportCreate(
	ctx context.Context, diags *diag.Diagnostics, plan resourceModel, err error,
) {
	if !spideriq.MayHaveApplied(err) {
		diags.AddError("The integration was not created", describe(err))
		return
	}
	active := ""
	if plan.IsActive.Equal(types.BoolValue(false)) {
		active = " It is active until the apply that follows."
	}
	diags.AddError("The integration may have been created", fmt.Sprintf(
		"The outcome is unknown:\n\n%s\n\nAnother apply would create a second key if this one exists. Look first. "+
			"%s\n\nIf the key is there, import it with \"tofu import\", the address of this resource and the import "+
			"ID, or with an import block.%s If it is not, apply again.",
		describe(err), r.candidates(ctx, plan), active))
}

// candidates lists the integrations that have the provider and the label of the plan.
func (r *integrationResource) candidates(ctx context.Context, plan resourceModel) string {
	rows, err := r.data.listing.all(ctx)
	if err != nil {
		return "The integrations could not be listed just now."
	}
	var found []string
	for _, row := range rows {
		isCandidate := row.ProviderName == plan.ProviderName.ValueString() &&
			(plan.KeyLabel.IsUnknown() || row.KeyLabel == plan.KeyLabel.ValueString())
		if isCandidate {
			found = append(found, fmt.Sprintf("\n  - import ID %s: label %q, created %s",
				importID(row.ID, plan.CredentialsVersion.ValueInt64()), row.KeyLabel, createdAt(row)))
		}
	}
	if len(found) == 0 {
		return "The API lists no integration of this provider and label."
	}
	return "The API lists these integrations of this provider and label:\n" + strings.Join(found, "")
}

func createdAt(i *spideriq.Integration) string {
	if i.CreatedAt == nil {
		return "at an unknown time"
	}
	return newTime(i.CreatedAt).ValueString()
}
