package provider

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spideriq/spideriq-go"
)

// Update sends the settings in which the plan differs from the state, and no other.
func (r *integrationResource) Update(
	ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse,
) {
	var plan, state resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	changes := plan.updateParams().Changes(state.integration())
	if changes.IsZero() { // a value that was unknown in the plan is what it was
		plan.settings = plan.settings.or(state.settings)
		plan.observed = plan.observed.or(state.observed)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		return
	}
	id, err := parseID(state.ID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("The state is damaged", describe(err))
		return
	}
	updated, err := r.data.integrations.Update(ctx, id, changes)
	r.data.listing.forget()
	if err != nil {
		reportUpdate(&resp.Diagnostics, err)
		return
	}
	checkAnswer(&resp.Diagnostics, changes, updated)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.after(updated))...)
}

func reportUpdate(diags *diag.Diagnostics, err error) {
	if spideriq.MayHaveApplied(err) {
		diags.AddError("The integration may have been updated", "The outcome is unknown:\n\n"+describe(err)+
			"\n\nThe next plan reads what is in force and changes what still differs.")
		return
	}
	diags.AddError("The integration was not updated", describe(err))
}

// checkAnswer warns when the API confirms a change and answers with another value.
func checkAnswer(diags *diag.Diagnostics, wanted spideriq.UpdateParams, answered *spideriq.Integration) {
	differs := wanted.Changes(answered)
	if differs.IsZero() {
		return
	}
	diags.AddWarning("The API answered with other settings than it was asked for",
		"Asked for and not confirmed: "+differs.String()+". The next plan shows what is in force.")
}

// Delete removes the integration for good. One that the API does not have any more is
// deleted as well.
func (r *integrationResource) Delete(
	ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse,
) {
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
	var info spideriq.ResponseInfo
	err = r.data.integrations.Delete(ctx, id, spideriq.WithResponseInfo(&info))
	r.data.listing.forget()
	switch {
	case err == nil, isGone(err, info.Body):
	case spideriq.MayHaveApplied(err):
		resp.Diagnostics.AddError("The integration may have been deleted", "The outcome is unknown:\n\n"+
			describe(err)+"\n\nThe next plan reads whether it still exists.")
	default:
		resp.Diagnostics.AddError("The integration was not deleted", describe(err))
	}
}

// isGone reports whether the API itself says that the integration does not exist. A
// proxy or a wrong base URL answers 404 too, and not in the API's form.
func isGone(err error, body []byte) bool {
	if _, ok := errors.AsType[*spideriq.NotFoundError](err); !ok {
		return false
	}
	var answer struct {
		Success *bool  `json:"success"`
		Error   string `json:"error"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return false
	}
	return answer.Success != nil && !*answer.Success && answer.Error != ""
}

// describe is the text of an error with what the user can do about it.
func describe(err error) string {
	if _, ok := errors.AsType[*spideriq.UnauthorizedError](err); ok {
		return err.Error() + "\n\nThe token is wrong or has expired. It comes from the provider's token attribute " +
			"or from " + tokenVariable + "."
	}
	return err.Error()
}
