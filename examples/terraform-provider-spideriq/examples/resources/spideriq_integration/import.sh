# The number of the integration. An import needs no credentials.
tofu import spideriq_integration.production 42

# With the credentials_version of the configuration, where that is not 1.
tofu import spideriq_integration.batch 43@2
