package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spideriq/spideriq-go"
)

// healthDataSource is spideriq_health: how the keys of the brand have been doing.
type healthDataSource struct{ data *providerData }

var _ datasource.DataSourceWithConfigure = (*healthDataSource)(nil)

func newHealthDataSource() datasource.DataSource { return &healthDataSource{} }

type healthModel struct {
	Total           types.Int64           `tfsdk:"total"`
	Healthy         types.Int64           `tfsdk:"healthy"`
	Degraded        types.Int64           `tfsdk:"degraded"`
	Unhealthy       types.Int64           `tfsdk:"unhealthy"`
	Integrations    []healthRowModel      `tfsdk:"integrations"`
	Recommendations []recommendationModel `tfsdk:"recommendations"`
}

// healthRowModel leaves last_error out: it is a provider's text, which may quote the
// key, and a state holds it in clear.
type healthRowModel struct {
	ID                  types.String `tfsdk:"id"`
	ProviderName        types.String `tfsdk:"provider_name"`
	KeyLabel            types.String `tfsdk:"key_label"`
	HealthStatus        types.String `tfsdk:"health_status"`
	ConsecutiveFailures types.Int64  `tfsdk:"consecutive_failures"`
	LastUsedAt          types.String `tfsdk:"last_used_at"`
}

type recommendationModel struct {
	IntegrationID types.String `tfsdk:"integration_id"`
	ProviderName  types.String `tfsdk:"provider_name"`
	Issue         types.String `tfsdk:"issue"`
	Action        types.String `tfsdk:"action"`
}

func (d *healthDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_health"
}

func (d *healthDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = dataOf(req.ProviderData, &resp.Diagnostics)
}

func (d *healthDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "How the keys of the brand have been doing, as the API tells it: the rows need not add " +
			"up to the counts. The last error of a key is left out, because a provider's text may quote the key " +
			"and the state holds it in clear.",
		Attributes: map[string]schema.Attribute{
			"total":     number("All keys."),
			"healthy":   number("Keys without a failure."),
			"degraded":  number("Keys with 1 or 2 failures in a row, which are still selected."),
			"unhealthy": number("Keys with 3 or more failures in a row, which are skipped."),
			"integrations": rows("The keys.", map[string]schema.Attribute{
				"id":                   text("The number of the integration."),
				"provider_name":        text("The LLM provider."),
				"key_label":            text("The friendly name."),
				"health_status":        text("`healthy`, `degraded` or `unhealthy`."),
				"consecutive_failures": number("Failures in a row."),
				"last_used_at":         text("When the key was last used, as RFC 3339."),
			}),
			"recommendations": rows("What the API advises.", map[string]schema.Attribute{
				"integration_id": text("The number of the integration."),
				"provider_name":  text("The LLM provider."),
				"issue":          text("What is wrong."),
				"action":         text("What to do about it."),
			}),
		},
	}
}

func number(description string) schema.Int64Attribute {
	return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func rows(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		MarkdownDescription: description, Computed: true,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
	}
}

func (d *healthDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	report, err := d.data.integrations.Health(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The health of the integrations cannot be read", describe(err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newHealth(report))...)
}

func newHealth(report *spideriq.HealthReport) healthModel {
	model := healthModel{
		Total:           types.Int64Value(int64(report.Summary.Total)),
		Healthy:         types.Int64Value(int64(report.Summary.Healthy)),
		Degraded:        types.Int64Value(int64(report.Summary.Degraded)),
		Unhealthy:       types.Int64Value(int64(report.Summary.Unhealthy)),
		Integrations:    []healthRowModel{}, // empty lists, and not null
		Recommendations: []recommendationModel{},
	}
	for _, row := range report.Integrations {
		model.Integrations = append(model.Integrations, healthRowModel{
			ID:                  newID(row.ID),
			ProviderName:        types.StringValue(row.ProviderName),
			KeyLabel:            types.StringValue(row.KeyLabel),
			HealthStatus:        newText(row.HealthStatus),
			ConsecutiveFailures: types.Int64Value(int64(row.ConsecutiveFailures)),
			LastUsedAt:          newTime(row.LastUsedAt),
		})
	}
	for _, row := range report.Recommendations {
		model.Recommendations = append(model.Recommendations, recommendationModel{
			IntegrationID: newID(row.IntegrationID),
			ProviderName:  types.StringValue(row.ProviderName),
			Issue:         types.StringValue(row.Issue),
			Action:        types.StringValue(row.Action),
		})
	}
	return model
}
