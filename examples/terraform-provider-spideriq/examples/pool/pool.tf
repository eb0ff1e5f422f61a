terraform {
  required_version = ">= 1.11" # the first with write-only attributes

  required_providers {
    spideriq = { source = "spideriq/spideriq" }
  }
}

variable "groq_key" {
  type      = string
  ephemeral = true # neither in a plan nor in a state
  sensitive = true
}

variable "groq_key_version" {
  type    = number
  default = 1
}

# Exists already, and is taken over as it is but for its daily limit.
import {
  to = spideriq_integration.production
  id = "42"
}

resource "spideriq_integration" "production" {
  provider_name      = "openrouter"
  key_label          = "Production OpenRouter"
  daily_limit        = 30000
  spend_limit_amount = 500 # the API says 500.00, which is no difference
}

resource "spideriq_integration" "batch" {
  provider_name       = "groq"
  credentials         = { api_key = var.groq_key }
  credentials_version = var.groq_key_version
  key_label           = "Batch jobs"
  is_primary          = true
  spend_limit_amount  = 12.50

  lifecycle {
    create_before_destroy = true
  }
}
