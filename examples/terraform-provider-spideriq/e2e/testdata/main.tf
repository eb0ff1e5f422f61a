terraform {
  required_providers {
    spideriq = { source = "spideriq/spideriq" }
  }
}

variable "groq_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

# Step 2 rotates the key.
variable "groq_key_version" {
  type    = number
  default = 1
}

# Exists already.
import {
  to = spideriq_integration.production
  id = "42"
}

resource "spideriq_integration" "production" {
  provider_name      = "openrouter"
  key_label          = "Production OpenRouter"
  daily_limit        = 30000
  spend_limit_amount = 500 # the API says 500.00
}

resource "spideriq_integration" "batch" {
  provider_name       = "groq"
  credentials         = { api_key = var.groq_key }
  credentials_version = var.groq_key_version
  key_label           = "Batch jobs"
  is_active           = false
  spend_limit_amount  = 12.50

  lifecycle {
    create_before_destroy = true
  }
}

data "spideriq_integrations" "groq" {
  provider_name = "groq"
  depends_on    = [spideriq_integration.batch]
}

data "spideriq_health" "now" {
  depends_on = [spideriq_integration.batch, spideriq_integration.production]
}

output "new_key_is_listed" {
  value = contains(data.spideriq_integrations.groq.integrations[*].id, spideriq_integration.batch.id)
}

output "all_keys_are_healthy" {
  value = data.spideriq_health.now.total >= 2 && data.spideriq_health.now.unhealthy == 0
}
