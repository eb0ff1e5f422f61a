package spideriq

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// CreateParams describe a new integration. ProviderName and Credentials are
// required; a nil field leaves the setting to the API.
type CreateParams struct {
	ProviderName     string            `json:"provider_name"` // [ProviderOpenRouter], or any other the API knows
	Credentials      Credentials       `json:"credentials"`
	KeyLabel         *string           `json:"key_label,omitempty"`
	IsPrimary        *bool             `json:"is_primary,omitempty"` // the API's default: false
	DailyLimit       *int              `json:"daily_limit,omitempty"`
	MinuteLimit      *int              `json:"minute_limit,omitempty"`
	SpendLimitAmount *Amount           `json:"spend_limit_amount,omitempty"` // in US dollars
	SpendLimitPeriod *SpendLimitPeriod `json:"spend_limit_period,omitempty"` // the API's default: monthly
	SpendLimitAction *SpendLimitAction `json:"spend_limit_action,omitempty"` // the API's default: warn
}

// Credentials are the secrets of a provider's key, by field: "api_key" for every
// provider, and "account_id" as well for Cloudflare. The API never returns them.
//
// They are sent in the body of [IntegrationsService.Create] and shown nowhere else:
// fmt and log/slog print the names of the fields, and encoding/json refuses them.
// No method can do that for a Credentials in an unexported field of another type,
// nor under the verbs %p and %w, with which fmt calls no methods.
type Credentials map[string]string

// String returns the names of the fields.
func (c Credentials) String() string {
	return "credentials[" + strings.Join(slices.Sorted(maps.Keys(c)), " ") + "]"
}

// Format prints what [Credentials.String] returns, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is what [Credentials.String] returns.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON fails, so that no log in JSON holds a secret.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return nil, errors.New("credentials are encoded by Create only")
}

// Format prints the provider and the names of the credentials, whatever the verb.
func (p CreateParams) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "spideriq.CreateParams(%s, %v)", p.ProviderName, p.Credentials)
}

// LogValue leaves the secrets out.
func (p CreateParams) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider_name", p.ProviderName), slog.Any("credentials", p.Credentials))
}

// createBody is what is sent: the only form that has the credentials in it.
type createBody struct {
	CreateParams
	Credentials map[string]string `json:"credentials"`
}

func (p CreateParams) wire() (any, map[string]string) {
	return createBody{p, p.Credentials}, p.Credentials
}

// Create adds a key to the pool and returns its integration. The API allows
// several keys of one provider and knows no idempotency key, so a repeated create
// makes a second integration. Create is therefore repeated only when the request
// cannot have been applied: the connection failed before it was sent, or the
// answer was 429 with a wait. When an attempt ended without a known outcome the
// error has MayHaveApplied set: look with [IntegrationsService.List] before
// creating again.
//
// The errors are those of [IntegrationsService.Update]; which ones the API
// answers here is not documented. A missing provider name, missing credentials
// and an invalid amount are refused before anything is sent.
//
// API: Create Integration, POST /api/v1/integrations.
func (s *IntegrationsService) Create(ctx context.Context, params CreateParams, opts ...RequestOption) (*Integration, error) {
	wrong := unless(params.ProviderName != "" && len(params.Credentials) > 0, "ProviderName and Credentials are required")
	return fetch[Integration](ctx, s, call{method: http.MethodPost, path: collection, body: params, wrong: wrong, member: "integration"}, opts)
}

// The providers that the API documents. The set is open: wherever a provider name
// is taken, any other string is sent as it is.
const (
	ProviderAI21         = "ai21"
	ProviderBaseten      = "baseten"
	ProviderCerebras     = "cerebras"
	ProviderCloudflare   = "cloudflare" // its credentials need account_id beside api_key
	ProviderCohere       = "cohere"
	ProviderFalAI        = "fal_ai"
	ProviderFireworks    = "fireworks"
	ProviderGitHubModels = "github_models"
	ProviderGoogleAI     = "google_ai"
	ProviderGroq         = "groq"
	ProviderHuggingFace  = "huggingface"
	ProviderMistral      = "mistral"
	ProviderNvidiaNIM    = "nvidia_nim"
	ProviderOpenRouter   = "openrouter"
	ProviderSambaNova    = "sambanova"
	ProviderTogether     = "together"
)
