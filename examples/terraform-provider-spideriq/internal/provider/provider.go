// Package provider is an OpenTofu and Terraform provider for SpiderIQ: the resource
// spideriq_integration and the data sources spideriq_integrations and spideriq_health.
//
// All of them share one [spideriq.Client], which does the retries and keeps the
// pauses that the API asks for, and one listing of the integrations for each run.
package provider

import (
	"cmp"
	"context"
	"log/slog"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spideriq/spideriq-go"
)

// The environment variables that stand in for attributes which are not set.
const (
	tokenVariable   = "SPIDERIQ_TOKEN"
	baseURLVariable = "SPIDERIQ_API_URL"
)

// New returns a function that makes the provider. The options are for tests: they
// come after the provider's own.
func New(version string, opts ...spideriq.Option) func() provider.Provider {
	return func() provider.Provider {
		return &spideriqProvider{version: version, opts: opts}
	}
}

type spideriqProvider struct {
	version string
	opts    []spideriq.Option
}

// providerData is what the provider gives to its resources and data sources.
type providerData struct {
	integrations *spideriq.IntegrationsService
	listing      *listing
}

type providerModel struct {
	Token   types.String `tfsdk:"token"`
	BaseURL types.String `tfsdk:"base_url"`
}

func (p *spideriqProvider) Metadata(
	_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse,
) {
	resp.TypeName = "spideriq"
	resp.Version = p.version
}

func (p *spideriqProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the LLM provider keys (integrations) of a SpiderIQ brand.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{
				MarkdownDescription: "The API token. Without it the environment variable `" + tokenVariable +
					"` is read. A saved plan holds the values of ordinary variables: give the token in the " +
					"environment or in an ephemeral variable.",
				Optional:  true,
				Sensitive: true,
			},
			"base_url": schema.StringAttribute{
				MarkdownDescription: "The base URL of the API; an origin without a path is enough. Without it the " +
					"environment variable `" + baseURLVariable + "` is read, and without that the URL is `" +
					spideriq.DefaultBaseURL + "`.",
				Optional: true,
			},
		},
	}
}

// Configure makes the client. It sends nothing.
func (p *spideriqProvider) Configure(
	ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse,
) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkKnown(&resp.Diagnostics, config)
	if resp.Diagnostics.HasError() {
		return
	}
	client, err := p.newClient(config)
	if err != nil {
		resp.Diagnostics.AddError("The SpiderIQ client cannot be set up", err.Error()+
			"\n\nThe token is the provider's token attribute or "+tokenVariable+
			", and the base URL is base_url or "+baseURLVariable+".")
		return
	}
	data := &providerData{integrations: client.Integrations, listing: newListing(client.Integrations)}
	resp.ResourceData = data
	resp.DataSourceData = data
}

// checkKnown refuses values that are known only after an apply.
func checkKnown(diags *diag.Diagnostics, config providerModel) {
	const detail = "The provider needs it to plan. Set it to a value that is known before the apply, " +
		"or leave it out and set the environment variable "
	if config.Token.IsUnknown() {
		diags.AddAttributeError(path.Root("token"), "The token is not known yet", detail+tokenVariable+".")
	}
	if config.BaseURL.IsUnknown() {
		diags.AddAttributeError(path.Root("base_url"), "The base URL is not known yet", detail+baseURLVariable+".")
	}
}

// newClient takes each value from the configuration or, where it is null, from the
// environment.
func (p *spideriqProvider) newClient(config providerModel) (*spideriq.Client, error) {
	opts := []spideriq.Option{
		spideriq.WithUserAgent("terraform-provider-spideriq/" + p.version),
		spideriq.WithLogger(slog.New(logHandler{})),
	}
	opts = append(opts, p.opts...)
	baseURL := config.BaseURL.ValueString()
	if config.BaseURL.IsNull() {
		baseURL = cmp.Or(os.Getenv(baseURLVariable), spideriq.DefaultBaseURL)
	}
	opts = append(opts, spideriq.WithBaseURL(baseURL))
	if config.Token.IsNull() {
		return spideriq.NewClientFromEnv(opts...)
	}
	return spideriq.NewClient(config.Token.ValueString(), opts...)
}

func (p *spideriqProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newIntegrationResource}
}

func (p *spideriqProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newIntegrationsDataSource, newHealthDataSource}
}

// dataOf returns the provider's data. It is nil before the provider is configured:
// the framework then asks for no more than schemas and validation.
func dataOf(data any, diags *diag.Diagnostics) *providerData {
	if data == nil {
		return nil
	}
	typed, ok := data.(*providerData)
	if !ok {
		diags.AddError("Unexpected provider data", "This is a defect of the provider: its data are of another type.")
	}
	return typed
}
