# The number of the integration. An import needs no credentials.
tofu import spideriq_integration.production 42
