package main

import (
	"errors"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/spideriq/spideriq-go"
)

const readInstructions = `SpiderIQ keeps the API keys of LLM providers; each key is an integration. ` +
	`Integrations are listed at most once every few seconds: listed_at says when. ` +
	`The line "Retry:" of an error says whether the same call can succeed later. ` +
	`Credentials can be neither read nor set here.`

const writeInstructions = ` After "Outcome: the change may have been made", look before you repeat a change.`

const noWriteInstructions = ` This server changes no settings: it was started without -allow-writes.`

// newServer returns a server with the tools that s allows.
func newServer(s serverSettings, client *spideriq.Client, log *slog.Logger) (*mcp.Server, error) {
	instructions := readInstructions + noWriteInstructions
	if s.allowWrites {
		instructions = readInstructions + writeInstructions
	}
	server := mcp.NewServer(
		&mcp.Implementation{Name: "spideriq", Title: "SpiderIQ integrations", Version: spideriq.Version},
		&mcp.ServerOptions{
			Instructions: instructions,
			Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{}}, // a fixed set, and no logging
		},
	)
	t := &tools{integrations: client.Integrations, listing: newListing(client.Integrations, s.maxAge), log: log}
	err := addReadTools(server, t)
	if s.allowWrites {
		err = errors.Join(err, addWriteTools(server, t))
	}
	return server, err
}

// addReadTools adds the tools that change no setting.
func addReadTools(server *mcp.Server, t *tools) error {
	return errors.Join(
		addTool(server, &mcp.Tool{
			Name:  "list_integrations",
			Title: "List integrations",
			Description: "Lists the integrations (API keys of LLM providers) with their limits, use, health and " +
				"cached billing, from a listing that is at most a few seconds old.",
			Annotations: readOnly(),
		}, listDescriptions, t.list),
		addTool(server, &mcp.Tool{
			Name:        "get_integration",
			Title:       "Get one integration",
			Description: "Returns one integration by its id, from a listing that is at most a few seconds old.",
			Annotations: readOnly(),
		}, getDescriptions, t.get),
		addTool(server, &mcp.Tool{
			Name:  "integration_health",
			Title: "Health of the integrations",
			Description: "Returns how the keys have been doing: a summary, a row for each, and what the API " +
				"recommends. Three failures in a row make a key unhealthy, and it is then skipped.",
			Annotations: readOnly(),
		}, healthDescriptions, t.health),
		addTool(server, &mcp.Tool{
			Name:  "sync_billing",
			Title: "Sync billing",
			Description: "Asks the providers for balances and usage now, and returns them in US dollars. " +
				"It may take a minute. Spend limits take effect on it, so a key over its limit may be blocked.",
			Annotations: changes(additive, beyondSpiderIQ),
		}, syncDescriptions, t.syncBilling),
	)
}

// addWriteTools adds the tools that change settings.
func addWriteTools(server *mcp.Server, t *tools) error {
	return errors.Join(
		addTool(server, &mcp.Tool{
			Name:  "update_integration",
			Title: "Update an integration",
			Description: "Changes the settings of one integration that are given, leaves the others alone, " +
				"and returns it before and after. Null is refused: no documented value clears a setting.",
			Annotations: changes(destructive, withinSpiderIQ),
		}, updateDescriptions, t.update),
		addTool(server, &mcp.Tool{
			Name:  "set_primary",
			Title: "Make an integration primary",
			Description: "Makes one integration a primary key, which sets its priority to 10, and returns it before " +
				"and after. It sends nothing about other integrations.",
			Annotations: changes(destructive, withinSpiderIQ),
		}, idDescriptions, t.setPrimary),
		addTool(server, &mcp.Tool{
			Name:  "disable",
			Title: "Disable an integration",
			Description: "Takes one integration out of the selection pool and returns it before and after. " +
				"update_integration with is_active true enables it again.",
			Annotations: changes(destructive, withinSpiderIQ),
		}, idDescriptions, t.disable),
	)
}

// Values for the arguments of changes.
const (
	destructive    = true // it replaces what was there
	additive       = false
	beyondSpiderIQ = true // it reaches the providers
	withinSpiderIQ = false
)

func readOnly() *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{
		ReadOnlyHint:    true,
		IdempotentHint:  true,
		DestructiveHint: new(false),
		OpenWorldHint:   new(withinSpiderIQ),
	}
}

// changes describes a tool that changes something. All of them are idempotent: a
// repeat sets the same values, or asks the same providers.
func changes(isDestructive, isOpenWorld bool) *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{
		IdempotentHint:  true,
		DestructiveHint: &isDestructive,
		OpenWorldHint:   &isOpenWorld,
	}
}
