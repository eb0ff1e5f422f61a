terraform {
  required_providers {
    spideriq = { source = "spideriq/spideriq" }
  }
}

# The token comes from SPIDERIQ_TOKEN.
provider "spideriq" {}
