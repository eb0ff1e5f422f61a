import {
  to = spideriq_integration.production
  id = "42"
}
