# Its create gets no answer.
resource "spideriq_integration" "lost" {
  provider_name = "mistral"
  credentials   = { api_key = var.groq_key }
  key_label     = "Lost"
}
