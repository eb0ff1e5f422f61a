package provider_test

import (
	"bytes"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/examples/terraform-provider-spideriq/internal/provider"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestTokenAndBaseURLComeFromTheEnvironmentWhereTheyAreNotSet(t *testing.T) {
	fake := newFake(t)
	fake.Add(existing(42))
	other := spideriqtest.NewServer(spideriqtest.WithToken("client_other:key_other:secret_other"))
	t.Cleanup(other.Close)
	other.Add(existing(43))
	for name, test := range map[string]struct {
		token, baseURL string // in the environment
		config         values
		id             int
	}{
		"both":                {fake.Token, fake.URL, values{}, 42},
		"the token":           {other.Token, fake.URL, values{"base_url": other.URL}, 43},
		"the base URL":        {fake.Token, other.URL, values{"token": other.Token}, 43},
		"neither":             {fake.Token, fake.URL, values{"token": other.Token, "base_url": other.URL}, 43},
		"a wrong one is left": {"Bearer x", ":", values{"token": other.Token, "base_url": other.URL}, 43},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SPIDERIQ_TOKEN", test.token)
			t.Setenv("SPIDERIQ_API_URL", test.baseURL)
			c := newUnconfiguredCore(t)
			requireNoErrors(t, c.configure(test.config))
			state, diags := c.refresh(stateOf(test.id))
			requireNoErrors(t, diags)
			assert.NotNil(t, state)
		})
	}
}

func TestWhatCannotMakeAClientIsReportedBeforeAnythingIsSent(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", "")
	t.Setenv("SPIDERIQ_API_URL", "")
	for name, test := range map[string]struct {
		config values
		text   string
	}{
		"no token":            {values{}, "SPIDERIQ_TOKEN is not set"},
		"an empty token":      {values{"token": ""}, "token"},
		"a token with Bearer": {values{"token": "Bearer sekret"}, "token"},
		"a base URL":          {values{"token": "sekret", "base_url": "ftp://host"}, "ftp"},
		"an empty base URL":   {values{"token": "sekret", "base_url": ""}, "base URL"},
		"http to a host":      {values{"token": "sekret", "base_url": "http://spideriq.test"}, "https"},
		"an unknown token":    {values{"token": unknown}, "The token is not known yet"},
		"an unknown URL":      {values{"token": "sekret", "base_url": unknown}, "The base URL is not known yet"},
	} {
		t.Run(name, func(t *testing.T) {
			diags := newUnconfiguredCore(t).configure(test.config)
			assert.True(t, hasErrors(diags))
			assert.Contains(t, textOf(diags), test.text)
			assert.NotContains(t, textOf(diags), "sekret")
		})
	}
}

func TestAnEmptyTokenIsNotTheOneOfTheEnvironment(t *testing.T) {
	t.Setenv("SPIDERIQ_TOKEN", "client_real:key_real:secret_real")
	t.Setenv("SPIDERIQ_API_URL", "")
	assert.True(t, hasErrors(newUnconfiguredCore(t).configure(values{"token": ""})))
	requireNoErrors(t, newUnconfiguredCore(t).configure(values{}))
}

func TestTheProviderNamesItselfToTheAPI(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	_, _ = c.data("spideriq_health", values{})
	assert.Regexp(t, `^terraform-provider-spideriq/test spideriq-go/`, fake.Requests()[0].Header.Get("User-Agent"))
}

func TestSecretsAreMarkedInTheSchema(t *testing.T) {
	t.Parallel()
	c := newUnconfiguredCore(t)
	for _, a := range c.schema.Provider.Block.Attributes {
		assert.Equal(t, a.Name == "token", a.Sensitive, a.Name)
	}
	for _, a := range c.integration().Block.Attributes {
		assert.Equal(t, a.Name == "credentials", a.Sensitive, a.Name)
		assert.Equal(t, a.Name == "credentials", a.WriteOnly, a.Name)
		assert.NotEmpty(t, a.Description, a.Name)
	}
}

func TestTheLogOfTheClientIsTheLogOfTheProvider(t *testing.T) {
	t.Parallel()
	fake := newFake(t)
	c := newCore(t, fake)
	p := c.plan(nil, minimal)
	fake.Fail(spideriqtest.RateLimited(1))

	var log bytes.Buffer
	_, diags := c.applyWithin(tflogtest.RootLogger(t.Context(), &log), p)
	requireNoErrors(t, diags)
	assert.Contains(t, log.String(), `"@message":"spideriq: attempt"`)
	assert.Contains(t, log.String(), `"@message":"spideriq: attempt failed, another follows"`)
	assert.Contains(t, log.String(), `"status":"429"`)
	assert.NotContains(t, log.String(), secret)
	assert.NotContains(t, log.String(), fake.Token)
}

// The schema is asked for, and a configuration is validated, before the provider is
// configured.
func TestTheProviderNeedsNoConfigurationToTellItsSchema(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test", spideriq.WithMaxAttempts(1))())()
	resp, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	require.NoError(t, err)
	requireNoErrors(t, resp.Diagnostics)
	assert.Contains(t, resp.ResourceSchemas, integrationType)
	assert.Len(t, resp.DataSourceSchemas, 2)
	requireNoErrors(t, newUnconfiguredCore(t).validate(full))
}
