package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommittedDocumentIsDerivedFromTheContract(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../../../contract/openapi.yaml")
	require.NoError(t, err)
	committed, err := os.ReadFile("../openapi.json")
	require.NoError(t, err)
	derived, err := derive(source)
	require.NoError(t, err)
	assert.JSONEq(t, string(derived), string(committed), "run go generate ./internal/generated")
}

func TestDocumentWithoutTheCallsIsRefused(t *testing.T) {
	t.Parallel()
	_, err := derive([]byte("openapi: 3.1.0"))
	assert.Error(t, err)
}
