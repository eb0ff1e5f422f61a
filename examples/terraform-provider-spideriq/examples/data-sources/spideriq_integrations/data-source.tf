data "spideriq_integrations" "failing" {
  health_status = "unhealthy"
  is_active     = true
}

output "failing" {
  value = {
    for i in data.spideriq_integrations.failing.integrations : i.id => "${i.provider_name}: ${i.key_label}"
  }
}
