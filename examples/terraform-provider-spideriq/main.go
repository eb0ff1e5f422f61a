// Terraform-provider-spideriq manages the LLM provider keys of a SpiderIQ brand with
// OpenTofu or Terraform. The README tells how to install and use it.
//
// OpenTofu and Terraform start this program and talk to it over the plugin protocol,
// version 6. Nobody else needs to run it.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/spideriq/spideriq-go/examples/terraform-provider-spideriq/internal/provider"
)

// version is that of the provider. A release sets it with -ldflags.
var version = "dev"

func main() {
	// The address is required. The protocol uses it in its debug mode only, which this
	// program does not offer.
	opts := providerserver.ServeOpts{Address: "spideriq.ai/spideriq/spideriq"}
	if err := providerserver.Serve(context.Background(), provider.New(version), opts); err != nil {
		log.Fatal(err)
	}
}
