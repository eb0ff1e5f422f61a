variable "groq_key" {
  type      = string
  ephemeral = true # neither in a plan nor in a state
  sensitive = true
}

resource "spideriq_integration" "batch" {
  provider_name       = "groq"
  credentials         = { api_key = var.groq_key }
  credentials_version = 1 # another number replaces the key
  key_label           = "Batch jobs"
  daily_limit         = 20000
  spend_limit_amount  = 12.50
  spend_limit_period  = "daily"
  spend_limit_action  = "block"

  lifecycle {
    create_before_destroy = true # a rotation leaves no moment without a key
  }
}
