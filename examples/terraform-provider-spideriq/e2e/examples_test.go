package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestTheExampleConfigurationsAreValid(t *testing.T) {
	t.Parallel()
	tofu := findTofu(t)
	fake := spideriqtest.NewServer()
	defer fake.Close()
	f := newFolder(t, fake, tofu)
	examples, err := filepath.Abs("../examples")
	require.NoError(t, err)
	assert.Empty(t, f.run(0, "fmt", "-check", "-recursive", "-list=true", examples))
	assert.Empty(t, f.run(0, "fmt", "-check", "-recursive", "-list=true", f.path))

	for _, example := range []string{
		"pool/pool.tf", "provider/provider.tf", "resources/spideriq_integration/resource.tf",
		"data-sources/spideriq_integrations/data-source.tf", "data-sources/spideriq_health/data-source.tf",
	} {
		content := readExample(t, examples, example)
		if example != "pool/pool.tf" && example != "provider/provider.tf" {
			content = append(content, readExample(t, examples, "provider/provider.tf")...)
		}
		require.NoError(t, os.WriteFile(filepath.Join(f.path, "main.tf"), content, 0o600))
		assert.Contains(t, f.run(0, "validate"), "The configuration is valid", example)
	}
}

func readExample(t *testing.T, examples, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examples, name))
	require.NoError(t, err)
	return append(content, '\n')
}
