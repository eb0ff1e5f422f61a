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
// There are two exceptions, in which fmt calls no methods and shows the secrets: an
// unexported field of another type, and the verbs %p and %w.
type Credentials map[string]string

// String returns the names of the fields.
func (c Credentials) String() string {
	return "credentials[" + strings.Join(slices.Sorted(maps.Keys(c)), " ") + "]"
}

// Format prints what [Credentials.String] returns, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what [Credentials.String] returns.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON always fails, so that no log in JSON holds a secret.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return nil, errors.New("credentials are encoded by Create only")
}

// Format prints the provider and the names of the credentials, whatever the verb, except
// for %p and %w, for which fmt calls no method.
func (p CreateParams) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "spideriq.CreateParams(%s, %v)", p.ProviderName, p.Credentials)
}

// LogValue returns the provider and the names of the credentials.
func (p CreateParams) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider_name", p.ProviderName), slog.Any("credentials", p.Credentials))
}

// createRequest is the body of Create. Its Credentials hide those of CreateParams,
// which refuse to be encoded.
type createRequest struct {
	CreateParams
	Credentials map[string]string `json:"credentials"`
}

// Create adds a key to the pool and returns its integration.
//
// The API allows several keys of one provider and has no idempotency key, so a
// repeated create makes a second integration. Create is therefore repeated only when
// the request cannot have been applied: it was never written, or the API answered 429
// with a wait. When an attempt ended without a known outcome, the error has
// MayHaveApplied set: look with [IntegrationsService.All] before creating again.
//
// The errors are those of [IntegrationsService.Update]. Which of them the API uses
// here is not documented. A missing provider name, missing credentials, an invalid
// amount and text that is not UTF-8 are an [*ArgumentError], made before anything is
// sent.
//
// API: Create Integration, POST /api/v1/integrations,
// https://docs.spideriq.ai/api-reference/integrations/create.
func (s *IntegrationsService) Create(
	ctx context.Context, params CreateParams, opts ...RequestOption,
) (*Integration, error) {
	credentials := maps.Clone(map[string]string(params.Credentials)) // the caller's may change during the call
	var resp integrationResponse
	call := apiCall{
		method:   http.MethodPost,
		path:     integrationsPath,
		body:     createRequest{CreateParams: params, Credentials: credentials},
		secrets:  slices.Collect(maps.Values(credentials)),
		response: &resp,
	}
	if err := params.validate(); err != nil {
		return nil, call.reject(err, opts)
	}
	if err := s.do(ctx, call, opts); err != nil {
		return nil, err
	}
	return resp.Integration, nil
}

func (p CreateParams) validate() error {
	switch {
	case p.ProviderName == "":
		return errors.New("ProviderName is missing")
	case len(p.Credentials) == 0:
		return errors.New("Credentials are missing")
	}
	return checkAmount(p.SpendLimitAmount)
}

// A ProviderName is the name of a provider. It is a string: the set is open, and a name
// that is not among the constants is sent as it is.
type ProviderName = string

// The providers that the API documents.
const (
	ProviderAI21         ProviderName = "ai21"
	ProviderBaseten      ProviderName = "baseten"
	ProviderCerebras     ProviderName = "cerebras"
	ProviderCloudflare   ProviderName = "cloudflare" // its credentials need account_id beside api_key
	ProviderCohere       ProviderName = "cohere"
	ProviderFalAI        ProviderName = "fal_ai"
	ProviderFireworks    ProviderName = "fireworks"
	ProviderGitHubModels ProviderName = "github_models"
	ProviderGoogleAI     ProviderName = "google_ai"
	ProviderGroq         ProviderName = "groq"
	ProviderHuggingFace  ProviderName = "huggingface"
	ProviderMistral      ProviderName = "mistral"
	ProviderNvidiaNIM    ProviderName = "nvidia_nim"
	ProviderOpenRouter   ProviderName = "openrouter"
	ProviderSambaNova    ProviderName = "sambanova"
	ProviderTogether     ProviderName = "together"
)
