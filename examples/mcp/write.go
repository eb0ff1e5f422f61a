package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spideriq/spideriq-go"
)

type syncArguments struct {
	ProviderName string `json:"provider_name,omitempty"`
}

var syncDescriptions = map[string]string{
	"provider_name": "ask this provider only, such as openrouter; all of them when left out",
}

// syncTimeout is how long the API may take to ask the providers.
const syncTimeout = 5 * time.Minute

// syncBilling makes the API ask the providers. Balances and spend limits in a
// listing are old after that.
func (t *tools) syncBilling(ctx context.Context, arguments syncArguments) (*spideriq.BillingSync, error) {
	defer t.listing.forget()
	params := spideriq.SyncBillingParams{ProviderName: arguments.ProviderName}
	result, err := t.integrations.SyncBilling(ctx, params, spideriq.WithAttemptTimeout(syncTimeout))
	if err != nil {
		return nil, err
	}
	for i := range result.Results {
		row := &result.Results[i]
		row.Error, row.Note = withoutKeys(row.Error), withoutKeys(row.Note)
	}
	return result, nil
}

type updateArguments struct {
	ID int64 `json:"id"`
	spideriq.UpdateParams
}

var updateDescriptions = map[string]string{
	"id":                 idDescription,
	"key_label":          "friendly name",
	"is_active":          "false takes the key out of the selection pool",
	"is_primary":         "true makes it a primary key and sets its priority to 10; false sets its priority to 0",
	"daily_limit":        "most requests a day",
	"minute_limit":       "most requests a minute",
	"spend_limit_amount": "spend limit in US dollars; takes effect on the next billing sync",
	"spend_limit_period": "period of the spend limit: daily or monthly",
	"spend_limit_action": "what happens at the spend limit: warn or block",
}

type idArguments struct {
	ID int64 `json:"id"`
}

var idDescriptions = map[string]string{"id": idDescription}

// A changeResult tells what a change did.
type changeResult struct {
	Sent           spideriq.UpdateParams `json:"sent" jsonschema:"the settings that were sent"`
	Changed        []string              `json:"changed" jsonschema:"settings that differ; null when before is"`
	Before         *settings             `json:"before" jsonschema:"null when the listing did not have the integration"`
	BeforeListedAt time.Time             `json:"before_listed_at" jsonschema:"when the API was asked for it"`
	After          settings              `json:"after" jsonschema:"what the API answered to the change"`
}

func (t *tools) update(ctx context.Context, arguments updateArguments) (*changeResult, error) {
	if arguments.IsZero() {
		return nil, fmt.Errorf("%w: give at least one setting to change", errArguments)
	}
	return t.change(ctx, arguments.ID, arguments.UpdateParams)
}

func (t *tools) setPrimary(ctx context.Context, arguments idArguments) (*changeResult, error) {
	return t.change(ctx, arguments.ID, spideriq.UpdateParams{IsPrimary: new(true)})
}

func (t *tools) disable(ctx context.Context, arguments idArguments) (*changeResult, error) {
	return t.change(ctx, arguments.ID, spideriq.UpdateParams{IsActive: new(false)})
}

// change sends params and compares the answer with a listing from before. An id
// that the listing does not have is sent all the same: the API decides.
func (t *tools) change(ctx context.Context, id int64, params spideriq.UpdateParams) (*changeResult, error) {
	listed, err := t.listing.get(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotListed, err)
	}
	defer t.listing.forget()
	updated, err := t.integrations.Update(ctx, id, params)
	if err != nil {
		t.log.WarnContext(ctx, "update failed", "id", id, "sent", params, "error", err)
		return nil, err
	}
	t.log.InfoContext(ctx, "updated", "id", id, "sent", params)
	result := &changeResult{Sent: params, BeforeListedAt: listed.when(), After: settingsOf(updated)}
	if before := listed.find(id); before != nil {
		result.Before = new(settingsOf(before))
		result.Changed = result.Before.changes(result.After)
	}
	return result, nil
}

var errNotListed = errors.New("nothing was changed, because the state before the change could not be listed")
