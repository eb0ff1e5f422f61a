package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// build returns the server of the folder above.
func build(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "mcp")
	printed, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput()
	require.NoError(t, err, string(printed))
	return binary
}

// ask runs the program.
func ask(t *testing.T, dialogue string, args ...string) (status int, stdout, stderr string) {
	var out, diagnostics strings.Builder
	status = run(t.Context(), args, strings.NewReader(dialogue), &out, &diagnostics)
	return status, out.String(), diagnostics.String()
}

func TestADialogue(t *testing.T) {
	t.Parallel()
	server := build(t)
	status, stdout, _ := ask(t, "get_integration {\"id\": 43}\n\nget_integration {\"id\": 7}\n", server, "-demo")
	assert.Equal(t, exitDone, status)
	assert.Contains(t, stdout, "> get_integration {\"id\": 43}\n{\n  \"integration\": {\n    \"id\": 43,\n")
	assert.Contains(t, stdout, "> get_integration {\"id\": 7}\n! there is no such integration")
	assert.Contains(t, stdout, "\n! Retry: no.")

	status, stdout, _ = ask(t, "", server, "-demo")
	assert.Equal(t, exitDone, status)
	assert.Equal(t, "get_integration\nintegration_health\nlist_integrations\nsync_billing\n", stdout)

	status, _, stderr := ask(t, "no_such_tool", server, "-demo")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "no_such_tool")

	status, _, stderr = ask(t, "", server, "-wrong")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, stderr, "mcp: flag provided but not defined: -wrong", "the server's own words")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	status, stdout, _ := ask(t, "", "-h")
	assert.Equal(t, exitDone, status)
	assert.Equal(t, usage, stdout)
	for _, c := range []struct {
		dialogue string
		args     []string
		want     string
	}{
		{"", nil, "the command that starts the server is missing"},
		{"", []string{"-x"}, "the command that starts the server is missing"},
		{"a {}\nb {", []string{"must-not-be-started"}, "line 2: the arguments of b are not JSON"},
	} {
		status, stdout, stderr := ask(t, c.dialogue, c.args...)
		assert.Equal(t, exitUsage, status)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, c.want)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	server := []string{os.Args[0], "-test.run=^$"}
	status := run(ctx, server, strings.NewReader(""), io.Discard, io.Discard)
	assert.Equal(t, exitInterrupted, status)
}
