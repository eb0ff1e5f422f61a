module github.com/spideriq/spideriq-go/examples/oauth2

go 1.26.0

replace github.com/spideriq/spideriq-go => ../..

require github.com/spideriq/spideriq-go v0.0.0-00010101000000-000000000000

require (
	github.com/google/go-querystring v1.2.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	golang.org/x/oauth2 v0.38.0
)
