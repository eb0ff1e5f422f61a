data "spideriq_health" "now" {}

check "keys" {
  assert {
    condition     = data.spideriq_health.now.unhealthy == 0
    error_message = "${data.spideriq_health.now.unhealthy} keys are unhealthy."
  }
}
