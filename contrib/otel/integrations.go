package spideriqotel

import (
	"context"
	"iter"

	"github.com/spideriq/spideriq-go"
)

// Integrations makes the calls of a spideriq.IntegrationsService, each under a span of
// its own. Arguments, results and errors are those of the service.
type Integrations struct {
	service   *spideriq.IntegrationsService
	telemetry *Telemetry
}

// Integrations returns the calls of s with telemetry. Use it in the place of
// Client.Integrations, of a client that was made with [Telemetry.HTTPClient].
func (t *Telemetry) Integrations(s *spideriq.IntegrationsService) *Integrations {
	return &Integrations{service: s, telemetry: t}
}

// Update is IntegrationsService.Update.
func (i *Integrations) Update(
	ctx context.Context, id int64, params spideriq.UpdateParams, opts ...spideriq.RequestOption,
) (*spideriq.Integration, error) {
	ctx, end := i.telemetry.Start(ctx, "Integrations.Update")
	updated, err := i.service.Update(ctx, id, params, opts...)
	end(err)
	return updated, err
}

// List is IntegrationsService.List.
func (i *Integrations) List(
	ctx context.Context, params spideriq.ListParams, opts ...spideriq.RequestOption,
) ([]*spideriq.Integration, error) {
	ctx, end := i.telemetry.Start(ctx, "Integrations.List")
	page, err := i.service.List(ctx, params, opts...)
	end(err)
	return page, err
}

// All is IntegrationsService.All. Its span covers the requests for all pages and not
// the loop, because All reads every page before it yields the first row.
func (i *Integrations) All(
	ctx context.Context, params spideriq.ListParams, opts ...spideriq.RequestOption,
) iter.Seq2[*spideriq.Integration, error] {
	return func(yield func(*spideriq.Integration, error) bool) {
		ctx, end := i.telemetry.Start(ctx, "Integrations.All")
		for integration, err := range i.service.All(ctx, params, opts...) {
			end(err) // the first time counts
			if !yield(integration, err) {
				return
			}
		}
		end(nil) // there was no row
	}
}

// Create is IntegrationsService.Create.
func (i *Integrations) Create(
	ctx context.Context, params spideriq.CreateParams, opts ...spideriq.RequestOption,
) (*spideriq.Integration, error) {
	ctx, end := i.telemetry.Start(ctx, "Integrations.Create")
	created, err := i.service.Create(ctx, params, opts...)
	end(err)
	return created, err
}

// Delete is IntegrationsService.Delete.
func (i *Integrations) Delete(ctx context.Context, id int64, opts ...spideriq.RequestOption) error {
	ctx, end := i.telemetry.Start(ctx, "Integrations.Delete")
	err := i.service.Delete(ctx, id, opts...)
	end(err)
	return err
}

// Health is IntegrationsService.Health.
func (i *Integrations) Health(ctx context.Context, opts ...spideriq.RequestOption) (*spideriq.HealthReport, error) {
	ctx, end := i.telemetry.Start(ctx, "Integrations.Health")
	report, err := i.service.Health(ctx, opts...)
	end(err)
	return report, err
}

// SyncBilling is IntegrationsService.SyncBilling.
func (i *Integrations) SyncBilling(
	ctx context.Context, params spideriq.SyncBillingParams, opts ...spideriq.RequestOption,
) (*spideriq.BillingSync, error) {
	ctx, end := i.telemetry.Start(ctx, "Integrations.SyncBilling")
	sync, err := i.service.SyncBilling(ctx, params, opts...)
	end(err)
	return sync, err
}
