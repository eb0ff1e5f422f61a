package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The configurations start the program as it can be started.
func TestHostsStartTheProgram(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("hosts/*.json")
	require.NoError(t, err)
	assert.Len(t, files, 3)
	type server struct {
		Command string
		Args    []string
		Env     map[string]string
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var config struct {
			Servers    map[string]server // of VS Code
			MCPServers map[string]server `json:"mcpServers"`
		}
		require.NoError(t, json.Unmarshal(text, &config), name)
		found := config.Servers["spideriq"]
		if found.Command == "" {
			found = config.MCPServers["spideriq"]
		}
		assert.True(t, filepath.IsAbs(found.Command), name)
		assert.NotEmpty(t, found.Env["SPIDERIQ_TOKEN"], name)
		_, err = parse(found.Args)
		assert.NoError(t, err, name)
	}
}
