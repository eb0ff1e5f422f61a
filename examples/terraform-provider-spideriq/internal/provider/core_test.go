package provider_test

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/examples/terraform-provider-spideriq/internal/provider"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

const integrationType = "spideriq_integration"

// core talks to the provider over the plugin protocol, as OpenTofu does, and checks
// the rules that OpenTofu checks.
type core struct {
	t      *testing.T
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// newCore returns a configured provider that reaches the fake.
func newCore(t *testing.T, fake *spideriqtest.Server) *core {
	t.Helper()
	c := newUnconfiguredCore(t, spideriq.WithRetryPolicy(spideriq.RetryPolicy{
		BaseDelay: time.Millisecond, MaxDelay: time.Millisecond,
	}))
	requireNoErrors(t, c.configure(values{"token": fake.Token, "base_url": fake.URL}))
	return c
}

func newUnconfiguredCore(t *testing.T, opts ...spideriq.Option) *core {
	t.Helper()
	c := &core{t: t, server: providerserver.NewProtocol6(provider.New("test", opts...)())()}
	schema, err := c.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	require.NoError(t, err)
	requireNoErrors(t, schema.Diagnostics)
	c.schema = schema
	return c
}

func (c *core) configure(config values) []*tfprotov6.Diagnostic {
	c.t.Helper()
	resp, err := c.server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.12.6", Config: c.encode(c.schema.Provider, config),
	})
	require.NoError(c.t, err)
	return resp.Diagnostics
}

func (c *core) integration() *tfprotov6.Schema { return c.schema.ResourceSchemas[integrationType] }

// validate checks a configuration of the resource before anything is planned.
func (c *core) validate(config values) []*tfprotov6.Diagnostic {
	c.t.Helper()
	resp, err := c.server.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: integrationType, Config: c.encode(c.integration(), config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	require.NoError(c.t, err)
	return resp.Diagnostics
}

// A planned change of the resource.
type planned struct {
	config, prior, next values
	replaces            bool
	private             []byte
	diags               []*tfprotov6.Diagnostic
}

// isEmpty reports whether nothing is to be done.
func (p planned) isEmpty() bool { return assert.ObjectsAreEqual(p.prior, p.next) }

// plan plans the resource from its state to a configuration; nil stands for no state.
func (c *core) plan(prior, config values) planned {
	c.t.Helper()
	schema := c.integration()
	resp, err := c.server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         integrationType,
		PriorState:       c.encode(schema, prior),
		ProposedNewState: c.encode(schema, proposed(schema, prior, config)),
		Config:           c.encode(schema, config),
	})
	require.NoError(c.t, err)
	p := planned{
		config: config, prior: prior, diags: resp.Diagnostics,
		replaces: len(resp.RequiresReplace) > 0, private: resp.PlannedPrivate,
	}
	if hasErrors(resp.Diagnostics) {
		return p
	}
	p.next = c.decode(schema, resp.PlannedState)
	c.checkPlan(p)
	return p
}

// checkPlan holds a plan against the configuration: an attribute that is set is
// planned as set, or as it was; a write-only one is null.
func (c *core) checkPlan(p planned) {
	c.t.Helper()
	for _, a := range c.integration().Block.Attributes {
		switch wanted := p.config[a.Name]; {
		case a.WriteOnly:
			assert.Nil(c.t, p.next[a.Name], "the plan has %s", a.Name)
		case wanted == nil || p.next == nil:
		case !assert.ObjectsAreEqual(wanted, p.next[a.Name]):
			assert.Equal(c.t, p.prior[a.Name], p.next[a.Name], "the plan changes %s", a.Name)
		}
	}
}

// apply carries a plan out and returns the new state, nil for none.
func (c *core) apply(p planned) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	return c.applyWithin(c.t.Context(), p)
}

func (c *core) applyWithin(ctx context.Context, p planned) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	requireNoErrors(c.t, p.diags)
	schema := c.integration()
	resp, err := c.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       integrationType,
		PriorState:     c.encode(schema, p.prior),
		PlannedState:   c.encode(schema, p.next),
		Config:         c.encode(schema, p.config),
		PlannedPrivate: p.private,
	})
	require.NoError(c.t, err)
	state := c.decode(schema, resp.NewState)
	for _, a := range schema.Block.Attributes {
		if a.WriteOnly {
			assert.Nil(c.t, state[a.Name], "the state has %s", a.Name)
		}
	}
	if !hasErrors(resp.Diagnostics) {
		c.checkResult(p, state)
	}
	return state, resp.Diagnostics
}

// checkResult holds a new state against its plan: what was planned is as planned, and
// nothing is unknown.
func (c *core) checkResult(p planned, state values) {
	c.t.Helper()
	for name, value := range p.next {
		if value != unknown {
			assert.Equal(c.t, value, state[name], "%s is not as planned", name)
		}
	}
	for name, value := range state {
		assert.NotEqual(c.t, unknown, value, "%s is unknown after the apply", name)
	}
}

// create plans and applies a new resource.
func (c *core) create(config values) values {
	c.t.Helper()
	state, diags := c.apply(c.plan(nil, config))
	requireNoErrors(c.t, diags)
	return state
}

// destroy plans and applies the end of a resource.
func (c *core) destroy(state values) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	return c.apply(c.plan(state, nil))
}

// refresh reads a resource and returns its state, nil when it is gone.
func (c *core) refresh(state values) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	resp, err := c.server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: integrationType, CurrentState: c.encode(c.integration(), state),
	})
	require.NoError(c.t, err)
	return c.decode(c.integration(), resp.NewState), resp.Diagnostics
}

// importID imports an integration and reads it, as one step of OpenTofu does.
func (c *core) importID(id string) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	resp, err := c.server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: integrationType, ID: id,
	})
	require.NoError(c.t, err)
	if hasErrors(resp.Diagnostics) {
		return nil, resp.Diagnostics
	}
	require.Len(c.t, resp.ImportedResources, 1)
	return c.refresh(c.decode(c.integration(), resp.ImportedResources[0].State))
}

// data reads a data source.
func (c *core) data(name string, config values) (values, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	schema := c.schema.DataSourceSchemas[name]
	resp, err := c.server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: name, Config: c.encode(schema, config),
	})
	require.NoError(c.t, err)
	return c.decode(schema, resp.State), resp.Diagnostics
}

func (c *core) encode(schema *tfprotov6.Schema, v values) *tfprotov6.DynamicValue {
	c.t.Helper()
	typ := schema.ValueType()
	value, err := tfprotov6.NewDynamicValue(typ, toTerraform(c.t, typ, v))
	require.NoError(c.t, err)
	return &value
}

func (c *core) decode(schema *tfprotov6.Schema, v *tfprotov6.DynamicValue) values {
	c.t.Helper()
	if v == nil {
		return nil
	}
	value, err := v.Unmarshal(schema.ValueType())
	require.NoError(c.t, err)
	if value.IsNull() {
		return nil
	}
	decoded, ok := fromTerraform(c.t, value).(values)
	require.True(c.t, ok)
	return decoded
}

// proposed merges a configuration and a prior state as OpenTofu does: a computed
// attribute that is not set keeps its value.
func proposed(schema *tfprotov6.Schema, prior, config values) values {
	if config == nil {
		return nil
	}
	merged := make(values)
	for _, a := range schema.Block.Attributes {
		merged[a.Name] = config[a.Name]
		if config[a.Name] == nil && a.Computed {
			merged[a.Name] = prior[a.Name]
		}
	}
	return merged
}
