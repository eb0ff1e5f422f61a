// Package generated holds two clients that generators made from contract/openapi.yaml, the
// description of the API that the contract tests use.
//
// Neither generator reads that file as it is: it is OpenAPI 3.1, its answers are unions, and
// a type may be null or one of two. Command derive first writes openapi.json, an OpenAPI 3.0
// document of the two calls that are measured. Run all three with:
//
//	go generate ./internal/generated
//
// The generators are pinned here. Their modules are not in go.mod, and the network is needed.
package generated

//go:generate go run ./derive ../../../contract/openapi.yaml openapi.json
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml openapi.json
//go:generate go run github.com/ogen-go/ogen/cmd/ogen@v1.24.0 -config ogen.yaml -package ogenapi -target ogenapi -clean openapi.json
