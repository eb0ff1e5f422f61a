package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spideriq/spideriq-go"
)

// integrationsDataSource is spideriq_integrations: the brand's integrations.
type integrationsDataSource struct{ data *providerData }

var _ datasource.DataSourceWithConfigure = (*integrationsDataSource)(nil)

func newIntegrationsDataSource() datasource.DataSource { return &integrationsDataSource{} }

type integrationsModel struct {
	ProviderName types.String `tfsdk:"provider_name"`
	HealthStatus types.String `tfsdk:"health_status"`
	IsActive     types.Bool   `tfsdk:"is_active"`
	Integrations []rowModel   `tfsdk:"integrations"`
}

func (d *integrationsDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_integrations"
}

func (d *integrationsDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.data = dataOf(req.ProviderData, &resp.Diagnostics)
}

func (d *integrationsDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	row := map[string]schema.Attribute{
		"id":            text("The number of the integration."),
		"provider_name": text("The LLM provider."),
	}
	for _, f := range slices.Concat(settingFields, observedFields) {
		row[f.name] = f.dataSourceAttribute()
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The integrations of the brand. All reads of a run share one listing; the filters " +
			"choose among its rows.",
		Attributes: map[string]schema.Attribute{
			"provider_name": schema.StringAttribute{
				MarkdownDescription: "Only those of this provider.", Optional: true,
			},
			"health_status": schema.StringAttribute{
				MarkdownDescription: "Only those of this health: `healthy`, `degraded` or `unhealthy`.", Optional: true,
			},
			"is_active": schema.BoolAttribute{
				MarkdownDescription: "Only those that are in the selection pool, or only those that are not.",
				Optional:            true,
			},
			"integrations": schema.ListNestedAttribute{
				MarkdownDescription: "The integrations, in the order of their IDs.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: row},
			},
		},
	}
}

func (d *integrationsDataSource) Read(
	ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse,
) {
	var model integrationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows, err := d.data.listing.all(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The integrations cannot be listed", describe(err))
		return
	}
	model.Integrations = []rowModel{} // an empty list, and not null
	for _, row := range sortedByID(rows) {
		if model.chooses(row) {
			model.Integrations = append(model.Integrations, newRow(row))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// sortedByID returns the rows in the order of their IDs. That of the API is not
// documented, and another order would be a change.
func sortedByID(rows []*spideriq.Integration) []*spideriq.Integration {
	return slices.SortedFunc(slices.Values(rows), func(a, b *spideriq.Integration) int {
		return cmp.Compare(a.ID, b.ID)
	})
}

// chooses reports whether the filters let an integration pass.
func (m integrationsModel) chooses(i *spideriq.Integration) bool {
	switch {
	case !m.ProviderName.IsNull() && m.ProviderName.ValueString() != i.ProviderName:
		return false
	case !m.HealthStatus.IsNull() && m.HealthStatus.ValueString() != string(i.HealthStatus):
		return false
	case !m.IsActive.IsNull() && m.IsActive.ValueBool() != i.IsActive:
		return false
	}
	return true
}

func newRow(i *spideriq.Integration) rowModel {
	return rowModel{
		ID:           newID(i.ID),
		ProviderName: types.StringValue(i.ProviderName),
		settings:     newSettings(i),
		observed:     newObserved(i),
	}
}
