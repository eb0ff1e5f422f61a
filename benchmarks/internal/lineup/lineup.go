// Package lineup lists the contestants.
package lineup

import (
	"github.com/spideriq/spideriq-go/benchmarks/internal/api"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/azcore"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/floor"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/github"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/godo"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/hcloud"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/linode"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/oapi"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/ogen"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/openai"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/ours"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/resty"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/retryable"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/smithy"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/stripe"
	"github.com/spideriq/spideriq-go/benchmarks/internal/contestants/tfe"
)

// A Contestant makes the calls in its own way.
type Contestant struct {
	Name    string
	Module  string // whose version stands in the results; empty for the floor
	Program string // folder in size; empty when another contestant's program is the same
	New     api.New

	Retries  bool // repeats what failed, without being asked for each call
	Deadline bool // bounds a call in time, without being asked for each call
	Ours     bool // brings its own transport, which is part of what is measured

	Note string // a reservation: where it does more or less than the others
}

// FloorAgain is the name of the floor where it stands against itself.
const FloorAgain = "floor again"

// Floor is what every contestant is measured against.
var Floor = Contestant{Name: "floor", Program: "floor", New: floor.New}

// Ours is this repository's library.
var Ours = Contestant{
	Name: "spideriq-go", Module: "github.com/spideriq/spideriq-go", Program: "ours", New: ours.New,
	Retries: true, Deadline: true, Ours: true,
	Note: "Own transport on sockets: trace of each attempt, HTTP/2 pings. Reads exact decimals, redacts errors.",
}

// Others are all contestants but ours. The first is the floor once more, against itself,
// which shows the noise.
var Others = []Contestant{
	{Name: FloorAgain, New: floor.New},
	{Name: "floor, deadline", New: floor.NewWithDeadline, Deadline: true},
	{
		Name: "oapi-codegen", Module: "github.com/oapi-codegen/runtime", Program: "oapi", New: oapi.New,
		Note: "Generated. Amounts are float64. The read is not bounded. The whole body stays beside what was decoded.",
	},
	{
		Name: "ogen", Module: "github.com/ogen-go/ogen", Program: "ogen", New: ogen.New,
		Note: "Generated, without its OpenTelemetry. Amounts are float64. A value outside an enum, or a field " +
			"that is missing, is an error.",
	},
	{
		Name: "go-retryablehttp", Module: "github.com/hashicorp/go-retryablehttp", Program: "retryable",
		New: retryable.New, Retries: true, Deadline: true,
		Note: "StandardClient, RetryMax 2, http.Client.Timeout 30 s: over a transport that is not net/http's own, as " +
			"in process, the timeout costs a goroutine for each attempt.",
	},
	{
		Name: "resty", Module: "github.com/go-resty/resty/v2", Program: "resty", New: resty.New,
		Retries: true, Deadline: true,
		Note: "Two retries, timeout 30 s. The read is not bounded.",
	},
	{
		Name: "go-github", Module: "github.com/google/go-github/v83", Program: "github", New: github.New,
		Note: "NewRequest and Do. It keeps track of rate limits, and repeats nothing.",
	},
	{
		Name: "hcloud-go", Module: "github.com/hetznercloud/hcloud-go/v2", Program: "hcloud", New: hcloud.New,
		Retries: true,
		Note:    "NewRequest and Do. A 502 and a 504 are repeated, a 503 is not.",
	},
	{
		Name: "godo", Module: "github.com/digitalocean/godo", Program: "godo", New: godo.New, Retries: true,
		Note: "NewRequest and Do of the client of NewFromToken, its transport exchanged afterwards.",
	},
	{
		Name: "linodego", Module: "github.com/linode/linodego", Program: "linode", New: linode.New, Retries: true,
		Note: "R, which is resty's. The read is not bounded.",
	},
	{
		Name: "openai-go", Module: "github.com/openai/openai-go/v3", Program: "openai", New: openai.New,
		Retries: true,
		Note:    "Patch and Get.",
	},
	{
		Name: "stripe-go", Module: "github.com/stripe/stripe-go/v85", Program: "stripe", New: stripe.New,
		Retries: true,
		Note: "CallRaw. It has no PATCH: the update is a POST, with an Idempotency-Key, in chunks, to a path without " +
			"/api. The body stays in the answer.",
	},
	{
		Name: "azcore", Module: "github.com/Azure/azure-sdk-for-go/sdk/azcore", Program: "azcore", New: azcore.New,
		Retries: true,
		Note:    "Pipeline, as the generated Azure clients use it.",
	},
	{
		Name: "aws-sdk-go-v2", Module: "github.com/aws/aws-sdk-go-v2", Program: "smithy", New: smithy.New,
		Retries: true,
		Note: "The smithy stack with eight middlewares, written as AWS generates it: without endpoint rules, and a " +
			"bearer token in the place of a signature.",
	},
	{
		Name: "go-tfe", Module: "github.com/hashicorp/go-tfe", Program: "tfe", New: tfe.New, Retries: true,
		Note: "NewRequest and DoJSON: JSON under the media type of JSON:API. RetryServerErrors is on, as in Terraform.",
	},
}

// All returns ours and the others.
func All() []Contestant { return append([]Contestant{Ours}, Others...) }
